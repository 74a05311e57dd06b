"""Drafts: what an editor has open, as a notebook, and where its parts are in the documents."""

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from msgspec import Struct
from pygls.uris import to_fs_path

from nblint.document.apply import apply
from nblint.document.edit import Edit, TextEdit, with_line_ends_of
from nblint.document.model import Notebook, Place, Unreadable
from nblint.document.positions import RawNotebook, byte_offset, file_line
from nblint.document.rows import offset_of
from nblint.document.verify import is_edited_only
from nblint.linting.checking import read_document
from nblint.server.documents import OpenFile, OpenNotebook
from nblint.server.editor_text import EditorText


class DocumentRange(NamedTuple):
    """A range in an open document.

    Attributes:
        uri: The document.
        range: The range.
        is_moved: Whether it is another line of the cell, because the editor shows nothing on the
            line itself.
    """

    uri: str
    range: types.Range
    is_moved: bool = False


class Draft(Protocol):
    """A notebook as an editor has it open."""

    @property
    def path(self) -> Path:
        """The path of the notebook, even if it has never been saved."""

    @property
    def document(self) -> Notebook | Unreadable:
        """The notebook."""

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file, including outputs."""

    @property
    def texts(self) -> Mapping[str, EditorText]:
        """The documents that it consists of, by their URIs."""

    def locate(self, place: Place) -> DocumentRange | None:
        """Return the range of a place; None where the editor does not show it."""

    def edits(self, edits: Sequence[Edit]) -> dict[str, list[types.TextEdit]] | None:
        """Return edits of a notebook as edits of documents; None where that is not possible."""


class CellSpan(NamedTuple):
    """Where a cell is in a document.

    Attributes:
        uri: The document.
        line: The document's first line of the cell, 0-based.
        last_line: The document's last line of the cell, 0-based.
        silent: The cell's rows, 1-based, on which the editor shows nothing.
    """

    uri: str
    line: int
    last_line: int
    silent: frozenset[int] = frozenset()

    def shown_row(self, row: int) -> int | None:
        """Return the nearest row that can show something; None if no row can."""
        rows = [row for row in range(1, self.last_line - self.line + 2) if row not in self.silent]
        return min(rows, key=lambda shown: abs(shown - row), default=None)


class CellsDraft(Struct, frozen=True):
    """A notebook whose cells the editor has sent, without their outputs.

    Attributes:
        path: The path of the notebook.
        document: The notebook that was built from the cells.
        texts: The documents, by their URIs.
        spans: Where each cell is; None for a cell that the editor has not sent.
        is_exact: Whether the documents hold the cells exactly as the notebook does.
    """

    path: Path
    document: Notebook | Unreadable
    texts: Mapping[str, EditorText]
    spans: tuple[CellSpan | None, ...]
    is_exact: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file, including outputs."""
        return False

    def locate(self, place: Place) -> DocumentRange | None:
        """Return the range of a place: the cell's first line for what is not in its source."""
        if place.cell is None:  # the notebook itself
            shown = next(filter(None, self.spans), None)
            return self._first_line(shown) if shown else None
        span = self.spans[place.cell - 1]
        if span is None or not isinstance(self.document, Notebook):
            return None
        if place.surface != "source" or place.row is None:
            return self._first_line(span)
        if place.row in span.silent:
            row = span.shown_row(place.row)
            return (
                self._line(span.uri, span.line + row - 1)._replace(is_moved=True) if row else None
            )
        source = self.document.cells[place.cell - 1].source
        text = EditorText(source, None, "", self.texts[span.uri].encoding)
        start = text.position(offset_of(source, place.row, place.column or 1))
        end = text.position(offset_of(source, place.end_row or place.row, place.end_column or 1))
        return DocumentRange(span.uri, types.Range(_moved(start, span), _moved(end, span)))

    def _first_line(self, span: CellSpan) -> DocumentRange | None:
        row = span.shown_row(1)
        return self._line(span.uri, span.line + row - 1) if row else None

    def _line(self, uri: str, line: int) -> DocumentRange:
        return DocumentRange(uri, self.texts[uri].line(line))

    def edits(self, edits: Sequence[Edit]) -> dict[str, list[types.TextEdit]] | None:
        """Return edits as edits of the cells' texts; the protocol can change nothing else.

        https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspaceEdit
        """
        if not self.is_exact or not edits:
            return None
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            span = self.spans[edit.cell - 1] if isinstance(edit, TextEdit) else None
            if span is None or not isinstance(edit, TextEdit):
                return None
            text = self.texts[span.uri]
            new = with_line_ends_of(text.content, edit.text)
            change = types.TextEdit(text.range(edit.start, edit.end), new)
            changes.setdefault(span.uri, []).append(change)
        return changes


class FileDraft(Struct, frozen=True, dict=True):
    """A notebook that the editor has sent as a whole file of JSON.

    Attributes:
        path: The path of the notebook.
        document: The notebook.
        uri: The URI of the file.
        text: Its text.
    """

    path: Path
    document: Notebook | Unreadable
    uri: str
    text: EditorText

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file, including outputs."""
        return True

    @property
    def texts(self) -> Mapping[str, EditorText]:
        """The one document that it consists of."""
        return {self.uri: self.text}

    def locate(self, place: Place) -> DocumentRange | None:
        """Return the range of a place: a whole line for what is not in a cell's source."""
        if not isinstance(self.document, Notebook):
            start = offset_of(self.text.content, place.row or 1, place.column or 1)
            return DocumentRange(self.uri, self.text.range(start, start + 1))
        raw = self._raw
        if place.surface == "source" and place.cell is not None and place.row is not None:
            source = self.document.cells[place.cell - 1].source
            ends = (
                offset_of(source, place.row, place.column or 1),
                offset_of(source, place.end_row or place.row, place.end_column or 1),
            )
            found = [byte_offset(raw, place.cell, offset) for offset in ends]
            if None not in found:
                start, end = (len(_decoded(raw.raw[:offset])) for offset in found)
                return DocumentRange(self.uri, self.text.range(start, max(start, end)))
        return DocumentRange(self.uri, self.text.line((file_line(raw, place) or 1) - 1))

    @cached_property
    def _raw(self) -> RawNotebook:
        return RawNotebook(self.document.raw)

    def edits(self, edits: Sequence[Edit]) -> dict[str, list[types.TextEdit]] | None:
        """Return edits as one edit of the file: from the first difference to the last."""
        if not edits or not isinstance(self.document, Notebook):
            return None
        raw = apply(self.document, edits)
        after = read_document(self.document.path, raw)
        if not isinstance(after, Notebook) or not is_edited_only(self.document, after, edits):
            return None
        change = _difference(self.text, _decoded(raw))
        return {self.uri: [change]} if change else None


def draft_of(opened: OpenNotebook | OpenFile) -> Draft:
    """Return an open document as a draft."""
    path = path_of(opened.uri)
    if isinstance(opened, OpenFile):
        raw = opened.text.content.encode("utf-8", "surrogatepass")
        return FileDraft(path, read_document(str(path), raw), opened.uri, opened.text)
    cells = [
        {
            **_described(cell.metadata),
            "cell_type": _cell_type(cell.is_code, cell.text.language),
            "source": cell.text.content,
        }
        for cell in opened.cells
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, **_described(opened.metadata), "cells": cells}
    return CellsDraft(
        path,
        read_document(str(path), json.dumps(notebook).encode()),
        {cell.uri: cell.text for cell in opened.cells},
        tuple(CellSpan(cell.uri, 0, cell.text.last_line) for cell in opened.cells),
    )


def path_of(uri: str) -> Path:
    """Return the path of a notebook; its name if it has never been saved."""
    return Path(to_fs_path(uri) or Path(unquote(urlsplit(uri).path)).name or "Untitled.ipynb")


def _cell_type(is_code: bool, language: str) -> str:
    # VS Code calls raw cells code of the language "raw".
    return ("raw" if language == "raw" else "code") if is_code else "markdown"


def _described(metadata: Mapping[str, object]) -> dict[str, object]:
    """Return the keys of a cell or notebook in nbformat, without its source and outputs.

    Clients send the metadata. VS Code sends the other keys, too; older versions under "custom".
    """
    custom = metadata.get("custom")
    whole = custom if isinstance(custom, dict) else metadata
    if isinstance(whole.get("metadata"), dict):
        kept = ("id", "metadata", "attachments", "nbformat", "nbformat_minor")
        return {key: whole[key] for key in kept if key in whole}
    return {"metadata": dict(metadata)}


def _moved(position: types.Position, span: CellSpan) -> types.Position:
    return types.Position(min(span.line + position.line, span.last_line), position.character)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def _difference(text: EditorText, new: str) -> types.TextEdit | None:
    old = text.content
    if old == new:
        return None
    most = min(len(old), len(new))
    start = _alike(most, lambda length: old[:length] == new[:length])
    most -= start
    behind = _alike(most, lambda length: old[len(old) - length :] == new[len(new) - length :])
    end = len(old) - behind
    return types.TextEdit(text.range(start, end), new[start : len(new) - behind])


def _alike(most: int, is_alike: Callable[[int], bool]) -> int:
    """Return the greatest length up to `most` for which a condition holds."""
    return bisect_left(range(most), True, key=lambda length: not is_alike(length + 1))
