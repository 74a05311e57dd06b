"""Adds a setting to a settings file, and leaves everything else in it as it is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nblint.document.write import write_atomically
from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.toml import parse_toml

_HEADER = re.compile(r"^[ \t]*\[.*$", re.MULTILINE)
# Of the table [tool.nblint], then of the first table below it.
_OWN = re.compile(r"""^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*nblint[ \t]*\][^\n]*\n?""", re.MULTILINE)
_BELOW = re.compile(r"^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*nblint[ \t]*\.", re.MULTILINE)


def add_setting(file: Path, key: str, value: str) -> bool:
    """Add a setting to a file; comments, order and line ends stay.

    Args:
        file: A `pyproject.toml`, where it belongs to `[tool.nblint]`, or another settings file,
            which is made if it is missing.
        key: The setting, which the file does not have.
        value: Its value.

    Returns:
        Whether it was added; not where the file is written in such a way that somebody has to find
        the place for it.

    Raises:
        OSError: The file cannot be written.
        SettingsError: It cannot be read.
    """
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    if not file.exists():
        write_atomically(file, f"{line}\n".encode(), new=True)
        return True
    raw = file.read_bytes()
    text = read_text(file)
    if text.encode() != raw:  # a byte order mark, say
        return False
    is_crlf = "\r\n" in text
    tables = ("tool", "nblint") if file.name == "pyproject.toml" else ()
    text = text.replace("\r\n", "\n")
    wanted = _with(parse_toml(text, file), tables, key, value)
    if wanted is None:
        return False
    for changed in _candidates(text, line, tables):
        if _parsed(changed, file) == wanted:
            new = changed.replace("\n", "\r\n") if is_crlf else changed
            write_atomically(file, new.encode(), instead_of=raw)
            return True
    return False


def _candidates(text: str, line: str, tables: tuple[str, ...]) -> Iterator[str]:
    """Yield the text with a line in each place where it can mean the setting; the best one first.

    Strings of several rows can hold anything, so what the text then means is looked at afterwards.
    """
    if tables:
        for own in _OWN.finditer(text):
            yield f"{text[: own.end()].rstrip()}\n{line}\n{text[own.end() :]}"
        for below in _BELOW.finditer(text):
            at = below.start()
            yield f"{text[:at]}[{'.'.join(tables)}]\n{line}\n\n{text[at:]}"
        before = f"{text.rstrip()}\n\n" if text.strip() else ""
        yield f"{before}[{'.'.join(tables)}]\n{line}\n"
        return
    for header in _HEADER.finditer(text):
        at = _above_comments(text, header.start())
        before = text[:at].rstrip()
        yield f"{before}\n{line}\n\n{text[at:]}" if before else f"{line}\n\n{text[at:]}"
    yield f"{text.rstrip()}\n{line}\n".lstrip()


def _above_comments(text: str, at: int) -> int:
    """Return where the comment right above a position begins; the position if there is none."""
    while at and (row := text.rfind("\n", 0, at - 1) + 1) < at:
        if not text[row:at].lstrip(" \t").startswith("#"):
            break
        at = row
    return at


def _with(
    table: dict[str, Any], tables: tuple[str, ...], key: str, value: str
) -> dict[str, Any] | None:
    """Return a table with one more setting; None where something else has the name of a table."""
    if not tables:
        return {**table, key: value}
    inner = table.get(tables[0], {})
    changed = _with(inner, tables[1:], key, value) if isinstance(inner, dict) else None
    return None if changed is None else {**table, tables[0]: changed}


def _parsed(text: str, file: Path) -> dict[str, Any] | None:
    try:
        return parse_toml(text, file)
    except SettingsError:
        return None
