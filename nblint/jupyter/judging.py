"""Judges what is about to be saved: what refuses it, and what is only logged."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from nblint.credentials.documented.format_search import find_formats
from nblint.credentials.documented.private_keys import find_private_keys
from nblint.findings import covers
from nblint.linting.registry import family_of
from nblint.linting.results import Reported, Result
from nblint.linting.run import Run
from nblint.reports.terminal import one_line, printable
from nblint.settings import Settings
from nblint.settings_files import SettingsFile, SettingsFinder

# Nobody reads a dialog that lists everything.
_MOST_NAMED = 3
# Bytes from which a file is only searched: checking it would take longer than a save may.
_LARGE = 20_000_000
# Bytes from which it is worth looking at code and text first, which are a small part.
_LONG = 200_000
_ESCAPED = re.compile(r"\\u00([0-7][0-9a-fA-F])")


class Request(msgspec.Struct, frozen=True):
    """What to judge.

    Attributes:
        file: The path of the notebook.
        refuse: Rule code prefixes; an error of these rules refuses the save.
        warn: Rule code prefixes; findings of these rules are logged.
        data: What is saved; None for what the file holds.
    """

    file: str
    refuse: tuple[str, ...]
    warn: tuple[str, ...]
    data: bytes | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What a save is answered with.

    Attributes:
        refusal: What the author reads; empty where the save is accepted.
        counts: How many findings of each rule are logged.
        notes: Sentences that are logged.
        fault: Why it was not judged; empty where it was.
    """

    refusal: str = ""
    counts: dict[str, int] = {}
    notes: tuple[str, ...] = ()
    fault: str = ""


def judge(request: Request) -> Verdict:
    """Return the verdict on what is saved.

    Code and text are judged first: they are a small part of a notebook with large outputs, and
    what is refused unless a hub asks for more.
    """
    file = Path(request.file)
    data = file.read_bytes() if request.data is None else request.data
    if len(data) > _LARGE:
        return _searched(data, request, f"larger than {_LARGE // 1_000_000} MB")
    noted: list[str] = []
    # The repository's settings; where those fail, only what is refused.
    finders = (_AlsoRefused(request.refuse), _OnlyRefused(request.refuse))
    runs = [Run(finder, noted.append) for finder in finders]
    utf8 = _as_utf8(data)
    if len(utf8) > _LONG and (shorter := _without_outputs(utf8)) is not None:
        first = _refused(_check(runs, shorter, file), request)
        if first:
            return Verdict(_message(first))
    result = _check(runs, utf8, file)
    notes = tuple(dict.fromkeys(noted))
    if result is None:
        return Verdict(notes=notes, fault="its settings cannot be used")
    unreadable = next((one for one in result.findings if one.finding.code == "NBL001"), None)
    if unreadable is not None:
        return _searched(data, request, printable(unreadable.finding.message))
    refused = _refused(result, request)
    logged = Counter(
        reported.finding.code
        for reported in result.findings
        if reported not in refused and _any_covers(request.warn, reported.finding.code)
    )
    return Verdict(_message(refused) if refused else "", dict(sorted(logged.items())), notes)


def _as_utf8(data: bytes) -> bytes:
    """Return JSON in UTF-8, without a byte order mark; what is in no encoding stays as it is."""
    encoding = json.detect_encoding(data[:4096])
    if encoding == "utf-8":
        return data
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeError:
        return data


def _without_outputs(data: bytes) -> bytes | None:
    """Return a notebook without the outputs of its cells; None where it is not a notebook."""
    try:
        content = msgspec.json.decode(data)
        for cell in content["cells"]:
            if cell.get("outputs"):
                cell["outputs"] = []
        return msgspec.json.encode(content)
    except (msgspec.MsgspecError, RecursionError, KeyError, TypeError, AttributeError, ValueError):
        return None


def _check(runs: Iterable[Run], data: bytes, file: Path) -> Result | None:
    """Return the result of the first run that comes to one."""
    return next((result for run in runs for result in run.check_stdin(data, file)), None)


class _AlsoRefused(SettingsFinder):
    """Finds settings, and selects the families that are refused even where the settings do not.

    What the settings ignore stays ignored: the hub adds what a repository has not thought of, and
    overrides nothing that a repository decides.
    """

    def __init__(self, refuse: tuple[str, ...]) -> None:
        super().__init__()
        # NBL001 as well: what cannot be read is searched instead.
        self._families = ("NBL001", *map(family_of, refuse))

    def of(self, directory: Path) -> SettingsFile:
        found = super().of(directory)
        extended = (*found.settings.extend_select, *self._families)
        return SettingsFile(replace(found.settings, extend_select=extended), found.root, found.path)


class _OnlyRefused(SettingsFinder):
    """Default settings that select only what is refused."""

    def __init__(self, refuse: tuple[str, ...]) -> None:
        super().__init__()
        self._settings = Settings(select=("NBL001", *refuse))

    def of(self, directory: Path) -> SettingsFile:
        return SettingsFile(self._settings, directory)


def _any_covers(selectors: tuple[str, ...], code: str) -> bool:
    return any(covers(selector, code) for selector in selectors)


def _refused(result: Result | None, request: Request) -> list[Reported]:
    return [
        reported
        for reported in (result.findings if result is not None else ())
        if reported.finding.is_error and _any_covers(request.refuse, reported.finding.code)
    ]


def _searched(data: bytes, request: Request, reason: str) -> Verdict:
    """Return the verdict on a file that cannot be read as a notebook: its text is searched."""
    note = f"{reason}; only searched for tokens and private keys"
    if not _any_covers(request.refuse, "NBL201"):
        return Verdict(notes=(note,))
    kinds = _documented(_as_utf8(data).decode("utf-8", "replace"))
    if not kinds:
        return Verdict(notes=(note,))
    named = f"The file contains: {', '.join(kinds[:_MOST_NAMED])}. What to do: remove it."
    return Verdict(_paragraph(named), notes=(note,))


def _documented(text: str) -> list[str]:
    """Return what kinds of documented credentials a text holds, also behind JSON's escapes."""
    texts = {text, _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)}
    kinds = {match.format.name for each in texts for match in find_formats(each)}
    if any(True for each in texts for _ in find_private_keys(each)):
        kinds.add("private key")
    return sorted(kinds)


def _message(refused: list[Reported]) -> str:
    """Return what the author reads, as one paragraph: the dialog drops line breaks."""
    named = [
        f"In the cell that begins with “{one_line(reported.first_line or '', 60)}”: "
        f"{printable(reported.finding.message)}. {_advice(reported)}"
        for reported in refused[:_MOST_NAMED]
    ]
    more = len(refused) - len(named)
    if more:
        named.append(f"{more} more {'is' if more == 1 else 'are'} not listed.")
    return _paragraph(*named)


def _paragraph(*sentences: str) -> str:
    return " ".join(
        (
            "This notebook was not saved: it contains a credential, "
            "and files get copied and shared.",
            *sentences,
            "Your work is not lost: it is still here, but not saved until you remove the "
            "credential and save again.",
        )
    )


def _advice(reported: Reported) -> str:
    advice = printable(reported.finding.help or "")
    return f"What to do: {advice}." if advice else ""
