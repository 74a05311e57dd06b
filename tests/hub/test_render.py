"""`nblint hub render`: what a host has beside the hub."""

import os
from pathlib import Path

import pytest

from tests.command import nblint
from tests.hub.least import LEAST

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a hub's host is Linux")


@pytest.fixture
def hub_toml(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(LEAST)
    return path


def render(hub_toml: Path, *lines: str) -> list[str]:
    """Render into a folder beside it; return which files it wrote."""
    hub_toml.write_text("\n".join((*lines, LEAST)))
    out = hub_toml.parent / "host"
    result = nblint("hub", "render", str(out), "--config", str(hub_toml))
    assert result.exit_code == 0, result.output
    return [line.removeprefix(f"Wrote {out}/") for line in result.stderr.splitlines()]


def refused(hub_toml: Path, *lines: str) -> str:
    hub_toml.write_text("\n".join((*lines, LEAST)))
    out = hub_toml.parent / "host"
    result = nblint("hub", "render", str(out), "--config", str(hub_toml))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert not out.exists()
    return result.stderr


def test_only_what_differs_is_written(hub_toml: Path) -> None:
    written = render(hub_toml)
    out = hub_toml.parent / "host"
    assert {"etc/caddy/Caddyfile", "etc/cron.allow", "etc/nblint/metadata.nft"} <= {*written}
    assert {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()} == {0o644}
    assert render(hub_toml) == []

    units, own = out / "etc/systemd/system", out / "etc/own"
    own.write_text("")
    (units / "jupyterhub.service").write_text("by hand")
    (units / "nblint-hub-index.path").chmod(0o666)
    # As `systemctl mask` does; what the link leads to is not written to.
    elsewhere = hub_toml.parent / "elsewhere"
    elsewhere.write_text("")
    (units / "nblint-hub-firewall.service").unlink()
    (units / "nblint-hub-firewall.service").symlink_to(elsewhere)
    assert [Path(name).name for name in render(hub_toml)] == [
        "jupyterhub.service", "nblint-hub-firewall.service", "nblint-hub-index.path"
    ]  # fmt: skip
    assert not (units / "nblint-hub-firewall.service").is_symlink()
    assert elsewhere.read_text() == own.read_text() == ""
    assert render(hub_toml) == []


def test_a_folder_that_cannot_be_written(hub_toml: Path) -> None:
    (hub_toml.parent / "host").write_text("")
    result = nblint("hub", "render", str(hub_toml.parent / "host/x"), "--config", str(hub_toml))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_settings_are_in_the_files(hub_toml: Path) -> None:
    lines = (
        'bind = "http://127.0.0.1:900"', 'state = "/srv/hub"', "subdomains = true",
        'tls = { by = "files", certificate = "/etc/tls/hub.crt", key = "/etc/tls/hub.key" }',
        'http-proxy = "http://proxy.example.com:3128"', 'no-proxy = [".example.com"]',
        'metadata-addresses = ["203.0.113.7", "2001:db8::7", "::ffff:203.0.113.8"]',
    )  # fmt: skip
    render(hub_toml, *lines)
    out = hub_toml.parent / "host/etc"
    caddy = (out / "caddy/Caddyfile").read_text()
    assert "https://hub.example.com, https://*.hub.example.com {\n" in caddy
    assert "tls /etc/tls/hub.crt /etc/tls/hub.key\n" in caddy
    assert "reverse_proxy 127.0.0.1:900 {" in caddy
    hub = (out / "systemd/system/jupyterhub.service").read_text()
    assert "WorkingDirectory=/srv/hub\n" in hub
    for line in (
        "https_proxy=http://proxy.example.com:3128",
        "NO_PROXY=localhost,127.0.0.1,::1,.example.com",
    ):
        assert f"\nEnvironment={line}\n" in hub
    proxy = (out / "systemd/system/jupyterhub-proxy.service").read_text()
    assert "--host-routing" in proxy
    assert "CONFIGPROXY_AUTH_TOKEN=" not in hub
    rules = (out / "nblint/metadata.nft").read_text().splitlines()
    (four,), (six,) = (
        [line for line in rules if line.strip().startswith(f"{family} daddr")]
        for family in ("ip", "ip6")
    )
    assert "169.254.169.254" in four
    assert "203.0.113.7, 203.0.113.8 }" in four
    assert "fd00:ec2::254" in six
    assert "2001:db8::7 }" in six


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('state = "/srv/%h"', "state: '/srv/%h' has a space or a mark"),
        ('state = "/srv/\\nExecStart=/bin/sh"', "state: "),
        ('landing = { page = "/srv/a b/Welcome.ipynb" }', "landing.page: "),
        (
            'tls = { by = "files", certificate = "/a{", key = "/b" }',
            "tls.certificate: '/a{' has a space or a mark",
        ),
        ("subdomains = true", "tls.by: subdomains need a certificate"),
        ('bind = "http://127.0.0.1:8000/x y"', "bind: must be an address"),
    ],
)
def test_what_stands_for_something_else_is_refused(hub_toml: Path, line: str, said: str) -> None:
    assert said in refused(hub_toml, line)


def test_an_address_with_marks_is_refused(hub_toml: Path) -> None:
    hub_toml.write_text(LEAST.replace("hub.example.com", "hub.example.com{x}"))
    result = nblint("hub", "render", str(hub_toml.parent / "x"), "--config", str(hub_toml))
    assert result.exit_code == 2
    assert "a host's name has letters, digits, dots and hyphens" in result.stderr
