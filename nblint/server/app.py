"""The server: handles the messages of the protocol."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from nblint._version import __version__
from nblint.reports.terminal import printable
from nblint.server.actions import KINDS, code_actions
from nblint.server.diagnostics import ShownFinding, hover, overlaps, shown
from nblint.server.documents import Documents, Open, OpenParts
from nblint.server.draft_checker import DraftChecker, Verdict
from nblint.server.drafts import draft_of
from nblint.server.editor_text import position_encoding
from nblint.server.jupyterlab import draft_of_parts

# Seconds without a change before a notebook is checked.
_PAUSE = 0.2
# Which notebooks to send. Cells of all languages: any of them can hold credentials.
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook("jupyter-notebook")], save=True
)
# The files that findings depend on. Others, such as a catalogue of another name, are read again
# when a notebook is saved.
_WATCHED = ("**/*.toml", "**/.nblint-baseline.json")

_log = logging.getLogger("nblint.server")


class _Protocol(LanguageServerProtocol):
    """The protocol without pygls's own copy of the documents, which ends lines at form feeds."""

    lsp_text_document__did_open = None  # type: ignore[assignment]
    lsp_text_document__did_change = None  # type: ignore[assignment]
    lsp_text_document__did_close = None  # type: ignore[assignment]
    lsp_notebook_document__did_open = None  # type: ignore[assignment]
    lsp_notebook_document__did_change = None  # type: ignore[assignment]
    lsp_notebook_document__did_close = None  # type: ignore[assignment]


class Server(LanguageServer):
    """Checks the notebooks that a client has open, a moment after each change.

    Checks run one after the other in a thread, so that messages are answered in the meantime. If a
    notebook has changed again, only its last check is published.

    Attributes:
        was_shut_down: Whether the client has requested the shutdown.
    """

    def __init__(self) -> None:
        super().__init__(
            "nblint",
            __version__,
            types.TextDocumentSyncKind.Incremental,
            _NOTEBOOKS,
            protocol_cls=_Protocol,
        )
        self.documents = Documents()
        self.was_shut_down = False
        self._checker = DraftChecker()
        self._thread = ThreadPoolExecutor(1, "nblint-check")
        self._checks: dict[str, asyncio.Task[None]] = {}
        self._verdicts: dict[str, tuple[Verdict, tuple[ShownFinding, ...]]] = {}
        self._published: defaultdict[str, dict[str, list[types.Diagnostic]]] = defaultdict(dict)

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log that a message failed: only the error's type, since its text may quote a notebook."""
        _log.error("a message could not be handled: %s", type(error).__name__)

    def reload(self) -> None:
        """Read settings again, and check all open notebooks with them."""
        self._checker.reload()
        for notebook in self.documents:
            self.check(notebook, pause=0)

    def check(self, notebook: str | None, *, pause: float = _PAUSE) -> None:
        """Check a notebook after a pause, instead of any check of it that is pending."""
        if notebook is None:
            return
        if running := self._checks.get(notebook):
            running.cancel()
        self._checks[notebook] = asyncio.ensure_future(self._check(notebook, pause))

    async def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Return the actions for a document; computed in the thread, since files may be large."""
        found = await self.verdict(params.text_document.uri)
        if found is None:
            return []
        versioned = get_capability(
            self.client_capabilities, "workspace.workspace_edit.document_changes", False
        )
        make = partial(code_actions, found[0].draft, found[1], params, versioned=bool(versioned))
        return await asyncio.get_running_loop().run_in_executor(self._thread, make)

    async def verdict(self, uri: str) -> tuple[Verdict, tuple[ShownFinding, ...]] | None:
        """Return the findings in the notebook of a document, as it is now."""
        notebook = self.documents.notebook_of(uri)
        if notebook is None:
            return None
        while (running := self._checks.get(notebook)) and not running.done():
            await asyncio.wait([running])
        return self._verdicts.get(notebook)

    def close(self, notebook: str | None) -> None:
        """Forget a notebook that was closed, and withdraw its diagnostics."""
        if notebook is None:
            return
        if self.documents.get(notebook) is not None:  # a part of it is still open
            self.check(notebook)
            return
        if running := self._checks.pop(notebook, None):
            running.cancel()
        self._verdicts.pop(notebook, None)
        self._publish(notebook, ())
        self._published.pop(notebook, None)

    async def _check(self, notebook: str, pause: float) -> None:
        await asyncio.sleep(pause)
        opened = self.documents.get(notebook)
        if opened is None:
            return
        loop = asyncio.get_running_loop()
        try:
            verdict, found = await loop.run_in_executor(self._thread, self._checked, opened)
        except Exception as error:
            self.report_server_error(error, type(error))
            return
        for fault in verdict.faults:
            message = types.ShowMessageParams(types.MessageType.Error, printable(fault))
            self.window_show_message(message)
        self._verdicts[notebook] = verdict, found
        self._publish(notebook, found)

    def _checked(self, opened: Open) -> tuple[Verdict, tuple[ShownFinding, ...]]:
        draft = draft_of_parts(opened) if isinstance(opened, OpenParts) else draft_of(opened)
        verdict = self._checker.check(draft)
        return verdict, shown(verdict)

    def _publish(self, notebook: str, found: Sequence[ShownFinding]) -> None:
        """Send the diagnostics of the documents in which they have changed."""
        before = self._published[notebook]
        now: dict[str, list[types.Diagnostic]] = {uri: [] for uri in before}
        for one in found:
            now.setdefault(one.uri, []).append(one.diagnostic)
        for uri, diagnostics in now.items():
            if diagnostics != before.get(uri):
                text = self.documents.text(uri)
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri, diagnostics, text.version if text else None)
                )
        self._published[notebook] = {uri: found for uri, found in now.items() if found}


def server() -> Server:
    """Return a server that has not been started."""
    # pygls logs the messages that it receives, which may hold credentials.
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    app = Server()
    _documents(app)
    _questions(app)
    _life(app)
    return app


def _documents(app: Server) -> None:
    """Handle the messages about open documents."""

    @app.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def text_opened(params: types.DidOpenTextDocumentParams) -> None:
        app.check(app.documents.open_text(params.text_document), pause=0)

    @app.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def text_changed(params: types.DidChangeTextDocumentParams) -> None:
        app.check(app.documents.change_text(params.text_document, params.content_changes))

    @app.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def text_closed(params: types.DidCloseTextDocumentParams) -> None:
        app.close(app.documents.close_text(params.text_document.uri))

    @app.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_opened(params: types.DidOpenNotebookDocumentParams) -> None:
        app.check(app.documents.open_notebook(params), pause=0)

    @app.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_changed(params: types.DidChangeNotebookDocumentParams) -> None:
        app.check(app.documents.change_notebook(params))

    @app.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_closed(params: types.DidCloseNotebookDocumentParams) -> None:
        app.documents.close_notebook(params.notebook_document.uri)
        app.close(params.notebook_document.uri)

    @app.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def text_saved(_: types.DidSaveTextDocumentParams) -> None:
        app.reload()

    @app.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_saved(_: types.DidSaveNotebookDocumentParams) -> None:
        app.reload()

    @app.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_: types.DidChangeWatchedFilesParams) -> None:
        app.reload()


def _questions(app: Server) -> None:
    """Handle the requests about a position in a document."""

    @app.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        found = await app.verdict(params.text_document.uri)
        here = types.Range(params.position, params.position)
        uri = params.text_document.uri
        return hover(
            one
            for one in (found[1] if found else ())
            if one.uri == uri and overlaps(one.diagnostic.range, here)
        )

    @app.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(list(KINDS)))
    async def actions_requested(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await app.actions(params)


def _life(app: Server) -> None:
    """Handle the start and the shutdown."""

    @app.feature(types.INITIALIZE)
    def initialize(_: types.InitializeParams) -> None:
        app.documents.encoding = position_encoding(app.workspace.position_encoding)

    @app.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        if get_capability(
            app.client_capabilities,
            "workspace.did_change_watched_files.dynamic_registration",
            False,
        ):
            watchers = [types.FileSystemWatcher(glob) for glob in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            app.client_register_capability(
                types.RegistrationParams([types.Registration("settings", method, options)])
            )

    @app.feature(types.SHUTDOWN)
    def shut_down(_: None) -> None:
        app.was_shut_down = True
