"""Tables in text: Markdown's with pipes, and the aligned columns that pandas prints."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.bound import bind
from nblint.credentials.hits import Hit
from nblint.credentials.names import CredentialName, Level, judge
from nblint.credentials.text import has_stem

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
    headings: list[tuple[int, int, str, CredentialName]] = []
    piped = False
    rows = 0
    position = 0
    for line in text.split("\n"):
        cells = _cells(line)
        found = _headings(line, cells) if has_stem(line) else []
        if found and not (headings and piped == ("|" in line) and rows):
            headings, piped, rows = found, "|" in line, 0
        elif headings and not line.strip():
            headings = []
        elif headings and rows < _MOST_ROWS and not _RULE.fullmatch(line):
            rows += 1
            for index, column, name, judged in headings:
                cell = _cell_at(cells, index, column, len(name), piped)
                if cell is not None:
                    start, value = position + cell[0], cell[1]
                    yield from bind(
                        name, value, start, start + len(value), judged=judged,
                        quoted=piped, placeholders=placeholders,
                    )  # fmt: skip
        position += len(line) + 1


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
