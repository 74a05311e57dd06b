"""The documents that an editor has open, as it has sent them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lsprotocol import types
from msgspec import Struct
from pygls.uris import uri_scheme

from nblint.server.editor_text import UTF_16, EditorText, PositionEncoding

# A document of JupyterLab with one language of a notebook: `a.ipynb.python-markdown.md`.
_PART = re.compile(r"(?P<notebook>.+\.ipynb)\.(?P<languages>[\w-]+)\.\w+\Z")


class OpenCell(Struct, frozen=True):
    """A cell of a notebook document.

    Attributes:
        uri: The URI of its text.
        is_code: Whether it is code, not prose.
        metadata: The metadata that the client has sent.
        text: Its text.
    """

    uri: str
    is_code: bool
    metadata: Mapping[str, object]
    text: EditorText


class OpenNotebook(Struct, frozen=True):
    """A notebook document: the cells, from a client that supports notebooks.

    Attributes:
        uri: Its URI.
        metadata: The metadata that the client has sent.
        cells: Its cells, in order.
    """

    uri: str
    metadata: Mapping[str, object]
    cells: tuple[OpenCell, ...]


class OpenFile(Struct, frozen=True):
    """A whole file, from a client that does not support notebooks.

    Attributes:
        uri: Its URI.
        text: Its text: JSON.
    """

    uri: str
    text: EditorText


class OpenParts(Struct, frozen=True):
    """A notebook as JupyterLab sends it: all code in one text, all markdown in another.

    Attributes:
        uri: The notebook's URI.
        code: The code; None while it is not open.
        markdown: The markdown; None while it is not open.
    """

    uri: str
    code: OpenFile | None
    markdown: OpenFile | None


Open = OpenNotebook | OpenFile | OpenParts


class _SyncedNotebook(NamedTuple):
    """A notebook document without the texts of its cells, which are documents of their own."""

    metadata: Mapping[str, object]
    cells: tuple[types.NotebookCell, ...]


class Documents:
    """The documents that are open, by the URI of their notebook.

    Messages about a document that is not open are ignored.

    Attributes:
        encoding: The units in which the client counts characters.
    """

    def __init__(self, encoding: PositionEncoding = UTF_16) -> None:
        self.encoding = encoding
        self._texts: dict[str, EditorText] = {}
        self._notebooks: dict[str, _SyncedNotebook] = {}
        self._owner: dict[str, str] = {}

    def notebook_of(self, uri: str) -> str | None:
        """Return the notebook that a text belongs to; None where it belongs to none."""
        return self._owner.get(uri)

    def text(self, uri: str) -> EditorText | None:
        """Return an open text; None where it is not open."""
        return self._texts.get(uri)

    def __iter__(self) -> Iterator[str]:
        """Yield the URIs of the open notebooks."""
        return iter(dict.fromkeys([*self._notebooks, *self._owner.values()]))

    def get(self, uri: str) -> Open | None:
        """Return a notebook as it is now; None where nothing of it is open."""
        if notebook := self._notebooks.get(uri):
            return OpenNotebook(uri, notebook.metadata, tuple(self._cells(notebook)))
        own = {
            name: OpenFile(name, self._texts[name])
            for name, owner in self._owner.items()
            if owner == uri
        }
        if not own:
            return None
        code = own.pop(uri, None)
        if code and not own and _is_json(code.text):
            return code
        return OpenParts(uri, code, next(iter(own.values()), None))

    def open_text(self, item: types.TextDocumentItem) -> str | None:
        """Store a text document, and return the notebook that it belongs to, if any."""
        notebook = _owner(item)
        if notebook is not None:
            self._owner[item.uri] = notebook
            self._put(item)
        return notebook

    def change_text(
        self,
        document: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> str | None:
        """Apply changes of a text document, and return the notebook that it belongs to."""
        if text := self._texts.get(document.uri):
            self._texts[document.uri] = text.changed(changes, document.version)
        return self._owner.get(document.uri)

    def close_text(self, uri: str) -> str | None:
        """Forget a text document, and return the notebook that it belonged to."""
        self._texts.pop(uri, None)
        return self._owner.pop(uri, None)

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> str:
        """Store a notebook document, and return its URI."""
        opened = params.notebook_document
        self.close_notebook(opened.uri)
        self._notebooks[opened.uri] = _SyncedNotebook(
            _mapping(opened.metadata), tuple(opened.cells)
        )
        for item in params.cell_text_documents:
            self._put_cell(item, opened.uri)
        return opened.uri

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> str | None:
        """Apply changes of a notebook document, and return its URI if it is open."""
        uri, change = params.notebook_document.uri, params.change
        notebook = self._notebooks.get(uri)
        if notebook is None:
            return None
        if change.metadata is not None:
            notebook = notebook._replace(metadata=_mapping(change.metadata))
        if change.cells:
            cells = list(notebook.cells)
            if change.cells.structure:
                self._change_structure(cells, change.cells.structure, uri)
            described = {cell.document: cell for cell in change.cells.data or ()}
            cells = [described.get(cell.document, cell) for cell in cells]
            for edited in change.cells.text_content or ():
                self.change_text(edited.document, edited.changes)
            notebook = notebook._replace(cells=tuple(cells))
        self._notebooks[uri] = notebook
        return uri

    def _change_structure(
        self,
        cells: list[types.NotebookCell],
        change: types.NotebookDocumentCellChangeStructure,
        notebook: str,
    ) -> None:
        """Replace cells of a notebook by others, whose texts are closed and opened."""
        array = change.array
        cells[array.start : array.start + array.delete_count] = array.cells or ()
        for closed in change.did_close or ():
            self.close_text(closed.uri)
        for opened in change.did_open or ():
            self._put_cell(opened, notebook)

    def close_notebook(self, uri: str) -> None:
        """Forget a notebook document and the texts of its cells."""
        self._notebooks.pop(uri, None)
        for text in [text for text, owner in self._owner.items() if owner == uri]:
            self.close_text(text)

    def _put(self, item: types.TextDocumentItem) -> None:
        text = EditorText(item.text, item.version, item.language_id, self.encoding)
        self._texts[item.uri] = text

    def _put_cell(self, item: types.TextDocumentItem, notebook: str) -> None:
        self._owner[item.uri] = notebook
        self._put(item)

    def _cells(self, notebook: _SyncedNotebook) -> Iterator[OpenCell]:
        for cell in notebook.cells:
            if text := self._texts.get(cell.document):
                is_code = cell.kind == types.NotebookCellKind.Code
                yield OpenCell(cell.document, is_code, _mapping(cell.metadata), text)


def _owner(item: types.TextDocumentItem) -> str | None:
    """Return the notebook that a text document is, or is a part of.

    The text of a cell has a URI like its notebook's, but with another scheme; without the notebook
    it is of no use.
    """
    if uri_scheme(item.uri) not in ("file", "untitled"):
        return None
    if item.uri.endswith(".ipynb"):
        return item.uri if item.language_id != "markdown" else None
    part = _PART.match(item.uri)
    if part and item.language_id == "markdown" and part["languages"].endswith("-markdown"):
        return part["notebook"]
    return None


def _is_json(text: EditorText) -> bool:
    return text.language in ("json", "ipynb", "jupyter") or text.content.lstrip()[:1] == "{"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
