"""An editor, as far as a language server sees one: it starts the real process and talks to it."""

import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from nblint.server.editor_text import EditorText, position_encoding

KINDS = {"code": types.NotebookCellKind.Code, "markdown": types.NotebookCellKind.Markup}


class Editor:
    """A client that has texts and notebooks open.

    Attributes:
        diagnostics: What the server has said last of each document.
        messages: What the server has told the person.
        watched: The files that the server wants to hear of.
        published: How often the server has said something.
        texts: The texts that are open.
    """

    def __init__(self, encodings: Sequence[str] | None, *, versioned: bool = True) -> None:
        self.client = LanguageClient("test", "1")
        self.encodings = encodings
        self.versioned = versioned
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.messages: list[str] = []
        self.watched: list[str] = []
        self.published = 0
        self.texts: dict[str, EditorText] = {}
        self.cells: list[str] = []
        self.capabilities = types.ServerCapabilities()
        self.notebook = types.VersionedNotebookDocumentIdentifier(1, "")
        self._listen()

    def _listen(self) -> None:
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published += 1
            self.diagnostics[params.uri] = list(params.diagnostics)

        def told(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        def registered(params: types.RegistrationParams) -> None:
            for registration in params.registrations:
                options = registration.register_options
                assert isinstance(options, dict)
                self.watched += [watcher["globPattern"] for watcher in options["watchers"]]

        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        self.client.feature(types.WINDOW_SHOW_MESSAGE)(told)
        self.client.feature(types.CLIENT_REGISTER_CAPABILITY)(registered)

    async def initialize(self, folder: Path) -> None:
        workspace = types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=self.versioned),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=True
            ),
        )
        general = types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind(name) for name in self.encodings]
            if self.encodings is not None
            else None
        )
        answer = await self.client.initialize_async(
            types.InitializeParams(
                types.ClientCapabilities(workspace=workspace, general=general),
                root_uri=folder.as_uri(),
            )
        )
        self.capabilities = answer.capabilities
        self.client.initialized(types.InitializedParams())

    def new_text(self, content: str, language: str = "python", version: int = 1) -> EditorText:
        kind = self.capabilities.position_encoding
        return EditorText(
            content, version, language, position_encoding(kind and types.PositionEncodingKind(kind))
        )

    def open_notebook(self, path: Path, *cells: tuple[str, str], **metadata: object) -> list[str]:
        """Open a notebook document; return the addresses of its cells."""
        self.notebook = types.VersionedNotebookDocumentIdentifier(1, path.as_uri())
        self.cells = [f"vscode-notebook-cell:{path.as_posix()}#{i}" for i in range(len(cells))]
        described = [
            types.NotebookCell(KINDS[kind], uri)
            for (kind, _), uri in zip(cells, self.cells, strict=True)
        ]
        items = [
            self._item(uri, source, "python" if kind == "code" else "markdown")
            for (kind, source), uri in zip(cells, self.cells, strict=True)
        ]
        document = types.NotebookDocument(
            self.notebook.uri,
            "jupyter-notebook",
            1,
            described,
            metadata or None,  # type: ignore[arg-type]
        )
        self.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(document, items))
        return self.cells

    def open_text(self, uri: str, content: str, language: str) -> None:
        item = self._item(uri, content, language)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def _item(self, uri: str, content: str, language: str) -> types.TextDocumentItem:
        self.texts[uri] = self.new_text(content, language)
        return types.TextDocumentItem(uri, language, 1, content)

    def type(self, uri: str, start: int, end: int, new: str) -> None:
        """Replace characters, as somebody does who types."""
        text = self.texts[uri]
        self.send(uri, types.TextDocumentContentChangePartial(text.range(start, end), new))

    def send(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        text = self.texts[uri]
        version = (text.version or 0) + 1
        self.texts[uri] = text.changed(changes, version)
        document = types.VersionedTextDocumentIdentifier(version, uri)
        if uri in self.cells:
            content = types.NotebookDocumentCellContentChanges(document, changes)
            self.change(types.NotebookDocumentCellChanges(text_content=[content]))
        else:
            self.client.text_document_did_change(
                types.DidChangeTextDocumentParams(document, changes)
            )

    def change(self, cells: types.NotebookDocumentCellChanges) -> None:
        """Send a change of the notebook."""
        self.notebook.version += 1
        self.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                self.notebook, types.NotebookDocumentChangeEvent(cells=cells)
            )
        )

    async def codes(self, uri: str) -> list[str]:
        """Return the codes of what is said of a document when all that was sent is checked."""
        await self.hover(uri, types.Position(0, 0))  # which is answered after the check
        return [str(one.code) for one in self.diagnostics.get(uri, [])]

    async def hover(self, uri: str, position: types.Position) -> str | None:
        answer = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), position)
        )
        if answer is None:
            return None
        assert isinstance(answer.contents, types.MarkupContent)
        return answer.contents.value

    async def actions(
        self, uri: str, where: types.Range, *kinds: str
    ) -> dict[str, types.CodeAction]:
        """Return what can be done at a range, by title."""
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                where,
                types.CodeActionContext([], only=list(kinds) or None),
            )
        )
        found = [action for action in answer or () if isinstance(action, types.CodeAction)]
        return {action.title: action for action in found}

    def apply(self, action: types.CodeAction) -> None:
        """Do what an action says, and tell the server."""
        assert action.edit is not None
        changes = {uri: list(edits) for uri, edits in (action.edit.changes or {}).items()}
        for change in action.edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            uri = change.text_document.uri
            assert change.text_document.version == self.texts[uri].version
            changes[uri] = [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
        for uri, edits in changes.items():
            text = self.texts[uri]
            spans = sorted(
                (text.offset(edit.range.start), text.offset(edit.range.end), edit.new_text)
                for edit in edits
            )
            for start, end, new in reversed(spans):
                self.type(uri, start, end, new)


@asynccontextmanager
async def editor(
    folder: Path,
    encodings: Sequence[str] | None = None,
    *,
    versioned: bool = True,
    log: str = "",
    module: Sequence[str] = ("nblint", "server"),
    python: str = sys.executable,
) -> AsyncIterator[Editor]:
    """Start a server, and end it as editors do; it must log nothing but a pattern's lines."""
    one = Editor(encodings, versioned=versioned)
    await one.client.start_io(python, "-m", *module, cwd=folder)
    await one.initialize(folder)
    yield one
    await one.client.shutdown_async(None)
    one.client.exit(None)
    await one.client.stop()
    process = one.client._server
    assert process is not None
    assert process.stderr is not None
    logged = (await process.stderr.read()).decode()
    assert re.fullmatch(f"(?:{log})*", logged, re.DOTALL), logged
    assert process.returncode == 0
