"""Applies edits surgically: only the bytes of what changes are replaced.

Indentation, key order, escapes, line ends and the end of the file stay as they were.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from nblint.document.edit import (
    Convert,
    DeleteCell,
    Edit,
    InsertCell,
    NewIds,
    ReorderCells,
    Rewrite,
    SetValue,
    TextEdit,
    with_line_ends_of,
)
from nblint.document.layout import Layout, encode_text
from nblint.document.model import Notebook
from nblint.document.positions import CHARACTER, RawNotebook, Span, items, keyed_members


class _Splice(NamedTuple):
    """New bytes for a part of the file."""

    span: Span
    text: bytes


def apply(notebook: Notebook, edits: Sequence[Edit]) -> bytes:
    """Apply edits that do not conflict.

    Args:
        notebook: The notebook, whose `raw` the edits are for.
        edits: The edits, in any order; insertions at one point come out in the order given.

    Returns:
        The bytes of the edited notebook.
    """
    for edit in edits:
        if isinstance(edit, Rewrite):
            return edit.raw
        if isinstance(edit, Convert):
            from nblint.document.conversion import converted  # loads nbformat

            return converted(notebook) or notebook.raw
    raw = RawNotebook(notebook.raw)
    splices: list[_Splice] = []
    texts: dict[int, list[TextEdit]] = {}
    for edit in edits:
        if isinstance(edit, TextEdit):
            texts.setdefault(edit.cell, []).append(edit)
        elif isinstance(edit, SetValue):
            splices += _set_value(raw, edit)
    for cell, cell_edits in texts.items():
        if span := raw.source(cell):
            splices.append(_Splice(span, _edited_source(notebook, raw, cell, span, cell_edits)))
    splices.sort(key=_span)
    order = arrangement(len(raw.cells), edits)
    if order == list(range(1, len(raw.cells) + 1)):
        return _spliced(raw.raw, Span(0, len(raw.raw)), splices)
    container = raw.top["cells"]
    before, after = Span(0, container.start), Span(container.end, len(raw.raw))
    return (
        _spliced(raw.raw, before, splices)
        + _arranged(notebook, raw, order, splices)
        + _spliced(raw.raw, after, splices)
    )


def arrangement(cells: int, edits: Sequence[Edit]) -> "list[int | InsertCell]":
    """Return the cells that remain after edits, in order: old ones by number, and new ones.

    Args:
        cells: The number of cells before the edits.
        edits: The edits.
    """
    order: Sequence[int] = range(1, cells + 1)
    for edit in edits:
        if isinstance(edit, ReorderCells):
            order = edit.order
    deleted = {edit.cell for edit in edits if isinstance(edit, DeleteCell)}
    inserted = [edit for edit in edits if isinstance(edit, InsertCell)]
    result: list[int | InsertCell] = []
    for position, cell in enumerate(order, 1):
        result += [edit for edit in inserted if edit.before == position]
        result += [] if cell in deleted else [cell]
    return result + [edit for edit in inserted if edit.before > cells]


def _spliced(raw: bytes, whole: Span, splices: Sequence[_Splice]) -> bytes:
    """Return a part of the file with the splices inside it applied; the splices are sorted."""
    pieces: list[bytes] = []
    position = whole.start
    first = bisect_left(splices, Span(whole.start, 0), key=_span)
    last = bisect_right(splices, Span(whole.end, whole.end), key=_span)
    for span, text in splices[first:last]:
        if span.end <= whole.end:
            pieces += raw[position : span.start], text
            position = span.end
    return b"".join([*pieces, raw[position : whole.end]])


def _span(splice: _Splice) -> Span:
    return splice.span


def _arranged(
    notebook: Notebook,
    raw: RawNotebook,
    order: "Sequence[int | InsertCell]",
    splices: Sequence[_Splice],
) -> bytes:
    """Return the JSON of the list of cells; the bytes between two cells stay where they are."""
    layout, container = Layout.of(raw.raw), raw.top["cells"]
    if not order:
        return b"[]"
    lead, tail = layout.gap(2), layout.gap(1)
    separators: list[bytes] = []
    if raw.cells:
        lead = raw.raw[container.start + 1 : raw.cells[0].start]
        tail = raw.raw[raw.cells[-1].end : container.end - 1]
        following = zip(raw.cells, raw.cells[1:], strict=False)
        separators = [raw.raw[one.end : other.start] for one, other in following]
    usual = separators[0] if separators else layout.separator(2)
    ids = NewIds(cell.id for cell in notebook.cells if cell.id)
    pieces = [b"[" + lead]
    for position, cell in enumerate(order):
        if position:
            pieces.append(separators[position - 1] if position <= len(separators) else usual)
        if isinstance(cell, InsertCell):
            new = _new_cell(notebook, cell.source, ids)
            pieces.append(layout.encode(new, 2, ascii_only=raw.raw.isascii()))
        else:
            pieces.append(_spliced(raw.raw, raw.cells[cell - 1], splices))
    return b"".join([*pieces, tail + b"]"])


def _new_cell(notebook: Notebook, source: str, ids: NewIds) -> dict[str, object]:
    lines = source.splitlines(keepends=True)
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        return {"cell_type": "markdown", "metadata": {}, "source": lines}
    return {"cell_type": "markdown", "id": ids.of(source), "metadata": {}, "source": lines}


def _set_value(raw: RawNotebook, edit: SetValue) -> list[_Splice]:
    """Return the splice that sets a value; an empty list where no object can hold it."""
    layout, ascii_only = Layout.of(raw.raw), raw.raw.isascii()
    depth = 2 + len(edit.path)
    value = layout.encode(edit.value, depth, ascii_only=ascii_only)
    if found := raw.value(edit.cell, *edit.path):
        return [_Splice(found, value)]
    parent = raw.value(edit.cell, *edit.path[:-1])
    if parent is None or raw.raw[parent.start : parent.start + 1] != b"{":
        return []
    key = layout.encode(edit.path[-1], depth, ascii_only=ascii_only)
    siblings = keyed_members(raw.raw, parent.start)
    if not siblings:
        text = layout.gap(depth) + key + layout.colon + value + layout.gap(depth - 1)
        return [_Splice(Span(parent.start + 1, parent.end - 1), text)]
    first = siblings[0]
    member = key + raw.raw[first.key.end : first.value.start] + value
    if len(siblings) > 1:
        separator = raw.raw[first.value.end : siblings[1].key.start]
    else:
        separator = b"," + raw.raw[parent.start + 1 : first.key.start]
    # Jupyter sorts keys; in a file of another order, any place is as good.
    for sibling in siblings:
        if raw.raw[sibling.key.start : sibling.key.end] > key:
            return [_Splice(Span(sibling.key.start, sibling.key.start), member + separator)]
    end = siblings[-1].value.end
    return [_Splice(Span(end, end), separator + member)]


def _edited_source(
    notebook: Notebook, raw: RawNotebook, cell: int, span: Span, edits: list[TextEdit]
) -> bytes:
    """Return the JSON of an edited source; its old one where the file does not hold it as it is."""
    source, old = notebook.cells[cell - 1].source, _WrittenSource.read(raw, span)
    if len(old.characters) != len(source):  # a heading of nbformat 3: its marks are not in the file
        return raw.raw[span.start : span.end]
    editor = _SourceEditor(source, old, ascii_only=raw.raw.isascii())
    position = 0
    # The sort is stable, so that insertions at one point stay in their order.
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        editor.keep(position, edit.start)
        editor.insert(edit.text)
        position = edit.end
    editor.keep(position, len(source))
    return editor.written()


class _ListLayout(Struct, frozen=True):
    """The bytes before, between and after the strings of a source's list."""

    lead: bytes
    between: bytes
    tail: bytes

    @classmethod
    def of(cls, raw: RawNotebook, span: Span, parts: list[Span]) -> "_ListLayout":
        """Read the layout off a list; where it is empty, off the rest of the file."""
        if parts:
            lead = raw.raw[span.start + 1 : parts[0].start]
            between = raw.raw[parts[0].end : parts[1].start] if len(parts) > 1 else b"," + lead
            return cls(lead, between, raw.raw[parts[-1].end : span.end - 1])
        layout = Layout.of(raw.raw)
        if not layout.newline:
            return cls(b"", layout.comma, b"")
        line_start = raw.raw.rfind(b"\n", 0, span.start) + 1
        indent = re.compile(rb"[ \t]*").match(raw.raw, line_start)
        tail = layout.newline + (indent[0] if indent else b"")
        lead = tail + layout.indent
        return cls(lead, b"," + lead, tail)


class _WrittenSource(Struct, frozen=True):
    """A source as it is written in the file: one string, or a list of strings read as one.

    Attributes:
        characters: Its characters, each as it is escaped in the file.
        breaks: The bytes between two strings of a list, by the index of the character at which the
            second one starts.
        layout: The list's layout; None for one string.
    """

    characters: list[bytes]
    breaks: dict[int, bytes]
    layout: _ListLayout | None

    @classmethod
    def read(cls, raw: RawNotebook, span: Span) -> "_WrittenSource":
        """Read the source at a span of the file."""
        is_list = raw.raw[span.start : span.start + 1] == b"["
        parts = items(raw.raw, span.start) if is_list else [span]
        parts = [part for part in parts if raw.raw[part.start : part.start + 1] == b'"']
        characters: list[bytes] = []
        breaks: dict[int, bytes] = {}
        for previous, part in zip([None, *parts], parts, strict=False):
            if previous:
                breaks[len(characters)] = raw.raw[previous.end : part.start]
            characters += CHARACTER.findall(raw.raw, part.start + 1, part.end - 1)
        return cls(characters, breaks, _ListLayout.of(raw, span, parts) if is_list else None)


class _SourceEditor:
    """Puts an edited source together, from left to right: what is kept, and what is inserted.

    Args:
        source: The old source.
        old: The same as it is written in the file, with as many characters.
        ascii_only: Whether the file escapes what is not ASCII.
    """

    def __init__(self, source: str, old: _WrittenSource, *, ascii_only: bool) -> None:
        self._source = source
        self._old = old
        self._ascii_only = ascii_only
        self._characters: list[bytes] = []
        self._breaks: dict[int, bytes] = {}  # as in `_WrittenSource`
        self._ends_line = True  # whether the source so far ends with a line end

    def keep(self, start: int, end: int) -> None:
        """Keep the characters from one offset to another, and the breaks between them."""
        breaks, characters = self._old.breaks, self._old.characters
        for index in range(start, end):
            # Before the first one, text may have been inserted or deleted.
            if index in breaks and (index > start or self._ends_line):
                self._breaks[len(self._characters)] = breaks[index]
            self._characters.append(characters[index])
            self._ends_line = self._source[index] == "\n"
        if end in breaks and self._ends_line:
            self._breaks[len(self._characters)] = breaks[end]

    def insert(self, text: str) -> None:
        """Insert a text, with the line ends of the source."""
        for line in with_line_ends_of(self._source, text).splitlines(keepends=True):
            self._characters.append(encode_text(line, ascii_only=self._ascii_only))
            self._ends_line = line.endswith("\n")
            if self._ends_line and self._old.layout:
                self._breaks[len(self._characters)] = self._old.layout.between

    def written(self) -> bytes:
        """Return the JSON of the new source."""
        layout, pieces = self._old.layout, self._characters
        if layout is None:
            return b'"' + b"".join(pieces) + b'"'
        if not pieces:
            return b"[]"
        for index, between in self._breaks.items():
            if 0 < index < len(pieces):
                pieces[index] = b'"' + between + b'"' + pieces[index]
        return b"[" + layout.lead + b'"' + b"".join(pieces) + b'"' + layout.tail + b"]"
