"""Changes to headings that several rules make."""

from nblint.document.edit import TextEdit, replace
from nblint.document.model import Notebook
from nblint.document.rows import offset_of
from nblint.reading.header.header import HeaderEntry

_DEEPEST = 6


def with_level(notebook: Notebook, entry: HeaderEntry, level: int) -> TextEdit | None:
    """Return the edit that changes the level of a Markdown heading.

    Args:
        notebook: The notebook.
        entry: The heading.
        level: The level; a level deeper than 6 becomes 6.

    Returns:
        The edit; None where the heading is in a form that cannot have the level.
    """
    heading = entry.heading
    if heading is None:
        return None
    cell = notebook.cells[entry.cell - 1]
    row = entry.block.row
    line = cell.rows[row - 1]
    level = min(level, _DEEPEST)
    if heading.form == "atx":
        start = offset_of(cell.source, row) + line.index("#")
        return TextEdit(cell.index, start, start + heading.level, "#" * level)
    if heading.form != "setext":
        return None
    underline = cell.rows[entry.block.end_row - 1]
    if level > 2:
        if entry.block.end_row > row + 1:
            return None
        whole = cell.place(row, end_row=row + 1)
        return replace(notebook, whole, f"{'#' * level} {line.strip()}")
    start = offset_of(cell.source, entry.block.end_row)
    character = "=" if level == 1 else "-"
    length = len(underline.strip())
    indent = len(underline) - len(underline.lstrip())
    return TextEdit(cell.index, start + indent, start + indent + length, character * length)
