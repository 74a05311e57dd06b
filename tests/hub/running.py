"""A real hub, and a real provider to sign in at, on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import importlib.util
import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.system import PATIENCE, needs

HERE = Path(__file__).parent / "provider"


def needs_hub() -> None:
    """Skip a test where the hub's packages are missing; with CI=true, fail it."""
    wanted = ("jupyterhub", "oauthenticator", "jupyterhub_idle_culler", "jupyterlab")
    if missing := [name for name in wanted if importlib.util.find_spec(name) is None]:
        reason = f"not installed: {', '.join(missing)}"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def until(is_so: Callable[[], Any], what: str) -> Any:
    """Wait until something is so, and return what it is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(0.1)
    raise AssertionError(f"never: {what}")


@contextmanager
def process(command: list[str], log: Path, **keywords: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program beside the test, and end it after."""
    with log.open("ab") as file:
        running = subprocess.Popen(command, stdout=file, stderr=file, **keywords)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


class Provider:
    """The provider: npm's oidc-provider, with people of ours.

    Args:
        folder: An empty folder, for all that it writes.
        callback: Where it sends people back to.
    """

    def __init__(self, folder: Path, callback: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.callback = callback
        self.secret = secrets.token_hex(20)
        self.people: dict[str, dict[str, Any]] = {}
        self.issued = folder / "issued"
        self.issued.touch()
        self.save()

    def add(self, name: str, *groups: str, second_factor: bool = True, **claims: Any) -> None:
        """Let the provider know somebody."""
        person: dict[str, Any] = {"password": secrets.token_hex(8)}
        if second_factor:
            person["totp"] = secrets.token_hex(10)
        self.people[name] = {**person, "claims": {"groups": groups, **claims}}
        self.save()

    def save(self, *, broken: bool = False) -> None:
        """Let the provider know what has changed."""
        new = self.folder / "people.new"
        new.write_text(json.dumps({"people": self.people, "broken": broken}))
        new.replace(self.folder / "people.json")

    @contextmanager
    def running(self, token_seconds: int = 3600) -> Iterator[None]:
        needs("node", "npm")
        modules = installed_modules()
        # Beside node_modules, or node does not find what it imports.
        command = ["node", str(modules / "server.mjs"), str(self.port)]
        command += [str(self.folder / "people.json"), self.callback, str(self.issued)]
        environment = {
            **os.environ,
            "CLIENT_SECRET": self.secret,
            "TOKEN_SECONDS": str(token_seconds),
        }
        with process(command, self.folder / "log", env=environment):
            until(lambda: answers(f"{self.issuer}/.well-known/openid-configuration"), "provider")
            yield

    def code(self, name: str) -> str:
        """Return the code that somebody's telephone shows now."""
        secret = bytes.fromhex(self.people[name]["totp"])
        mac = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
        at = mac[19] & 15
        return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def installed_modules() -> Path:
    """Return a folder with the provider and what it imports; npm installs it once."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "nblint-tests"
    text = (HERE / "package.json").read_bytes() + (HERE / "server.mjs").read_bytes()
    target = folder / hashlib.sha256(text).hexdigest()[:16]
    if not target.is_dir():
        aside = folder / secrets.token_hex(8)
        shutil.copytree(HERE, aside)
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=aside, check=True
        )
        try:
            aside.rename(target)
        except OSError:  # another worker was faster
            shutil.rmtree(aside)
    return target


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False


CONFIGURATION = """
import sys
from nblint.hub import configure
c = get_config()
configure(c, "hub.toml")
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
proxy = [sys.executable, "-m", "nblint.hub.demo.proxy", "--log-level", "ERROR"]
c.ConfigurableHTTPProxy.command = proxy
c.ConfigurableHTTPProxy.should_start = True
c.JupyterHub.cleanup_servers = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.Spawner.args = ["--allow-root"]
c.JupyterHub.cleanup_proxy = True
c.JupyterHub.services = [*c.JupyterHub.services, {{"name": "test", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [*c.JupyterHub.load_roles, {{
    "name": "test", "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "access:servers", "read:roles", "admin:groups"],
}}]
"""


class Hub:
    """A hub that `configure` has configured.

    Args:
        folder: An empty folder, for all that it writes.
        python: The Python that it runs in.
    """

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder = folder
        self.python = python
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = secrets.token_hex(20)
        self.provider = Provider(folder / "provider", f"{self.url}/hub/oauth_callback")
        self.log = folder / "hub.log"
        self.log.touch()

    def configure(self, catalogue: str = "", lines: str = "", **tables: Mapping[str, Any]) -> None:
        """Write all that the hub reads."""
        from nblint.toml import toml_text

        write_secret(self.folder / "client-secret", self.provider.secret)
        write_secret(self.folder / "crypt-key", secrets.token_hex(32))
        (self.folder / "secrets").mkdir(mode=0o700, exist_ok=True)
        (self.folder / "environment.toml").write_text(catalogue)
        settings = {
            "address": self.url,
            "bind": self.url,
            "state": "state",
            "mfa": {"request": ["https://refeds.org/profile/mfa"]},
            "unix-accounts": True,
            "provider": {"issuer": self.provider.issuer, "client-id": "hub"},
            "groups": {"users": ["analysts"], "admins": ["hub-admins"]},
            **tables,
        }
        text = "".join(f"{key} = {toml_text(value)}\n" for key, value in settings.items())
        (self.folder / "hub.toml").write_text(text)
        values = {"hub_port": free_port(), "proxy_port": free_port(), "token": self.token}
        text = CONFIGURATION.format(folder=self.folder, **values)
        (self.folder / "jupyterhub_config.py").write_text(text + lines)

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [self.python, "-m", "jupyterhub", "-f", "jupyterhub_config.py"]
        environment = {
            **os.environ,
            "PATH": f"{Path(self.python).parent}{os.pathsep}{os.environ['PATH']}",
        }
        with process(command, self.log, cwd=self.folder, env=environment) as running:

            def is_up() -> bool:
                assert running.poll() is None, self.log.read_text()[-3000:]
                return answers(f"{self.url}/hub/api/")

            until(is_up, "the hub answers")
            yield

    def call(self, method: str, path: str, **keywords: Any) -> Any:
        """Ask the hub's API."""
        headers = {"Authorization": f"token {self.token}"}
        answer = requests.request(
            method, f"{self.url}/hub/api{path}", headers=headers, timeout=60, **keywords
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def user(self, name: str) -> Any:
        return self.call("GET", f"/users/{name}")

    def start(self, name: str) -> None:
        """Start somebody's server, and wait for it."""
        (self.folder / "home" / name).mkdir(parents=True, exist_ok=True)
        self.call("POST", f"/users/{name}/server")
        until(lambda: self.user(name)["servers"].get("", {}).get("ready"), f"a server of {name}")

    def sign_in(self, name: str, *, second_factor: bool = True) -> tuple[Any, Any]:
        """Sign in as a person does, and return the browser and the page they end on."""
        browser = requests.Session()
        page = browser.get(f"{self.url}/hub/home", timeout=60)
        assert page.url.startswith(f"{self.provider.issuer}/login/"), page.url
        person = self.provider.people[name]
        sent = {"login": name, "password": person["password"]}
        if second_factor and "totp" in person:
            sent["code"] = self.provider.code(name)
        return browser, browser.post(page.url, data=sent, timeout=60)

    def ask(self, browser: Any, method: str, path: str) -> Any:
        """Ask the hub's API as a page in somebody's browser does."""
        headers = {
            "X-XSRFToken": browser.cookies.get("_xsrf", path="/hub/"),
            "Referer": f"{self.url}/hub/home",
            "Sec-Fetch-Mode": "cors",
            "Sec-Fetch-Site": "same-origin",
        }
        body: dict[str, Any] | None = None if method == "GET" else {}
        url = f"{self.url}/hub/api{path}"
        return browser.request(method, url, headers=headers, json=body, timeout=60)

    def logs(self) -> str:
        """Return all that the hub, its proxy, its servers and the provider have printed."""
        return self.log.read_text() + (self.provider.folder / "log").read_text()

    def secrets(self) -> set[str]:
        """Return all that must be in no log."""
        return {
            *self.provider.issued.read_text().split(),
            self.provider.secret,
            self.token,
            (self.folder / "crypt-key").read_text().strip(),
        }


class Kernel:
    """A kernel of somebody's server, as a browser starts it for a notebook that is opened.

    Args:
        hub: The hub.
        user: Whose server it is.
        path: The notebook, in their home.
    """

    def __init__(self, hub: Hub, user: str, path: str) -> None:
        self.hub = hub
        self._headers = {"Authorization": f"token {hub.token}"}
        session: dict[str, Any] = {
            "path": path,
            "type": "notebook",
            "name": Path(path).name,
            "kernel": {"name": "python3"},
        }
        answer = requests.post(
            f"{hub.url}/user/{user}/api/sessions", json=session, headers=self._headers, timeout=60
        )
        answer.raise_for_status()
        identifier = answer.json()["kernel"]["id"]
        self._url = f"{hub.url}/user/{user}/api/kernels/{identifier}/channels"

    def ask(self, kind: str, **content: Any) -> tuple[dict[str, Any], str]:
        """Send a request; return its reply, and what was printed meanwhile."""
        return asyncio.run(self._ask(kind, content))

    def run(self, code: str) -> str:
        """Run code, which must not fail; return what it prints."""
        reply, printed = self.ask("execute_request", code=code, silent=False)
        assert reply["status"] == "ok", reply
        return printed.strip()

    async def _ask(self, kind: str, content: dict[str, Any]) -> tuple[dict[str, Any], str]:
        request = HTTPRequest(self._url.replace("http", "ws", 1), headers=self._headers)
        connection = await websocket_connect(request)
        identifier = secrets.token_hex(16)
        header = {"msg_id": identifier, "msg_type": kind, "session": "test"}
        header |= {"username": "test", "version": "5.3", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        await connection.write_message(json.dumps({**message, "channel": "shell"}))
        reply: dict[str, Any] | None = None
        printed, is_idle = "", False
        # What is printed comes by another channel than the reply, which says when it has given all.
        while reply is None or not is_idle:
            received = await asyncio.wait_for(connection.read_message(), PATIENCE)
            assert received is not None, "the kernel hung up"
            answer = json.loads(received)
            if answer["parent_header"].get("msg_id") != identifier:
                continue
            if answer["msg_type"] == "stream":
                printed += answer["content"]["text"]
            if answer["msg_type"] == "status":
                is_idle = answer["content"]["execution_state"] == "idle"
            if answer["msg_type"] == kind.replace("request", "reply"):
                reply = answer["content"]
        connection.close()
        return reply, printed


def write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
