"""Reads markdown as Jupyter renders it, into a flat list of blocks with their rows.

CommonMark with GFM tables, read by markdown-it-py: https://spec.commonmark.org/0.31.2/,
https://github.github.com/gfm/#tables-extension-
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nblint.document.rows import rows_of
from nblint.patterns import lazy_pattern
from nblint.reading.markdown.model import Block, Kind, TextSpan
from nblint.reading.markdown.plain import plain_blocks
from nblint.reading.markdown.table import Fault, broken_table, is_delimiter_row, split_row

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_KINDS: dict[str, Kind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "numbered-list",
    "table_open": "table",
    "html_block": "html",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "quote",
    "hr": "rule",
}
# HTML elements that hold blocks of Markdown, such as `<details>`.
_CONTAINER = lazy_pattern(
    r"<(/?)(?:article|aside|blockquote|center|details|div|font|ol|section|span|table|ul)\b", re.I
)
# markdown-it drops everything after what is nested deeper; CommonMark's preset has 20.
_MOST_NESTED = 100


@lru_cache(maxsize=16)
def blocks(source: str) -> tuple[Block, ...]:
    """Read the blocks of a markdown text.

    Args:
        source: The text.

    Returns:
        Its top-level blocks, in order; what was meant as a table is one, with its fault.
    """
    found = plain_blocks(source)
    if found is None:
        found = parsed_blocks(source)
    return tuple(_with_broken_tables(found, rows_of(source)) if "|" in source else found)


def parsed_blocks(source: str) -> list[Block]:
    """Return the top-level blocks of a text as markdown-it sees them."""
    tokens = _parser().parse(source)
    found: list[Block] = []
    start = 0
    depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            if block := _block(tokens[start : index + 1]):
                found.append(block)
            start = index + 1
    return found


def block_at(source: str, row: int) -> Block | None:
    """Return the block of a row of a text; None for blank rows between blocks."""
    return next((block for block in blocks(source) if block.row <= row <= block.end_row), None)


def with_broken_table(block: Block, rows: Sequence[str], *, anywhere: bool) -> list[Block]:
    """Return a paragraph as blocks, split around what was meant as a table in it.

    Args:
        block: A paragraph.
        rows: The rows of the whole text.
        anywhere: Whether rows without borders can be a table without a delimiter row.
    """
    own = rows[block.row - 1 : block.end_row]
    table = broken_table(own, anywhere=anywhere) if any("|" in row for row in own) else None
    if table is None:
        return [block]
    start, end = block.row + table.start, block.row + table.end - 1
    parts = [_table(rows, start, end, table.fault)]
    if table.start:
        parts.insert(0, _paragraph(rows, block.row, start - 1))
    if end < block.end_row:
        parts.append(_paragraph(rows, end + 1, block.end_row))
    return parts


def _with_broken_tables(found: Iterable[Block], rows: Sequence[str]) -> Iterator[Block]:
    last: Block | None = None
    for block in found:
        for part in _parts(last, block, rows):
            if last and part.row > last.row:
                yield last
            last = part
    if last:
        yield last


def _parts(last: Block | None, block: Block, rows: Sequence[str]) -> list[Block]:
    """Return the blocks that replace a block, and the last one where that changes, too."""
    if block.kind == "table":
        columns = len(split_row(rows[block.row - 1]))
        below = range(block.row + 2, block.end_row + 1)
        hidden = any(len(split_row(rows[row - 1])) > columns for row in below)
        return [replace(block, fault="hidden" if hidden else None)]
    if block.kind != "paragraph":
        return [block]
    header = rows[last.end_row - 1] if last and last.kind == "paragraph" else ""
    if last and is_delimiter_row(rows[block.row - 1]) and len(split_row(header)) > 1:
        return _split_table(last, block, rows)
    return with_broken_table(block, rows, anywhere=False)


def _split_table(last: Block, block: Block, rows: Sequence[str]) -> list[Block]:
    """Return the table whose header ends one paragraph and whose rest starts another one."""
    end = block.row
    while end < block.end_row and "|" in rows[end]:
        end += 1
    parts = [_table(rows, last.end_row, end, "blank")]
    if last.row < last.end_row:
        parts.insert(0, _paragraph(rows, last.row, last.end_row - 1))
    if end < block.end_row:
        parts.append(_paragraph(rows, end + 1, block.end_row))
    return parts


def _paragraph(rows: Sequence[str], row: int, end_row: int) -> Block:
    text = "\n".join(rows[row - 1 : end_row]).strip()
    return Block("paragraph", row, end_row, 0, (TextSpan(text, row, end_row),))


def _table(rows: Sequence[str], row: int, end_row: int, fault: Fault) -> Block:
    texts = [
        TextSpan(cell.text.replace("\\|", "|"), number, number, number == row, column)
        for number in range(row, end_row + 1)
        if rows[number - 1].strip() and not is_delimiter_row(rows[number - 1])
        for column, cell in enumerate(split_row(rows[number - 1]))
    ]
    return Block("table", row, end_row, 0, tuple(texts), fault=fault)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Only the blocks are wanted; what is inside them is not parsed.
    parser = MarkdownIt("commonmark", {"maxNesting": _MOST_NESTED})
    return parser.enable("table").disable(["inline", "text_join"])


def _block(tokens: "list[Token]") -> Block | None:
    opening = tokens[0]
    if opening.type not in _KINDS or opening.map is None:
        return None
    row, end_row = opening.map[0] + 1, max(opening.map[1], opening.map[0] + 1)
    texts: tuple[TextSpan, ...]
    if opening.type == "html_block":
        texts = (TextSpan(opening.content.rstrip(), row, end_row),)
    elif opening.type in ("fence", "code_block"):
        texts = (TextSpan(opening.content, row, end_row),)
    else:
        texts = tuple(_texts(tokens))
    return Block(
        _KINDS[opening.type],
        row,
        end_row,
        int(opening.tag[1]) if opening.type == "heading_open" else 0,
        texts,
        setext=opening.type == "heading_open" and opening.markup in ("=", "-"),
    )


def _texts(tokens: "list[Token]") -> "list[TextSpan]":
    found: list[TextSpan] = []
    column = -1
    for previous, token in pairwise(tokens):
        if previous.type == "tr_open":
            column = -1
        in_table = previous.type in ("th_open", "td_open")
        column += in_table
        if token.type == "inline" and token.map is not None:
            row, end_row = token.map[0] + 1, token.map[1]
            header = previous.type == "th_open"
            found.append(
                TextSpan(token.content, row, end_row, header, column if in_table else None)
            )
        elif token.type in ("fence", "code_block", "html_block") and token.map is not None:
            found.append(TextSpan(token.content, token.map[0] + 1, token.map[1]))
    return found


def balance(text: str) -> int:
    """Return how many HTML elements a text opens and leaves open; negative if it closes more."""
    return sum(-1 if tag[1] else 1 for tag in _CONTAINER.finditer(text)) if "<" in text else 0
