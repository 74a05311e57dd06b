"""A real JupyterHub on loopback gives notebooks the catalogue's variables."""

import asyncio
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from nblint.linting.checking import check_bytes
from nblint.project.project import Project
from nblint.settings_files import SettingsFinder
from tests.hub.running import free_port

pytestmark = pytest.mark.slow

CATALOGUE = """
[environment.DATADOG_API_KEY]
secret = true
file = "datadog-api-key"

[environment.DATADOG_SITE]
value = "datadoghq.com"
users = { alice = "datadoghq.eu" }
"""
CELLS = (
    'import os\nkey = os.environ["DATADOG_API_KEY"]\nassert len(key) == 40',
    'site = os.environ["DATADOG_SITE"]\nprint(site, os.environ["JUPYTERHUB_USER"])',
)
CONFIG = """
import sys
from nblint.hub import spawner_environment
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = spawner_environment("{folder}/environment.toml", "{folder}/secrets")
c.JupyterHub.services = [{{"name": "test", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [{{
    "name": "test", "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "access:servers"],
}}]
"""


def missing_tools() -> list[str]:
    modules = [name for name in ("jupyterhub", "ipykernel") if not importlib.util.find_spec(name)]
    return modules if proxy() else [*modules, "configurable-http-proxy"]


def proxy() -> str | None:
    beside = Path(sys.executable).parent
    return shutil.which("configurable-http-proxy", path=f"{beside}{os.pathsep}{os.defpath}") or (
        shutil.which("configurable-http-proxy")
    )


class Hub:
    """A running hub."""

    def __init__(self, port: int, token: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.token = token

    def call(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        request.data = b"{}" if method == "POST" else None
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text else None

    def wait(self, path: str, is_ready: Any = lambda answer: True) -> None:
        until = time.monotonic() + 120
        while True:
            try:
                if is_ready(self.call("GET", path)):
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            assert time.monotonic() < until, f"{path}: no answer"
            time.sleep(0.5)

    def run(self, user: str, cells: tuple[str, ...]) -> list[str]:
        """Start the user's server and run cells in a kernel of it; return what they print."""
        self.call("POST", f"/hub/api/users/{user}")
        self.call("POST", f"/hub/api/users/{user}/server")
        self.wait(f"/hub/api/users/{user}", lambda answer: answer["servers"][""]["ready"])
        kernel = self.call("POST", f"/user/{user}/api/kernels")["id"]
        return asyncio.run(self._execute(f"/user/{user}/api/kernels/{kernel}/channels", cells))

    async def _execute(self, path: str, cells: tuple[str, ...]) -> list[str]:
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        url = f"{self.url.replace('http', 'ws', 1)}{path}"
        headers = {"Authorization": f"token {self.token}"}
        connection = await websocket_connect(HTTPRequest(url, headers=headers))
        printed = []
        for code in cells:
            identifier = uuid4().hex
            header = {"msg_id": identifier, "msg_type": "execute_request", "session": "test"}
            header |= {"username": "test", "version": "5.3", "date": ""}
            content = {"code": code, "silent": False, "stop_on_error": True}
            message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
            await connection.write_message(json.dumps({**message, "channel": "shell"}))
            # What a cell prints comes by another channel than its reply, and may come later; that
            # channel says when it has given all.
            is_replied = is_idle = False
            while not (is_replied and is_idle):
                received = await asyncio.wait_for(connection.read_message(), 60)
                assert received is not None, "the kernel hung up"
                answer = json.loads(received)
                if answer["parent_header"].get("msg_id") != identifier:
                    continue
                if answer["msg_type"] == "stream":
                    printed.append(answer["content"]["text"].strip())
                if answer["msg_type"] == "status":
                    is_idle = answer["content"]["execution_state"] == "idle"
                if answer["msg_type"] == "execute_reply":
                    assert answer["content"]["status"] == "ok", answer["content"].get("evalue")
                    is_replied = True
        return printed


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    if missing := missing_tools():
        reason = f"not installed: {', '.join(missing)}"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    (tmp_path / "environment.toml").write_text(CATALOGUE)
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    (folder / "datadog-api-key").write_text(secrets.token_hex(20) + "\n")
    (folder / "datadog-api-key").chmod(0o600)
    for user in ("alice", "bob"):
        (tmp_path / "home" / user).mkdir(parents=True)
    port, hub_port, proxy_port = free_port(), free_port(), free_port()
    token = secrets.token_hex(20)
    values = {"port": port, "hub_port": hub_port, "proxy_port": proxy_port, "token": token}
    config = CONFIG.format(folder=tmp_path, proxy=proxy(), **values)
    (tmp_path / "jupyterhub_config.py").write_text(config)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": path},
        )
        try:
            running = Hub(port, token)
            running.wait("/hub/api/")
            yield running
        except AssertionError:
            print((tmp_path / "log").read_text()[-5000:])
            raise
        finally:
            process.terminate()
            process.wait(60)


def test_a_notebook_that_passes_finds_what_it_reads(hub: Hub, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in CELLS]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()
    found = SettingsFinder(overrides={"select": ("NBL3",)}).of(tmp_path)
    assert check_bytes("nb.ipynb", data, Project.load(found)) == ()

    assert hub.run("alice", CELLS) == ["datadoghq.eu alice"]
    assert hub.run("bob", CELLS) == ["datadoghq.com bob"]
