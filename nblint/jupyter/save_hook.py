"""A save hook for Jupyter Server that refuses credentials.

In `jupyter_server_config.py`, for one person or for a whole hub:

    from nblint.jupyter import check_before_save

    c.FileContentsManager.pre_save_hook = check_before_save
"""

from __future__ import annotations

import base64
import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nblint.findings import covers
from nblint.linting.results import Reported, Result
from nblint.linting.run import Run
from nblint.reports.terminal import one_line, printable
from nblint.settings import Settings
from nblint.settings_files import SettingsFile, SettingsFinder

# Nobody reads a dialog that lists everything.
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

    A `pre_save_hook` for Jupyter Server, which shows the refusal in a dialog. The settings of the
    notebook's repository apply, and so do suppressions and the baseline. To refuse something else,
    write a function that calls this one with other arguments; `functools.partial` does not work,
    since Jupyter asks hooks for their names.

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
    log: logging.Logger = getattr(contents_manager, "log", None) or logging.getLogger("nblint")
    try:
        refusal = _refusal(model, path, contents_manager, refuse, warn, log)
    except Exception as error:
        # Only the type: the exception's text may quote the notebook.
        log.error("nblint: %s: saved unchecked: %s", printable(path), type(error).__name__)
        return
    if refusal:
        from tornado.web import HTTPError

        # Tornado doubles `%` in messages, as for formatting; magics begin with it: `%pip`.
        raise HTTPError(400, refusal.replace("%", "％"))


def _refusal(
    model: dict[str, Any],
    path: str,
    manager: Any,
    refuse: tuple[str, ...],
    warn: tuple[str, ...],
    log: logging.Logger,
) -> str | None:
    """Return the message that refuses a save; None where the save is accepted."""
    data = _notebook_bytes(model, path)
    if data is None:
        return None
    root = getattr(manager, "root_dir", None)
    file = Path(root if isinstance(root, str) else "", *path.strip("/").split("/"))
    result = _check(data, file, refuse, log)
    if result is None:
        log.error("nblint: %s: saved unchecked", printable(path))
        return None
    refused: list[Reported] = []
    logged: Counter[str] = Counter()
    for reported in result.findings:
        code = reported.finding.code
        if reported.finding.is_error and _any_covers(refuse, code):
            refused.append(reported)
        elif _any_covers(warn, code):
            logged[code] += 1
    if logged:
        counts = ", ".join(f"{code} ({number})" for code, number in sorted(logged.items()))
        log.warning("nblint: %s: %s", printable(path), counts)
    return _message(refused) if refused else None


def _notebook_bytes(model: dict[str, Any], path: str) -> bytes | None:
    """Return the notebook that is saved; None for other files, and for a chunk of a file."""
    content = model.get("content")
    if content is None or not path.endswith(".ipynb") or "chunk" in model:
        return None
    if model.get("type") == "notebook":
        return json.dumps(content).encode()
    if model.get("type") != "file" or not isinstance(content, str):
        return None
    return base64.b64decode(content) if model.get("format") == "base64" else content.encode()


def _check(data: bytes, file: Path, refuse: tuple[str, ...], log: logging.Logger) -> Result | None:
    """Check with the repository's settings; where those fail, only for what is refused."""
    for finder in (_AlsoRefused(refuse), _OnlyRefused(refuse)):
        run = Run(finder, lambda sentence: log.warning("nblint: %s", printable(sentence)))
        for result in run.check_stdin(data, file):
            return result
    return None


class _AlsoRefused(SettingsFinder):
    """Finds settings, and selects the families that are refused even where the settings do not.

    What the settings ignore stays ignored: the hub adds what a repository has not thought of, and
    overrides nothing that a repository decides.
    """

    def __init__(self, refuse: tuple[str, ...]) -> None:
        super().__init__()
        self._families = tuple(selector[:4] for selector in refuse)

    def of(self, directory: Path) -> SettingsFile:
        found = super().of(directory)
        extended = (*found.settings.extend_select, *self._families)
        return SettingsFile(replace(found.settings, extend_select=extended), found.root, found.path)


class _OnlyRefused(SettingsFinder):
    """Default settings that select only what is refused."""

    def __init__(self, refuse: tuple[str, ...]) -> None:
        super().__init__()
        self._settings = Settings(select=refuse)

    def of(self, directory: Path) -> SettingsFile:
        return SettingsFile(self._settings, directory)


def _any_covers(selectors: tuple[str, ...], code: str) -> bool:
    return any(covers(selector, code) for selector in selectors)


def _message(refused: list[Reported]) -> str:
    """Return what the author reads, as one paragraph: the dialog drops line breaks."""
    named = [
        f"In the cell that begins with “{one_line(reported.first_line or '', 60)}”: "
        f"{printable(reported.finding.message)}. {_advice(reported)}"
        for reported in refused[:_MOST_NAMED]
    ]
    more = len(refused) - len(named)
    return " ".join(
        (
            "This notebook was not saved: it contains a credential that anyone with a copy of the "
            "file could use.",
            *named,
            *([f"{more} more {'is' if more == 1 else 'are'} not listed."] if more else []),
            "Your work is not lost: it is still here, but not saved until you remove the "
            "credential and save again.",
        )
    )


def _advice(reported: Reported) -> str:
    advice = printable(reported.finding.help or "")
    return f"What to do: {advice}." if advice else ""
