"""For authors who work in Jupyter and not with git: a check at each save, and `%nblint`.

In `jupyter_server_config.py`, for one person or for a whole hub:

    from nblint.jupyter import check_before_save

    c.FileContentsManager.pre_save_hook = check_before_save

In a notebook, `%load_ext nblint`, then `%nblint`.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nblint.errors import SettingsError
from nblint.findings import covers
from nblint.linting.results import Reported, Result
from nblint.linting.run import Run
from nblint.reports import text
from nblint.reports.terminal import one_line, printable
from nblint.settings import Settings
from nblint.settings_files import SettingsFile, SettingsFinder

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# A dialog that says everything is not read.
_MOST_NAMED = 3


def check_before_save(
    *,
    model: dict[str, Any],
    path: str,
    contents_manager: Any = None,
    refuse: tuple[str, ...] = ("NBL201", "NBL202"),
    warn: tuple[str, ...] = ("NBL",),
    **_: object,
) -> None:
    """Refuse to save a notebook that holds a credential in its code or text.

    A `pre_save_hook` for Jupyter Server, which shows the refusal as a dialog. The settings of the
    notebook's repository hold, with suppressions and the baseline. A function that passes on what
    it is called with can change what is refused; `functools.partial` cannot be a hook, since
    Jupyter asks hooks for their names.

    A fault of nblint, or settings that it cannot use, are logged and never keep an author from
    saving.

    Source: https://jupyter-server.readthedocs.io/en/latest/developers/savehooks.html; that an
    HTTPError refuses the save and any other exception does not:
    https://github.com/jupyter-server/jupyter_server/pull/456

    Args:
        model: What is saved, as Jupyter's contents API has it.
        path: Where it is saved, relative to the server's root, with `/` between its parts.
        contents_manager: What saves it; its log and its `root_dir` are used.
        refuse: Beginnings of the codes whose errors refuse the save.
        warn: Beginnings of the codes whose findings are logged.

    Raises:
        tornado.web.HTTPError: The notebook holds what is refused; status 400, with a message for
            the author that shows no credential.
    """
    log: logging.Logger = getattr(contents_manager, "log", None) or logging.getLogger("nblint")
    try:
        refusal = _refusal(model, path, contents_manager, refuse, warn, log)
    except Exception as error:
        # Only its type: the exception may quote the notebook.
        log.error("nblint: %s: saved unchecked: %s", printable(path), type(error).__name__)
        return
    if refusal:
        from tornado.web import HTTPError

        # Tornado doubles this sign in messages, for formatting; cells begin with it: `%pip`.
        raise HTTPError(400, refusal.replace("%", "％"))


def _refusal(
    model: dict[str, Any],
    path: str,
    manager: Any,
    refuse: tuple[str, ...],
    warn: tuple[str, ...],
    log: logging.Logger,
) -> str | None:
    """Return the message that refuses a save; None where nothing is to be refused."""
    data = _notebook_bytes(model, path)
    if data is None:
        return None
    root = getattr(manager, "root_dir", None)
    file = Path(root if isinstance(root, str) else "", *path.strip("/").split("/"))
    result = _check(data, file, refuse, log)
    if result is None:
        log.error("nblint: %s: saved unchecked", printable(path))
        return None
    refused = [
        reported
        for reported in result.findings
        if reported.finding.severity == "error" and _any_covers(refuse, reported.finding.code)
    ]
    codes = Counter(
        reported.finding.code
        for reported in result.findings
        if reported not in refused and _any_covers(warn, reported.finding.code)
    )
    if codes:
        counts = ", ".join(f"{code} ({number})" for code, number in sorted(codes.items()))
        log.warning("nblint: %s: %s", printable(path), counts)
    return _message(refused) if refused else None


def _notebook_bytes(model: dict[str, Any], path: str) -> bytes | None:
    """Return the notebook that is saved; None where it is something else, or a part of a file."""
    content = model.get("content")
    if content is None or not path.endswith(".ipynb") or "chunk" in model:
        return None
    if model.get("type") == "notebook":
        return json.dumps(content).encode()
    if model.get("type") != "file" or not isinstance(content, str):
        return None
    return base64.b64decode(content) if model.get("format") == "base64" else content.encode()


def _check(data: bytes, file: Path, refuse: tuple[str, ...], log: logging.Logger) -> Result | None:
    """Check by the repository's settings; where that fails, by nothing but what is refused."""
    for finder in (_AlsoRefused(refuse), _OnlyRefused(refuse)):
        run = Run(finder, lambda sentence: log.warning("nblint: %s", printable(sentence)))
        for result in run.check_stdin(data, file):
            return result
    return None


class _AlsoRefused(SettingsFinder):
    """Finds settings, and selects the families that are refused even where they do not.

    What they ignore stays ignored: the hub checks what a repository does not think of, and a
    repository says what it means.
    """

    def __init__(self, refuse: tuple[str, ...]) -> None:
        super().__init__()
        self._families = tuple(selector[:4] for selector in refuse)

    def of(self, directory: Path) -> SettingsFile:
        found = super().of(directory)
        extended = (*found.settings.extend_select, *self._families)
        return SettingsFile(replace(found.settings, extend_select=extended), found.root, found.path)


class _OnlyRefused(SettingsFinder):
    """The default settings with nothing selected but what is refused."""

    def __init__(self, refuse: tuple[str, ...]) -> None:
        super().__init__()
        self._settings = Settings(select=refuse)

    def of(self, directory: Path) -> SettingsFile:
        return SettingsFile(self._settings, directory)


def _any_covers(selectors: tuple[str, ...], code: str) -> bool:
    return any(covers(selector, code) for selector in selectors)


def _message(refused: list[Reported]) -> str:
    """Return what the author reads, in one paragraph: dialogs do not break lines."""
    named = [
        f"In the cell that begins with “{one_line(reported.first_line or '', 60)}”: "
        f"{printable(reported.finding.message)}. {_advice(reported)}"
        for reported in refused[:_MOST_NAMED]
    ]
    more = len(refused) - len(named)
    return " ".join(
        (
            "This notebook is not saved: it holds a credential, and a file is copied and shared.",
            *named,
            *([f"There {'is' if more == 1 else 'are'} {more} more."] if more else []),
            "Your work is not lost: it is still here. But it is not saved either until the "
            "credential is gone; then save again.",
        )
    )


def _advice(reported: Reported) -> str:
    advice = printable(reported.finding.help or "")
    return f"What to do: {advice}." if advice else ""


def register_magic(shell: InteractiveShell) -> None:
    """Give a shell the magic `%nblint`."""

    def nblint(line: str) -> None:
        """Check a notebook as it was last saved: `%nblint` this one, `%nblint PATH` another."""
        given = line.strip().strip("\"'")
        path = Path(given) if given else _own_path(shell)
        if path is None:
            print("nblint: which notebook this is, is not known here: use %nblint PATH")  # noqa: T201
            return
        for piece in report(path):
            print(piece, end="")  # noqa: T201

    shell.register_magic_function(nblint, "line")


def report(path: Path) -> list[str]:
    """Return the text report on a notebook, or on the notebooks of a folder.

    Args:
        path: The notebook or folder.
    """
    faults: list[str] = []
    try:
        results = list(Run(SettingsFinder(), faults.append).check([path]))
    except SettingsError as error:
        return [f"nblint: {printable(str(error))}\n"]
    pieces = list(text.render(results)) if results or not faults else []
    return [*pieces, *(f"nblint: {printable(fault)}\n" for fault in faults)]


def _own_path(shell: InteractiveShell) -> Path | None:
    """Return the notebook that a shell runs in, where that can be known.

    VS Code says it in a variable; Jupyter Server names the session by it (and other servers by
    something else, so only what is a notebook counts):
    https://github.com/jupyter-server/jupyter_server/pull/679
    """
    for name in (shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(name, str) and name.endswith(".ipynb") and Path(name).is_file():
            return Path(name)
    return None
