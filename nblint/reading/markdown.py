"""Markdown as Jupyter renders it, in flat blocks that know their rows.

CommonMark with GFM tables, read by markdown-it-py: https://spec.commonmark.org/0.31.2/,
https://github.github.com/gfm/#tables-extension-
"""

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Kind = Literal["heading", "paragraph", "list", "numbered-list", "table", "html", "code", "rule"]

_KINDS: dict[str, Kind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "numbered-list",
    "table_open": "table",
    "html_block": "html",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "paragraph",
    "hr": "rule",
}


class Text(NamedTuple):
    """A paragraph, a list item's text, or a table cell.

    Attributes:
        text: Its markdown.
        row: Its first row, 1-based.
        end_row: Its last row.
        header: Whether it is a cell of a table's header row.
        column: Its column in a table, 0-based.
    """

    text: str
    row: int
    end_row: int
    header: bool = False
    column: int | None = None


class Block(NamedTuple):
    """A block of a markdown cell, at its top level.

    Attributes:
        kind: What it is.
        row: Its first row, 1-based.
        end_row: Its last row.
        level: A heading's level.
        texts: The texts in it, nested ones too.
        setext: Whether a heading is underlined instead of marked with `#`.
    """

    kind: Kind
    row: int
    end_row: int
    level: int
    texts: tuple[Text, ...]
    setext: bool = False


def blocks(source: str) -> tuple[Block, ...]:
    """Read the blocks of a markdown text.

    Args:
        source: The text.

    Returns:
        Its top-level blocks, in order.
    """
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
    return tuple(found)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _block(tokens: "list[Token]") -> Block | None:
    opening = tokens[0]
    if opening.type not in _KINDS or opening.map is None:
        return None
    row, end_row = opening.map[0] + 1, max(opening.map[1], opening.map[0] + 1)
    texts: tuple[Text, ...]
    if opening.type in ("html_block", "fence", "code_block"):
        texts = (Text(opening.content, row, end_row),)
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


def _texts(tokens: "list[Token]") -> "list[Text]":
    found: list[Text] = []
    column = -1
    for previous, token in pairwise(tokens):
        if previous.type == "tr_open":
            column = -1
        in_table = previous.type in ("th_open", "td_open")
        column += in_table
        if token.type == "inline" and token.map is not None:
            row, end_row = token.map[0] + 1, token.map[1]
            header = previous.type == "th_open"
            found.append(Text(token.content, row, end_row, header, column if in_table else None))
        elif token.type in ("fence", "code_block", "html_block") and token.map is not None:
            found.append(Text(token.content, token.map[0] + 1, token.map[1]))
    return found
