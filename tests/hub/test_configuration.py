"""What JupyterHub is told by `configure`, without a hub that runs."""

from __future__ import annotations

import secrets
import stat
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from nblint.errors import SettingsError
from nblint.hub import configure
from tests.hub.running import needs_hub, write_secret

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")

# What acts as somebody else, or makes somebody who can.
POWERS = {
    *("access:servers", "admin:auth_state", "admin:groups", "admin:servers", "admin:users"),
    *("admin:services", "groups", "inherit", "proxy", "roles", "self", "shares", "shutdown"),
    *("tokens", "users", "users:shares"),
}


def configured(folder: Path, *lines: str, catalogue: str = "") -> Any:
    """Return the configuration for a hub in a folder."""
    needs_hub()
    from traitlets.config import Config

    (folder / "hub.toml").write_text(
        "\n".join(
            [
                'address = "https://hub.example.com"',
                'state = "state"',
                *lines,
                'groups = { users = ["analysts"], admins = ["hub-admins"] }',
                "[provider]",
                'issuer = "https://login.example.com"',
                'authorize-url = "https://login.example.com/authorize"',
                'token-url = "https://login.example.com/token"',
                'client-id = "hub"',
            ]
        )
    )
    (folder / "environment.toml").write_text(catalogue)
    write_secret(folder / "client-secret", secrets.token_hex(20))
    write_secret(folder / "crypt-key", secrets.token_hex(32))
    c = Config()
    configure(c, folder / "hub.toml")
    return c


def test_no_role_is_anybody_else(tmp_path: Path) -> None:
    roles = configured(tmp_path).JupyterHub.load_roles
    assert {role["name"] for role in roles} == {"operators", "idle-culler"}
    for role in roles:
        assert not POWERS & {scope.partition("!")[0] for scope in role["scopes"]}, role["name"]


def test_admins_are_only_where_nobody_shares_an_origin(tmp_path: Path) -> None:
    assert "admin_groups" not in configured(tmp_path).ProviderAuthenticator
    c = configured(tmp_path, "subdomains = true")
    assert c.ProviderAuthenticator.admin_groups == ["hub-admins"]
    assert c.JupyterHub.subdomain_host == "https://hub.example.com"
    assert {role["name"] for role in c.JupyterHub.load_roles} == {"idle-culler"}


def test_the_state_is_closed_to_others(tmp_path: Path) -> None:
    """Also where somebody has made the folder before."""
    (tmp_path / "state").mkdir(mode=0o755)
    configured(tmp_path)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_secret_of_the_hub_is_nobodys(tmp_path: Path) -> None:
    """Not of everybody either, whom a catalogue could give it to."""
    with pytest.raises(SettingsError, match="must not lie in the folder of secrets"):
        configured(tmp_path, 'secrets = "."', 'crypt-key-file = "crypt-key"')


def test_a_python_without_safe_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = SimpleNamespace(version_info=(3, 10, 14), executable=sys.executable)
    monkeypatch.setattr("nblint.hub.configuration.sys", older)
    with pytest.raises(SettingsError, match=r"older than 3\.11"):
        configured(tmp_path)


def test_servers_with_accounts(tmp_path: Path) -> None:
    c = configured(tmp_path, 'landing = { examples = "examples" }')
    assert c.JupyterHub.spawner_class == "nblint.hub.servers.spawner.AccountSpawner"
    assert "PATH" not in c.Spawner.env_keep
    # Where users cannot listen in their place.
    parts = (c.JupyterHub.bind_url, c.ConfigurableHTTPProxy.api_url)
    ports = [*(urlsplit(part).port for part in parts), c.JupyterHub.hub_port]
    assert max(filter(None, ports)) < 1024
    assert len({*ports}) == 3
    assert c.AccountSpawner.links == {
        "Welcome.ipynb": "/usr/share/jupyterhub/Welcome.ipynb",
        "Notebooks": "/usr/share/notebooks",
        "Results": "/var/lib/notebook-results",
        "Examples": str(tmp_path / "examples"),
    }
    own = ("state", "secrets", "client-secret", "crypt-key", "backup-password")
    hidden = [str(tmp_path / name) for name in own]
    assert c.AccountSpawner.hidden == hidden
    assert "spawner_class" not in configured(tmp_path, "unix-accounts = false").JupyterHub
    with pytest.raises(SettingsError, match=r"servers\.data: must be absolute paths"):
        configured(tmp_path, 'servers = { data = ["srv"] }')


def test_servers_know_the_way_out(tmp_path: Path) -> None:
    """By the proxy, trusting the company; what the catalogue says wins."""
    (tmp_path / "company.pem").write_text("authority")
    proxy = 'http-proxy = "http://proxy.example.com:3128"'
    if find_spec("pycurl") is None:
        with pytest.raises(SettingsError, match="only where the package pycurl is installed"):
            configured(tmp_path, proxy)
    lines = (proxy, 'no-proxy = ["login.example.com"]', 'ca-file = "company.pem"')
    c = configured(tmp_path, *lines)
    found = c.Spawner.environment
    assert c.ProviderAuthenticator.http_request_kwargs == {"ca_certs": found["SSL_CERT_FILE"]}
    assert found["HTTPS_PROXY"] == found["http_proxy"] == "http://proxy.example.com:3128"
    assert found["NO_PROXY"] == "localhost,127.0.0.1,::1,login.example.com"
    assert Path(found["REQUESTS_CA_BUNDLE"]).read_text().endswith("authority")
    own = '[environment.HTTPS_PROXY]\nvalue = "http://own"\n'
    found = configured(tmp_path, *lines, catalogue=own).Spawner.environment
    assert found["HTTPS_PROXY"] == "http://own"
    assert "HTTPS_PROXY" not in configured(tmp_path).Spawner.environment
