"""What JupyterLab talks to: the real jupyter-lsp, which finds nblint by itself and starts it."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.jupyter import AUTHORIZATION, JupyterServer

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[JupyterServer]:
    running = JupyterServer(tmp_path, jupyter_lsp=True)
    try:
        yield running
    finally:
        running.stop()


async def answer(connection: WebSocketClientConnection, **wanted: Any) -> dict[str, Any]:
    """Return the next message that has these values."""
    while True:
        text = await connection.read_message()
        assert text is not None, "the connection was closed"
        message: dict[str, Any] = json.loads(text)
        if message.items() >= wanted.items():
            return message


async def test_it_is_found_and_shows_findings(server: JupyterServer) -> None:
    request = urllib.request.Request(f"{server.url}lsp/status", headers=AUTHORIZATION)
    with urllib.request.urlopen(request, timeout=30) as response:
        sessions = json.load(response)["sessions"]
    assert sessions["zz-nblint"]["spec"]["languages"] == ["python", "markdown"]

    path = server.root / "triage.ipynb"
    path.write_bytes(notebook_bytes(("markdown", complete_header()), ("code", "x = 1")))
    address = f"{server.url.replace('http', 'ws', 1)}lsp/ws/zz-nblint"
    connection = await websocket_connect(HTTPRequest(address, headers=AUTHORIZATION))

    def say(method: str, **more: Any) -> None:
        connection.write_message(json.dumps({"jsonrpc": "2.0", "method": method, **more}))

    say("initialize", id=1, params={"capabilities": {}, "rootUri": server.root.as_uri()})
    assert "hoverProvider" in (await answer(connection, id=1))["result"]["capabilities"]
    say("initialized", params={})
    document = {
        "uri": path.as_uri(),
        "languageId": "python",
        "version": 1,
        "text": f'\n\n\nkey = "{make("github-token")}"\n',
    }
    say("textDocument/didOpen", params={"textDocument": document})
    told = await answer(connection, method="textDocument/publishDiagnostics")
    assert [found["code"] for found in told["params"]["diagnostics"]] == ["NBL201"]
    assert told["params"]["diagnostics"][0]["range"]["start"] == {"line": 3, "character": 7}
    connection.close()
