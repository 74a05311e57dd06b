"""The blocks of a markdown text, and the texts in them."""

from typing import Literal

from msgspec import Struct

from nblint.reading.markdown.table import Fault

Kind = Literal[
    "heading", "paragraph", "list", "numbered-list", "table", "quote", "html", "code", "rule"
]


class TextSpan(Struct, frozen=True):
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


class Block(Struct, frozen=True):
    """A block of a markdown cell, at its top level.

    Attributes:
        kind: Its kind.
        row: Its first row, 1-based.
        end_row: Its last row.
        level: A heading's level.
        texts: The texts in it, including nested ones.
        setext: Whether a heading is underlined instead of marked with `#`.
        fault: Why a table does not render as it was meant to.
    """

    kind: Kind
    row: int
    end_row: int
    level: int
    texts: tuple[TextSpan, ...]
    setext: bool = False
    fault: Fault | None = None
