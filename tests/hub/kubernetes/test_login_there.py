"""The hub in a cluster: JupyterHub from the lock of its image lets in whom a host does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hub.kubernetes.clusters import LOCKS, load, rendered
from tests.hub.logins import check_logs, check_table, people
from tests.hub.running import Hub, free_port, needs_hub
from tests.interpreters import ROOT, make_environment, uv
from tests.system import needs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux"),
]

# As the chart's jupyterhub_config.py takes hub.config and hub.extraConfig; there are no pods here.
CONFIGURATION = """
import json, os, sys, types
from pathlib import Path
values = json.loads(Path("values.json").read_text())
c = get_config()
for section, traits in values["hub"]["config"].items():
    c[section].update(traits)
c.JupyterHub.load_roles = list(values["hub"].get("loadRoles", {{}}).values())
z2jh = types.ModuleType("z2jh")
z2jh.get_config = lambda key: values["custom"][key.partition(".")[2]]
sys.modules["z2jh"] = z2jh
import nblint.hub.kubernetes.in_hub as in_hub
in_hub.complete.__defaults__ = ("state",)
for text in values["hub"]["extraConfig"].values():
    exec(text)
c.JupyterHub.bind_url = "{url}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.JupyterHub.cookie_secret_file = "state/cookie_secret"
c.JupyterHub.db_url = "sqlite:///state/jupyterhub.sqlite"
c.ProviderAuthenticator.identities_file = "state/identities.sqlite"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
proxy = ["{python}", "-m", "nblint.hub.demo.proxy", "--log-level", "ERROR"]
c.ConfigurableHTTPProxy.command = proxy
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.services = [{{"name": "test", "api_token": "{token}"}}]
c.JupyterHub.load_roles += [{{
    "name": "test", "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "access:servers", "read:roles", "admin:groups"],
}}]
"""


def test_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of test_login.py, from the same hub.toml, and no token in a log."""
    import json

    needs_hub()
    needs("node", "npm")
    commands = make_environment(
        tmp_path / "venv", sys.executable, "--require-hashes", "-r", LOCKS / "kubernetes.txt"
    )
    uv("pip", "install", "--quiet", "--no-deps", "--python", commands / "python", ROOT)
    hub = Hub(tmp_path / "hub", str(commands / "python"))
    hub.configure(leavers={"sweep-seconds": 1})
    out = rendered(
        tmp_path / "cluster",
        mfa={"request": ["https://refeds.org/profile/mfa"]},
        provider={"issuer": hub.provider.issuer, "client-id": "hub"},
        leavers={"sweep-seconds": 1},
    )
    # An ingress has TLS; here is none.
    values = json.dumps(load(out / "values.yaml")).replace("https://hub.example.com", hub.url)
    (hub.folder / "values.json").write_text(values)
    (hub.folder / "state").mkdir()
    # What the chart gives the hub's pod by secretKeyRef.
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", hub.provider.secret)
    monkeypatch.setenv("JUPYTERHUB_CRYPT_KEY", (hub.folder / "crypt-key").read_text())
    places = {"hub_port": free_port(), "proxy_port": free_port(), "python": sys.executable}
    text = CONFIGURATION.format(url=hub.url, token=hub.token, **places)
    (hub.folder / "jupyterhub_config.py").write_text(text)
    people(hub)
    with hub.provider.running(), hub.running():
        assert "Running JupyterHub version 5.5" in hub.log.read_text()
        check_table(hub)
        browser, _ = hub.sign_in("carol")
        assert "admin-ui" in hub.ask(browser, "GET", "/user").json()["scopes"]
    check_logs(hub)
