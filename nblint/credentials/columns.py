"""Tables in text: Markdown's with pipes, and the aligned columns that pandas prints."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.bound import bind
from nblint.credentials.hits import Hit
from nblint.credentials.names import CredentialName, Level, judge
from nblint.credentials.text import stems

_CELL = re.compile(r"[^|\n]+")
_WORD = re.compile(r"\S+")
_RULE = re.compile(r"[\s|:+=-]*")
_MOST_ROWS = 1000


def find_columns(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in a table's cells under a credential-like heading.

    Args:
        text: Markdown, or text as pandas and databases print it.
        placeholders: Values that are no secrets.
    """
    done = -1
    for at, _ in stems(text):
        if at < done:
            continue
        start, done = _line(text, at)
        line = text[start:done]
        if "|" not in line and "  " not in line:
            continue
        headings = _headings(line, _cells(line))
        if headings:
            table = done + 1
            blank = text.find("\n\n", done)
            done = blank if blank >= 0 else len(text)
            yield from _rows(text, table, headings, "|" in line, placeholders)


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, end if end >= 0 else len(text)


def _rows(
    text: str,
    start: int,
    headings: list[tuple[int, int, str, CredentialName]],
    piped: bool,
    placeholders: Collection[str],
) -> Iterator[Hit]:
    """Yield the credentials in the rows under a heading, to the first blank line."""
    for _ in range(_MOST_ROWS):
        end = _line(text, start)[1]
        line = text[start:end]
        if not line.strip():
            return
        if not _RULE.fullmatch(line):
            cells = _cells(line)
            for index, column, name, judged in headings:
                cell = _cell_at(cells, index, column, len(name), piped)
                if cell is not None:
                    at, value = start + cell[0], cell[1]
                    yield from bind(
                        name, value, at, at + len(value), judged=judged, quoted=piped,
                        placeholders=placeholders,
                    )  # fmt: skip
        start = end + 1
        if start > len(text):
            return


def _cells(line: str) -> list[tuple[int, str]]:
    """Return where each cell's text starts, and the text."""
    pattern = _CELL if "|" in line else _WORD
    cells = []
    for match in pattern.finditer(line):
        stripped = match[0].strip()
        cells.append((match.start() + match[0].find(stripped), stripped.strip("`*")))
    return cells


def _headings(
    line: str, cells: list[tuple[int, str]]
) -> list[tuple[int, int, str, CredentialName]]:
    """Return index, column, text and judgement of the headings that are credential-like."""
    if len(cells) < 2 or len(line) > 2000 or any(mark in line for mark in ":=({"):
        return []
    return [
        (index, start, name, judged)
        for index, (start, name) in enumerate(cells)
        if (judged := judge(name)).level is not Level.NONE
    ]


def _cell_at(
    cells: list[tuple[int, str]], index: int, column: int, width: int, piped: bool
) -> tuple[int, str] | None:
    if piped:
        return cells[index] if index < len(cells) else None
    for start, value in cells:  # aligned at the right, as pandas does, or at the left
        if start + len(value) == column + width or start == column:
            return start, value
    return None
