"""A save hook for Jupyter Server that refuses credentials.

In `jupyter_server_config.py`, for one person or for a whole hub:

    from nblint.jupyter import check_before_save

    c.FileContentsManager.pre_save_hook = check_before_save
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Unfinished
from pathlib import Path
from typing import Any

import msgspec

from nblint.credentials.masking.redaction import mask_path
from nblint.findings import ALL
from nblint.jupyter.judging import Request, Verdict
from nblint.jupyter.worker import Workers
from nblint.reports.terminal import printable

# Seconds that a save waits for its verdict: the server serves nobody else meanwhile. With what
# comes before and after, less than the 0.2 that the documentation promises.
SECONDS_ON_LOOP = 0.15
# Seconds after which a check is ended.
SECONDS_IN_ALL = 2.0

_WORKERS = Workers()
# Uploads in several parts that have begun, by contents manager: their paths and who judges them. By
# the manager's id, because Jupytext's cannot be hashed; a server has one, and keeps it.
_BEGUN: dict[int, dict[str, _Saving]] = {}
_MOST_BEGUN = 1000


def check_before_save(
    *,
    model: dict[str, Any],
    path: str,
    contents_manager: Any = None,
    refuse: tuple[str, ...] = ("NBL201", "NBL202"),
    warn: tuple[str, ...] = (ALL,),
    **_: object,
) -> None:
    """Refuse to save a notebook that holds a credential in its code or text.

    A `pre_save_hook` for Jupyter Server, which shows the refusal in a dialog. The settings of the
    notebook's repository apply, and so do suppressions and the baseline. To refuse something else,
    write a function that calls this one with other arguments; `functools.partial` does not work,
    since Jupyter asks hooks for their names.

    Another process judges. The save waits for it for at most 0.2 s; then the notebook is saved, and
    the verdict is logged when it is known. After 2 s the check is ended, which is logged too. A
    file that is sent in parts is judged when it is complete: the last part is then answered with
    the refusal.

    Errors in nblint, and settings that it cannot use, are logged and never keep an author from
    saving.

    How hooks are called: https://jupyter-server.readthedocs.io/en/latest/developers/savehooks.html.
    An HTTPError refuses the save, any other exception does not:
    https://github.com/jupyter-server/jupyter_server/pull/456

    Args:
        model: What is saved, as a model of Jupyter's contents API.
        path: Where it is saved: relative to the server's root, with `/` as separator.
        contents_manager: The contents manager; its `log` and `root_dir` are used.
        refuse: Rule code prefixes; an error of these rules refuses the save.
        warn: Rule code prefixes; findings of these rules are logged.

    Raises:
        tornado.web.HTTPError: The save is refused: status 400, with a message for the author that
            shows no credential.
    """
    saving = _Saving(path, contents_manager, refuse, warn)
    try:
        if "chunk" in model:
            saving.judge_when_complete(model)
            return
        data = _notebook_bytes(model, path)
        refusal = saving.judged(data) if data is not None else ""
    except Exception as error:
        # Only the type: the exception's text may quote the notebook.
        saving.say_unchecked(type(error).__name__)
        return
    if refusal:
        raise _refused(refusal)


def _refused(refusal: str) -> Exception:
    from tornado.web import HTTPError

    # Tornado doubles `%` in messages, as for formatting; magics begin with it: `%pip`.
    return HTTPError(400, refusal.replace("%", "％"))


class _Saving:
    """One save: who judges it, by which rules, and where it is logged."""

    def __init__(
        self, path: str, manager: Any, refuse: tuple[str, ...], warn: tuple[str, ...]
    ) -> None:
        self._begun = time.monotonic()
        self._path = path
        self._manager = manager
        self._refuse, self._warn = refuse, warn
        self._log: logging.Logger = getattr(manager, "log", None) or logging.getLogger("nblint")

    def judged(self, data: bytes | None, file: str | None = None) -> str:
        """Return why a save is refused; empty where it is accepted, or not judged in time.

        Args:
            data: What is saved; None for what the file holds.
            file: Where it is; None for the path below the server's root.
        """
        request = Request(file or self._file(), self._refuse, self._warn, data)
        future = _WORKERS.judge(request, self._begun + SECONDS_IN_ALL)
        try:
            left = self._begun + SECONDS_ON_LOOP - time.monotonic()
            verdict = future.result(max(0.0, left))
        except Unfinished:
            self._say("saved before its check finished; the result follows", logging.INFO)
            future.add_done_callback(self._say_late)
            return ""
        self._say_verdict(verdict)
        return verdict.refusal

    def judge_when_complete(self, model: dict[str, Any]) -> None:
        """Have the file judged when its last part has been written; only the first is seen here."""
        if not _is_notebook(model, self._path):
            return
        if not hasattr(self._manager, "register_post_save_hook"):
            self.say_unchecked("it is sent in parts, which this contents manager does not announce")
            return
        if id(self._manager) not in _BEGUN:
            self._manager.register_post_save_hook(check_complete_file)
        begun = _BEGUN.setdefault(id(self._manager), {})
        begun[self._path.strip("/")] = self
        while len(begun) > _MOST_BEGUN:  # uploads that were given up
            del begun[next(iter(begun))]

    def complete(self, file: str) -> str:
        """Return why a file is refused that has been written in parts."""
        self._begun = time.monotonic()
        return self.judged(None, file)

    def say_unchecked(self, reason: str) -> None:
        """Log why a notebook is saved without a verdict."""
        self._say(f"saved unchecked: {reason}", logging.ERROR)

    def _file(self) -> str:
        root = getattr(self._manager, "root_dir", None)
        below = self._path.strip("/").split("/")
        return os.path.abspath(Path(root if isinstance(root, str) else "", *below))

    def _say_late(self, future: Future[Verdict]) -> None:
        verdict = future.result()
        self._say_verdict(verdict)
        if verdict.refusal:
            text = verdict.refusal.replace("was not saved", "would not have been saved", 1)
            self._say(f"saved, but it contains a credential: {text}", logging.ERROR)

    def _say_verdict(self, verdict: Verdict) -> None:
        for note in verdict.notes:
            self._say(note, logging.WARNING)
        if verdict.counts:
            counts = ", ".join(f"{code} ({number})" for code, number in verdict.counts.items())
            self._say(counts, logging.WARNING)
        if verdict.fault:
            self.say_unchecked(verdict.fault)

    def _say(self, sentence: str, level: int) -> None:
        shown = printable(mask_path(self._path))
        self._log.log(level, "nblint: %s: %s", shown, printable(sentence))


def check_complete_file(
    *, model: dict[str, Any], os_path: str, contents_manager: Any = None, **_: object
) -> None:
    """Judge a file that was sent in parts, once all are written.

    A `post_save_hook` that `check_before_save` registers when the first part arrives.

    Args:
        model: The saved file, without its content.
        os_path: Where it is.
        contents_manager: The contents manager.

    Raises:
        tornado.web.HTTPError: The file holds a credential. It has been written; the client is told.
    """
    begun = _BEGUN.get(id(contents_manager), {})
    saving = begun.pop(str(model.get("path", "")).strip("/"), None)
    if saving is None:
        return
    try:
        refusal = saving.complete(os_path)
    except Exception as error:
        saving.say_unchecked(type(error).__name__)
        return
    if refusal:
        text = refusal.replace("was not saved", "was written to the server", 1)
        raise _refused(text.partition(" Your work is not lost")[0] + " Remove it there, too.")


def _is_notebook(model: dict[str, Any], path: str) -> bool:
    """Tell whether a notebook is saved: by its type, whatever its name, or a file by its name."""
    kind = model.get("type")
    return kind == "notebook" or (kind == "file" and path.lower().endswith(".ipynb"))


def _notebook_bytes(model: dict[str, Any], path: str) -> bytes | None:
    """Return the notebook that is saved; None for other files."""
    content = model.get("content")
    if content is None or not _is_notebook(model, path):
        return None
    if model["type"] == "notebook":
        return _as_json(content)
    if not isinstance(content, str):
        return None
    if model.get("format") == "base64":
        return base64.b64decode(content)
    return content.encode("utf-8", "surrogatepass")


def _as_json(content: object) -> bytes:
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(content).encode()
    except RecursionError:
        # No notebook that can be read, so its texts are searched.
        return "\n".join(_texts(content)).encode("utf-8", "surrogatepass")


def _texts(content: object) -> Iterator[str]:
    """Yield the texts in data that is nested too deeply for a function that calls itself."""
    left = [content]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case dict() as one:
                left += [*one.keys(), *one.values()]
            case list() as several:
                left += several


if "jupyter_server" in sys.modules:
    # A server reads its configuration: start a process now, so that the first save finds it ready.
    _WORKERS.judge(Request(os.devnull, (), (), b"{}"), time.monotonic() + 60)
