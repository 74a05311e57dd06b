"""The parameters that a notebook's header documents, in a table or a list."""

import re
from collections.abc import Iterator

from msgspec import Struct

from nblint.document.model import Cell, Notebook, Place
from nblint.patterns import lazy_pattern
from nblint.reading.header.header import HeaderEntry, Section
from nblint.reading.header.headings import normalised
from nblint.reading.header.skeleton import prompt
from nblint.reading.markdown.blocks import blocks
from nblint.reading.markdown.model import TextSpan
from nblint.settings import HeaderSettings

# Dashes apart: a set of several characters beyond Latin-1 takes long to compile.
_NAME = lazy_pattern(r"\s*(-{0,2}[A-Za-z_]\w*)\s*(?:[(:=\[-].*|[–—].*)?", re.DOTALL)
_HTML_TABLE = lazy_pattern(r"<t(?:able|d|r)\b", re.IGNORECASE)
_ITEM = lazy_pattern(r"\s*(?:`(?P<code>[^`\n]{1,100})`|(?P<name>[A-Za-z_]\w*)\s*(?=[:=(–—-]))")
_MARKUP = lazy_pattern(r"</?\w[^<>]{0,100}>|[`*]|\\(?=[_*])")


class Documented(Struct, frozen=True):
    """A name in the header's table or list of parameters."""

    name: str
    place: Place


class ParameterTable(Struct, frozen=True):
    """The header's table of parameters.

    Attributes:
        cell: Its cell.
        row: Its first row, 1-based.
        end_row: Its last row.
        columns: The texts of its header row.
        name_column: The column of the names, 0-based.
        placeholders: The rows of which the author has written nothing.
        is_code: Whether the names are written as code.
    """

    cell: Cell
    row: int
    end_row: int
    columns: tuple[str, ...]
    name_column: int
    placeholders: tuple[int, ...]
    is_code: bool


class DocumentedParameters(Struct, frozen=True):
    """What a header's section of parameters says.

    Attributes:
        names: The names in it; None where its table does not render or is HTML.
        table: Its table.
    """

    names: tuple[Documented, ...] | None
    table: ParameterTable | None


def read_documented(
    notebook: Notebook, section: Section, settings: HeaderSettings
) -> DocumentedParameters:
    """Read a header's section of parameters."""
    placeholders = _placeholders(section, settings)
    names: list[Documented] = []
    table: ParameterTable | None = None
    is_quoted = False  # whether the table stands in a quotation, which is not edited
    for entry in section.entries:
        cell = notebook.cells[entry.cell - 1]
        if entry.block.fault not in (None, "hidden"):
            return DocumentedParameters(None, table)  # a table that does not render
        if entry.block.kind == "table" and table is None and not is_quoted:
            table = _table(cell, entry, placeholders)
            names += _rows(table, entry, placeholders)
        elif entry.block.kind in ("list", "numbered-list"):
            names += _items(cell, entry, placeholders)
        elif entry.block.kind == "quote" and any(t.header for t in entry.block.texts):
            is_quoted = True
            names += _rows(_table(cell, entry, placeholders), entry, placeholders)
        elif entry.block.kind == "html" and _HTML_TABLE.search(entry.block.texts[0].text):
            return DocumentedParameters(None, table)  # only a browser reads it
    return DocumentedParameters(tuple(names), table)


def _placeholders(section: Section, settings: HeaderSettings) -> frozenset[str]:
    """Return the casefolded texts that the author was meant to replace."""
    texts = (text.text for block in blocks(prompt(section.settings)) for text in block.texts)
    return frozenset(text.casefold() for text in (*texts, *settings.placeholders, ""))


def _table(cell: Cell, entry: HeaderEntry, placeholders: frozenset[str]) -> ParameterTable:
    columns = tuple(text.text for text in entry.block.texts if text.header)
    named = [normalised(column) for column in columns]
    likely = (i for i, name in enumerate(named) if name in ("parameter", "parameters", "name"))
    name_column = next(likely, 0)
    names = [t for t in entry.block.texts if t.column == name_column and not t.header]
    written = {
        text.row
        for text in entry.block.texts
        if not text.header and text.text.casefold() not in placeholders
    }
    unwritten = tuple(name.row for name in names if name.row not in written)
    is_code = any(name.text.startswith("`") for name in names)
    end_row = max(text.end_row for text in entry.block.texts) if names else entry.block.row + 1
    return ParameterTable(cell, entry.block.row, end_row, columns, name_column, unwritten, is_code)


def _rows(
    table: ParameterTable, entry: HeaderEntry, placeholders: frozenset[str]
) -> Iterator[Documented]:
    for text in entry.block.texts:
        is_name = text.column == table.name_column and not text.header
        if is_name and text.text.casefold() not in placeholders:
            yield from _names(table.cell, text)


def _names(cell: Cell, text: TextSpan) -> Iterator[Documented]:
    """Yield the names in a table cell: `x`, **x**, x (int), or several with commas."""
    plain = _MARKUP.sub("", text.text).strip()
    if normalised(plain) in ("none", "n/a", "-", "–", "—", ""):
        return
    pieces = [piece for piece in re.split(r"[,/&]|\bor\b|\band\b", plain) if piece.strip()]
    found = [match for piece in pieces if (match := _NAME.fullmatch(piece))]
    names = [match[1].lstrip("-") for match in found] if len(found) == len(pieces) else [plain]
    for name in names:
        yield Documented(name, _place(cell, text, name))


def _items(cell: Cell, entry: HeaderEntry, placeholders: frozenset[str]) -> Iterator[Documented]:
    """Yield the names at the start of a list's items."""
    for text in entry.block.texts:
        item = _ITEM.match(text.text.lstrip("*_"))
        if item and text.text.casefold() not in placeholders:
            name = item["code"] or item["name"]
            if name.isidentifier():
                yield Documented(name, _place(cell, text, name))


def _place(cell: Cell, text: TextSpan, name: str) -> Place:
    row = cell.rows[text.row - 1] if text.row <= len(cell.rows) else ""
    column = row.find(name) + 1
    return (
        cell.place(text.row, column, text.row, column + len(name))
        if column
        else (cell.place(text.row))
    )
