"""Surgical edits: the bytes of the text that changes, and no others.

Indentation, key order, escapes, line ends and the end of the file stay as they were.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from nblint.document.model import Notebook, Place
from nblint.document.positions import STRING, RawNotebook, Span, items

# A character of a JSON string, as it is escaped in the file; a surrogate pair is one.
_CHARACTER = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\u[0-9a-fA-F]{4}|\\.|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*"
)


class TextEdit(NamedTuple):
    """Replaces text in a cell's source.

    Attributes:
        cell: The cell's number, 1-based.
        start: Where the text begins: a 0-based offset in the source, in code points.
        end: Where it ends, exclusive.
        text: What stands there instead.
    """

    cell: int
    start: int
    end: int
    text: str


class InsertCell(NamedTuple):
    """Inserts a markdown cell.

    Attributes:
        before: The number of the cell that it comes before, 1-based; one more than there are: last.
        source: Its text.
    """

    before: int
    source: str


Edit = TextEdit | InsertCell


def offset_of(source: str, row: int, column: int = 1) -> int:
    """Return the 0-based offset of a 1-based row and column in a source, or its end if past it."""
    position = 0
    for _ in range(row - 1):
        end = re.compile(r"\r\n|\r|\n").search(source, position)
        if end is None:
            return len(source)
        position = end.end()
    return min(position + column - 1, len(source))


def replace(notebook: Notebook, place: Place, text: str) -> TextEdit:
    """Return the edit that puts a text in the stead of a place in a cell's source."""
    if place.cell is None or place.row is None or place.end_row is None:
        raise ValueError("only a place in a cell's source can be replaced")
    source = notebook.cells[place.cell - 1].source
    start = offset_of(source, place.row, place.column or 1)
    return TextEdit(
        place.cell, start, offset_of(source, place.end_row, place.end_column or 1), text
    )


def conflict(edits: Sequence[Edit], more: Sequence[Edit]) -> bool:
    """Say whether two sets of edits touch the same text, so that they cannot be applied together.

    Insertions at the same point do not conflict: they follow each other.
    """
    return any(
        isinstance(one, TextEdit)
        and isinstance(other, TextEdit)
        and one.cell == other.cell
        and one.start < max(other.end, other.start + 1)
        and other.start < max(one.end, one.start + 1)
        and not (one.start == one.end == other.start == other.end)
        for one in edits
        for other in more
    )


def apply(notebook: Notebook, edits: Sequence[Edit]) -> bytes:
    """Apply edits that do not conflict.

    Args:
        notebook: The notebook, whose `raw` the edits are for.
        edits: The edits, in any order; insertions at one point come out in the order given.

    Returns:
        The bytes of the edited notebook.
    """
    raw = RawNotebook(notebook.raw)
    by_cell: dict[int, list[TextEdit]] = {}
    new_cells: dict[int, list[InsertCell]] = {}
    for edit in edits:
        if isinstance(edit, TextEdit):
            by_cell.setdefault(edit.cell, []).append(edit)
        else:
            new_cells.setdefault(edit.before, []).append(edit)
    changes = [
        (span, _edited_source(notebook, raw, cell, span, texts))
        for cell, texts in by_cell.items()
        if (span := raw.source(cell))
    ]
    changes += [_inserted(notebook, raw, before, cells) for before, cells in new_cells.items()]
    result = notebook.raw
    for span, replacement in sorted(changes, reverse=True):
        result = result[: span.start] + replacement + result[span.end :]
    return result


def _edited_source(
    notebook: Notebook, raw: RawNotebook, cell: int, span: Span, edits: list[TextEdit]
) -> bytes:
    """Return the JSON of an edited source, which is a string or a list of strings.

    A list is edited as one stream of characters, each as it is escaped in the file, with the bytes
    that stand between two of its strings kept beside it: `breaks`, by where the second one begins.
    """
    is_list = raw.raw[span.start : span.start + 1] == b"["
    parts = items(raw.raw, span.start) if is_list else [span]
    characters: list[bytes] = []
    breaks: dict[int, bytes] = {}
    for previous, part in zip([None, *parts], parts, strict=False):
        if previous:
            breaks[len(characters)] = raw.raw[previous.end : part.start]
        characters += _CHARACTER.findall(raw.raw, part.start + 1, part.end - 1)
    lead, new_break, tail = _list_layout(raw, span, parts) if is_list else (b"", b"", b"")
    source = notebook.cells[cell - 1].source
    crlf = "\r\n" in source

    edited: list[bytes] = []
    edited_breaks: dict[int, bytes] = {}
    position = 0
    # The sort is stable, so that insertions at one point stay in their order.
    for edit in [*sorted(edits, key=lambda edit: edit[1:3]), TextEdit(cell, len(source), -1, "")]:
        for index in range(position, edit.start):
            if index in breaks and (index > position or _ends_line(edited)):
                edited_breaks[len(edited)] = breaks[index]
            edited.append(characters[index])
        if edit.start in breaks and _ends_line(edited):
            edited_breaks[len(edited)] = breaks[edit.start]
        text = edit.text.replace("\n", "\r\n") if crlf else edit.text
        for line in text.splitlines(keepends=True):
            edited.append(json.dumps(line, ensure_ascii=raw.raw.isascii()).encode()[1:-1])
            if line.endswith("\n"):
                edited_breaks[len(edited)] = new_break
        position = edit.end
    if not is_list:
        return b'"' + b"".join(edited) + b'"'
    if not edited:
        return b"[]"
    result = b"[" + lead + b'"'
    for index, character in enumerate(edited):
        if index and index in edited_breaks:
            result += b'"' + edited_breaks[index] + b'"'
        result += character
    return result + b'"' + tail + b"]"


def _ends_line(characters: list[bytes]) -> bool:
    """Say whether a new string of a list may begin after these characters."""
    return not characters or characters[-1].endswith((b"\\n", b"\\u000a", b"\\u000A"))


def _list_layout(raw: RawNotebook, span: Span, parts: list[Span]) -> tuple[bytes, bytes, bytes]:
    """Return what stands before, between and behind the strings of a source's list."""
    if parts:
        lead = raw.raw[span.start + 1 : parts[0].start]
        between = raw.raw[parts[0].end : parts[1].start] if len(parts) > 1 else b"," + lead
        return lead, between, raw.raw[parts[-1].end : span.end - 1]
    layout = Layout.of(raw.raw)
    if not layout.indent:
        return b"", layout.comma, b""
    line_start = raw.raw.rfind(b"\n", 0, span.start) + 1
    indent = re.compile(rb"[ \t]*").match(raw.raw, line_start)
    tail = layout.newline + (indent[0] if indent else b"")
    lead = tail + layout.indent
    return lead, b"," + lead, tail


class Layout(NamedTuple):
    """How a file's JSON is laid out.

    Attributes:
        indent: One level of indentation; empty where the whole file is one line.
        newline: The line end.
        comma: What separates items on one line.
        colon: What separates a key from its value.
    """

    indent: bytes
    newline: bytes
    comma: bytes
    colon: bytes

    @classmethod
    def of(cls, raw: bytes) -> "Layout":
        """Read the layout off the beginning of a file."""
        first = re.compile(rb"\s*\{(\r?\n)?([ \t]*)" + STRING + rb"(\s*:\s*)").match(raw)
        newline, indent, colon = first.groups() if first else (None, b" ", b": ")
        if newline is None:
            return cls(b"", b"", b"," if colon == b":" else b", ", colon)
        return cls(indent, newline, b"," + newline, colon)

    def encode(self, value: object, depth: int, *, ascii_only: bool) -> bytes:
        """Return a value's JSON in this layout, as it stands at a depth of indentation."""
        if not self.indent:
            separators = (self.comma.decode(), self.colon.decode())
            return json.dumps(value, ensure_ascii=ascii_only, separators=separators).encode()
        text = json.dumps(
            value,
            ensure_ascii=ascii_only,
            indent=self.indent.decode(),
            separators=(",", self.colon.decode()),
        ).encode()
        return text.replace(b"\n", self.newline + self.indent * depth)


def _inserted(
    notebook: Notebook, raw: RawNotebook, before: int, cells: list[InsertCell]
) -> tuple[Span, bytes]:
    """Return where new cells go, and their bytes."""
    layout, container = Layout.of(notebook.raw), raw.top["cells"]
    ascii_only = notebook.raw.isascii()
    with_id = (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    gap = layout.newline + layout.indent * 2
    new = [
        layout.encode(_cell_json(notebook, cell.source, with_id=with_id), 2, ascii_only=ascii_only)
        for cell in cells
    ]
    joined = (b"," + gap if layout.indent else layout.comma).join(new)
    comma = b"," + gap if layout.indent else layout.comma
    if not raw.cells:
        return container, b"[" + gap + joined + gap.removesuffix(layout.indent) + b"]"
    if before <= len(raw.cells):
        start = raw.cells[before - 1].start
        return Span(start, start), joined + comma
    end = raw.cells[-1].end
    return Span(end, end), comma + joined


def _cell_json(notebook: Notebook, source: str, *, with_id: bool) -> dict[str, object]:
    """Return a new markdown cell.

    Its id follows from the text, so that the same fix gives the same bytes twice.
    """
    lines = source.splitlines(keepends=True)
    if not with_id:
        return {"cell_type": "markdown", "metadata": {}, "source": lines}
    taken = {cell.id for cell in notebook.cells}
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    identifier = next(digest[i : i + 8] for i in range(56) if digest[i : i + 8] not in taken)
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": lines}
