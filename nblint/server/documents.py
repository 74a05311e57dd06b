"""What editors have open, as they have sent it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lsprotocol import types
from pygls.uris import uri_scheme

from nblint.server.text import UTF_16, Encoding, Text

# A part of a notebook that JupyterLab sends under a name of its own: `a.ipynb.python-markdown.md`.
_PART = re.compile(r"(?P<notebook>.+\.ipynb)\.(?P<languages>[\w-]+)\.\w+\Z")


@dataclass(frozen=True)
class OpenCell:
    """A cell of a notebook document.

    Attributes:
        uri: The address of its text.
        is_code: Whether it is code and no prose.
        metadata: What the client says of it.
        text: Its text.
    """

    uri: str
    is_code: bool
    metadata: Mapping[str, object]
    text: Text


@dataclass(frozen=True)
class OpenNotebook:
    """A notebook document: a client that knows notebooks sends their cells.

    Attributes:
        uri: Its address.
        metadata: What the client says of it.
        cells: Its cells, in order.
    """

    uri: str
    metadata: Mapping[str, object]
    cells: tuple[OpenCell, ...]


@dataclass(frozen=True)
class OpenFile:
    """A whole file, as a client that knows no notebooks sends it.

    Attributes:
        uri: Its address.
        text: Its text: JSON.
    """

    uri: str
    text: Text


@dataclass(frozen=True)
class OpenParts:
    """A notebook as JupyterLab sends it: all code in one text, all markdown in another.

    Attributes:
        uri: The notebook's address.
        code: The code; None while it is not open.
        markdown: The markdown, likewise.
    """

    uri: str
    code: OpenFile | None
    markdown: OpenFile | None


Open = OpenNotebook | OpenFile | OpenParts


class _Notebook(NamedTuple):
    metadata: Mapping[str, object]
    cells: tuple[types.NotebookCell, ...]


@dataclass
class Documents:
    """The documents that are open, known by the address of their notebook.

    What a client says of a document that it has not opened is passed over.

    Attributes:
        encoding: What the client counts in.
    """

    encoding: Encoding = UTF_16
    _texts: dict[str, Text] = field(default_factory=dict)
    _notebooks: dict[str, _Notebook] = field(default_factory=dict)
    _owner: dict[str, str] = field(default_factory=dict)

    def notebook_of(self, uri: str) -> str | None:
        """Return the notebook that a text belongs to; None where it is none of a notebook."""
        return self._owner.get(uri)

    def text(self, uri: str) -> Text | None:
        """Return a text that is open."""
        return self._texts.get(uri)

    def __iter__(self) -> Iterator[str]:
        """Yield the notebooks that are open."""
        return iter(dict.fromkeys([*self._notebooks, *self._owner.values()]))

    def get(self, uri: str) -> Open | None:
        """Return what is open of a notebook, as it is now."""
        if notebook := self._notebooks.get(uri):
            return OpenNotebook(uri, notebook.metadata, tuple(self._cells(notebook)))
        own = [text for text, owner in self._owner.items() if owner == uri]
        if not own:
            return None
        if own == [uri] and _is_json(self._texts[uri]):
            return OpenFile(uri, self._texts[uri])
        code = OpenFile(uri, self._texts[uri]) if uri in own else None
        markdown = [OpenFile(name, self._texts[name]) for name in own if name != uri]
        return OpenParts(uri, code, markdown[0] if markdown else None)

    def open_text(self, item: types.TextDocumentItem) -> str | None:
        """Take in a text document, and return the notebook that it belongs to, if to one."""
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
        """Take in changes of a text document, and return the notebook that it belongs to."""
        if text := self._texts.get(document.uri):
            self._texts[document.uri] = text.changed(changes, document.version)
        return self._owner.get(document.uri)

    def close_text(self, uri: str) -> str | None:
        """Forget a text document, and return the notebook that it belonged to."""
        self._texts.pop(uri, None)
        return self._owner.pop(uri, None)

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> str:
        """Take in a notebook document, and return its address."""
        opened = params.notebook_document
        self.close_notebook(opened.uri)
        self._notebooks[opened.uri] = _Notebook(_mapping(opened.metadata), tuple(opened.cells))
        for item in params.cell_text_documents:
            self._put_cell(item, opened.uri)
        return opened.uri

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> str | None:
        """Take in changes of a notebook document, and return its address if it is open."""
        uri, change = params.notebook_document.uri, params.change
        notebook = self._notebooks.get(uri)
        if notebook is None:
            return None
        if change.metadata is not None:
            notebook = notebook._replace(metadata=_mapping(change.metadata))
        cells = list(notebook.cells)
        if change.cells and (structure := change.cells.structure):
            array = structure.array
            cells[array.start : array.start + array.delete_count] = array.cells or ()
            for closed in structure.did_close or ():
                self.close_text(closed.uri)
            for item in structure.did_open or ():
                self._put_cell(item, uri)
        if change.cells:
            described = {cell.document: cell for cell in change.cells.data or ()}
            cells = [described.get(cell.document, cell) for cell in cells]
            for edited in change.cells.text_content or ():
                self.change_text(edited.document, edited.changes)
        self._notebooks[uri] = notebook._replace(cells=tuple(cells))
        return uri

    def close_notebook(self, uri: str) -> None:
        """Forget a notebook document and the texts of its cells."""
        self._notebooks.pop(uri, None)
        for text in [text for text, owner in self._owner.items() if owner == uri]:
            self.close_text(text)

    def _put(self, item: types.TextDocumentItem) -> None:
        text = Text(item.text, item.version, item.language_id, self.encoding)
        self._texts[item.uri] = text

    def _put_cell(self, item: types.TextDocumentItem, notebook: str) -> None:
        self._owner[item.uri] = notebook
        self._put(item)

    def _cells(self, notebook: _Notebook) -> Iterator[OpenCell]:
        for cell in notebook.cells:
            if text := self._texts.get(cell.document):
                is_code = cell.kind == types.NotebookCellKind.Code
                yield OpenCell(cell.document, is_code, _mapping(cell.metadata), text)


def _owner(item: types.TextDocumentItem) -> str | None:
    """Return the notebook that a text document is, or is a part of.

    The text of a cell has an address like its notebook's, but another scheme; without the notebook
    it says nothing.
    """
    if uri_scheme(item.uri) not in ("file", "untitled"):
        return None
    if item.uri.endswith(".ipynb"):
        return item.uri if item.language_id != "markdown" else None
    part = _PART.match(item.uri)
    if part and item.language_id == "markdown" and part["languages"].endswith("-markdown"):
        return part["notebook"]
    return None


def _is_json(text: Text) -> bool:
    return text.language in ("json", "ipynb", "jupyter") or text.content.lstrip()[:1] == "{"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
