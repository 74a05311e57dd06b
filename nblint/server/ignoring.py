"""Edits that suppress a finding on its line."""

import ast
import re

from nblint.document.edit import TextEdit
from nblint.document.model import Cell
from nblint.document.rows import offset_of
from nblint.findings import Finding
from nblint.reading.python.cells import read_source

_CODES = re.compile(r"nblint:[ \t]{0,20}ignore\[(?P<codes>[^\[\]]{0,200})\]")


def ignore_on_line(cell: Cell, finding: Finding) -> TextEdit | None:
    """Return the edit that adds `nblint: ignore[CODE]` to the line of a finding.

    Args:
        cell: The finding's cell.
        finding: The finding.

    Returns:
        The edit; None where the text would not be a comment: in a string, after a shell command,
        in a markdown table.
    """
    place = finding.place
    if place.surface != "source" or place.row is None:
        return None
    rows = range(place.row, (place.end_row or place.row) + 1)
    edits = (_edit(cell, row, finding.code) for row in rows if row <= len(cell.rows))
    return next((edit for edit in edits if _is_comment(cell, edit)), None)


def _edit(cell: Cell, row: int, code: str) -> TextEdit:
    start, text = offset_of(cell.source, row), cell.rows[row - 1]
    if there := _CODES.search(text):
        at = start + there.end("codes")
        return TextEdit(cell.index, at, at, f", {code}")
    comment = f"<!-- nblint: ignore[{code}] -->" if cell.type == "markdown" else None
    comment = comment or f"# nblint: ignore[{code}]"
    kept = text.rstrip()
    gap = " " if cell.type == "markdown" else "  "
    at = start + len(kept)
    return TextEdit(cell.index, at, start + len(text), f"{gap if kept else ''}{comment}")


def _is_comment(cell: Cell, edit: TextEdit) -> bool:
    if cell.type == "markdown":
        row = cell.source[: edit.start].rpartition("\n")[2]
        return "|" not in row
    if cell.type != "code" or cell.language != "python":
        return False
    before = read_source(cell.source).tree
    after = read_source(cell.source[: edit.start] + edit.text + cell.source[edit.end :]).tree
    return before is not None and after is not None and ast.dump(before) == ast.dump(after)
