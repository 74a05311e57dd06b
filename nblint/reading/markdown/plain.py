"""Markdown so plain that the kind of a block follows from its first characters.

Most notebooks have no other, and loading markdown-it takes longer than checking one. So this module
reads a few forms, where they cannot be taken for others: headings with `#`, paragraphs, flat lists,
tables, quotes of a paragraph, fenced code, blocks of HTML, rules. A text with anything else in it
is left to markdown-it; a test compares the two.
"""

import re
from collections.abc import Callable, Sequence

from nblint.patterns import lazy_pattern
from nblint.reading.markdown.model import Block, Kind, TextSpan

# What markdown-it replaces, or measures in columns.
_ODD = lazy_pattern(r"[\x00-\x09\x0b-\x1f]")
_HEADING = lazy_pattern(r"(#{1,6}) +(\S.*)")
_ITEM = lazy_pattern(r"([-*+]|[0-9]{1,9}[.)]) (\S.*)")
# A letter, perhaps in emphasis, quotes or parentheses; code; a link or image with its address.
_TEXT = lazy_pattern(r"""(?:\*{0,3}|_{0,3})["'(]?[^\W\d_]|`[^`]|!?\[[^][\\`]*\]\(""")
_RULES = frozenset(["---", "----", "-----", "***", "___"])
# Of the elements that open a block, those that people write: it ends at the next blank row.
_HTML = lazy_pattern(
    r"</?(?:center|details|div|h[1-6]|ol|p|summary|table|ul)(?:[ >]|/>|$)", re.I | re.A
)
_DELIMITER = lazy_pattern(r"(?! )(\|)? *:?--+:? *(?:\| *:?--+:? *)*(?(1)\|)")


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
    below = rows[start + 1] if start + 1 < len(rows) else ""
    if "|" in heading[2] and below.startswith(("|", "-", ":", " ")):  # a table's first row
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


def _quote(rows: Sequence[str], start: int) -> Block | None:
    end = start
    while end < len(rows) and _TEXT.match(rows[end].removeprefix("> ")):
        end += 1
    if not rows[start].startswith("> ") or end == start or not _is_over(rows, end):
        return None
    text = "\n".join(row.removeprefix("> ") for row in rows[start:end]).strip()
    return Block("quote", start + 1, end, 0, (TextSpan(text, start + 1, end),))


def _code(rows: Sequence[str], start: int) -> Block | None:
    fence = _fence(rows[start])
    end = start + 1
    while end < len(rows) and not rows[end].lstrip(" ").startswith(fence):
        end += 1
    if not fence or end == len(rows) or rows[end].rstrip(" ") != fence:
        return None
    text = "".join(f"{row}\n" for row in rows[start + 1 : end])
    return Block("code", start + 1, end + 1, 0, (TextSpan(text, start + 1, end + 1),))


def _html(rows: Sequence[str], start: int) -> Block | None:
    if not _opens_html(rows[start]):
        return None
    end = start
    while end < len(rows) and not _is_blank(rows[end]):
        end += 1
    text = TextSpan("\n".join(rows[start:end]).rstrip(), start + 1, end)
    return Block("html", start + 1, end, 0, (text,))


def _rule(rows: Sequence[str], start: int) -> Block | None:
    is_rule = rows[start].rstrip(" ") in _RULES
    return Block("rule", start + 1, start + 1, 0, ()) if is_rule else None


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
    _html,
    _code,
    _quote,
    _rule,
)


def _is_blank(row: str) -> bool:
    return not row.strip(" ")


def _is_over(rows: Sequence[str], end: int) -> bool:
    """Tell whether a block ends before a row: it opens another one, or is after the last one."""
    return (
        end == len(rows)
        or _is_blank(rows[end])
        or _heading(rows, end) is not None
        or _fence(rows[end]) != ""
        or _opens_html(rows[end])
    )


def _fence(row: str) -> str:
    """Return the marks of a row that opens fenced code; empty for other rows."""
    behind = row.lstrip("`")
    marks = row[: len(row) - len(behind)]
    # With a `|`, it may be a table's first row.
    return marks if len(marks) > 2 and "`" not in behind and "|" not in behind else ""


def _opens_html(row: str) -> bool:
    return row.startswith("<") and "|" not in row and _HTML.match(row) is not None


def _marker(row: str) -> str:
    """Return an item's marker, `.` or `)` for numbers; empty for other rows, or without a text."""
    item = _ITEM.fullmatch(row)
    return item[1][-1] if item and _TEXT.match(item[2]) else ""
