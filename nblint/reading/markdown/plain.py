"""Markdown so plain that the kind of a block follows from its first characters.

Most notebooks have no other, and loading markdown-it takes longer than checking one. So this module
reads a few forms, where they cannot be taken for others: headings with `#`, paragraphs, flat lists,
tables. A text with anything else in it is left to markdown-it; a test compares the two.
"""

from collections.abc import Callable, Sequence

from nblint.patterns import lazy_pattern
from nblint.reading.markdown.model import Block, Kind, TextSpan

# What markdown-it replaces, or measures in columns.
_ODD = lazy_pattern(r"[\x00-\x09\x0b-\x1f]")
_HEADING = lazy_pattern(r"(#{1,6}) +(\S.*)")
_ITEM = lazy_pattern(r"([-*+]|[0-9]{1,9}[.)]) (\S.*)")
# A letter, perhaps in emphasis, quotes or parentheses; code; a link with its address.
_TEXT = lazy_pattern(r"""(?:\*{0,3}|_{0,3})["'(]?[^\W\d_]|`[^`]|\[[^][\\`]*\]\(""")
_DELIMITER = lazy_pattern(r"(\|)? *:?--+:? *(?:\| *:?--+:? *)*(?(1)\|)")


def plain_blocks(source: str) -> list[Block] | None:
    """Read the blocks of a plain markdown text.

    Args:
        source: The text.

    Returns:
        Its top-level blocks, in order; None where the text is not plain.
    """
    if _ODD.search(source):
        return None
    rows = source.rstrip(" ").removesuffix("\n").split("\n")
    found: list[Block] = []
    done = 0
    while done < len(rows):
        if _is_blank(rows[done]):
            done += 1
            continue
        block = next(filter(None, (read(rows, done) for read in _READERS)), None)
        if block is None:
            return None
        found.append(block)
        done = block.end_row
    return found


def _heading(rows: Sequence[str], start: int) -> Block | None:
    heading = _HEADING.fullmatch(rows[start])
    if not heading or heading[2].rstrip().endswith("#"):
        return None
    text = TextSpan(heading[2].strip(), start + 1, start + 1)
    return Block("heading", start + 1, start + 1, len(heading[1]), (text,))


def _paragraph(rows: Sequence[str], start: int) -> Block | None:
    end = start
    while end < len(rows) and _TEXT.match(rows[end]):
        end += 1
    # A bullet ends it; a number only if it is 1.
    if end == start or not (_is_over(rows, end) or _marker(rows[end]) in ("-", "*", "+")):
        return None
    text = TextSpan("\n".join(rows[start:end]).strip(), start + 1, end)
    return Block("paragraph", start + 1, end, 0, (text,))


def _list(rows: Sequence[str], start: int) -> Block | None:
    marker = _marker(rows[start])
    end = start
    texts: list[TextSpan] = []
    while end < len(rows) and marker and _marker(rows[end]) == marker:
        texts.append(TextSpan(rows[end].partition(" ")[2].strip(), end + 1, end + 1))
        end += 1
    if not texts or not _is_over(rows, end):
        return None
    while end < len(rows) and _is_blank(rows[end]):  # blank rows belong to the list
        end += 1
    # So may another item after them, or an indented row.
    if end < len(rows) and (rows[end].startswith(" ") or _ITEM.match(rows[end])):
        return None
    kind: Kind = "list" if marker in ("-", "*", "+") else "numbered-list"
    return Block(kind, start + 1, end, 0, tuple(texts))


def _table(rows: Sequence[str], start: int) -> Block | None:
    end = start
    while end < len(rows) and "|" in rows[end]:
        end += 1
    if end - start < 2 or not _is_over(rows, end):
        return None
    delimiter = rows[start + 1].rstrip(" ")
    own = {row: _cells(rows[row]) for row in range(start, end) if row != start + 1}
    columns = {len(cells) for cells in own.values()}
    if not _DELIMITER.fullmatch(delimiter) or columns != {len(delimiter.strip("|").split("|"))}:
        return None
    texts = [
        TextSpan(cell, row + 1, row + 1, row == start, column)
        for row, cells in own.items()
        for column, cell in enumerate(cells)
    ]
    return Block("table", start + 1, end, 0, tuple(texts))


def _cells(row: str) -> list[str]:
    """Return the cells of a row with borders on both sides or on neither; [] for other rows."""
    row = row.rstrip(" ")
    has_borders = len(row) > 1 and row.startswith("|") and row.endswith("|")
    if "\\" in row or not (has_borders or (_TEXT.match(row) and not row.endswith("|"))):
        return []
    return [cell.strip() for cell in (row[1:-1] if has_borders else row).split("|")]


_READERS: tuple[Callable[[Sequence[str], int], Block | None], ...] = (
    _heading,
    _paragraph,
    _list,
    _table,
)


def _is_blank(row: str) -> bool:
    return not row.strip(" ")


def _is_over(rows: Sequence[str], end: int) -> bool:
    """Tell whether a block ends before a row: it is blank, a heading, or after the last one."""
    return end == len(rows) or _is_blank(rows[end]) or _heading(rows, end) is not None


def _marker(row: str) -> str:
    """Return an item's marker, `.` or `)` for numbers; empty for other rows, or without a text."""
    item = _ITEM.fullmatch(row)
    return item[1][-1] if item and _TEXT.match(item[2]) else ""
