"""No key of hub.toml is passed over: it is used, or the page says that it is of a host."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nblint.hub.kubernetes.render import rendered
from nblint.hub.settings import HubFile, HubSettings
from nblint.toml import read_toml, toml_text
from tests.hub.kubernetes.clusters import NOTEBOOKS, make_files
from tests.interpreters import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")

# Other values than those of the test's hub.toml.
OTHER: dict[str, Any] = {
    "address": "https://other.example.com",
    "provider": {
        "issuer": "https://other.example.com",
        "client-id": "other",
        "client-secret-file": "other",
        "name-claim": "other",
        "name-domain": "other.example.com",
        "groups-claim": "other",
        "scopes": ["openid", "other"],
        "ca-file": "other.pem",
        "authorize-url": "https://other.example.com/",
        "token-url": "https://other.example.com/",
        "userinfo-url": "https://other.example.com/",
    },
    "groups": {"users": ["other"], "admins": ["other"]},
    "environment": "catalogue.toml",
    "notebooks": "packages.toml",
    "secrets": "other",
    "crypt-key-file": "other",
    "subdomains": True,
    "unix-accounts": False,
    "mfa": {"proof": "provider", "values": ["other"], "request": ["other"], "refresh": "keep"},
    "leavers": {"sweep-seconds": 7, "grace-seconds": 7},
    "servers": {
        "requirements": "other.txt",
        "memory": "7G",
        "cpus": 7,
        "idle-seconds": 7,
        "longest-seconds": 7,
        "data": ["/srv/other"],
        "active-server-limit": 7,
        "concurrent-spawn-limit": 7,
    },
    "landing": {"welcome": "other.md", "examples": "examples"},
    "tls": {"by": "internal", "certificate": "/other.crt", "key": "/other.key"},
    "timezone": "Europe/Riga",
    "http-proxy": "http://other:3128",
    "no-proxy": ["other.example.com"],
    "metadata-addresses": ["203.0.113.9"],
}


def keys(of: type[msgspec.Struct] = HubSettings) -> Iterator[tuple[str, str]]:
    """Yield the keys of hub.toml, each with the table that it is in."""
    for field in msgspec.structs.fields(of):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from ((field.encode_name, own) for _, own in keys(field.type))
        else:
            yield "", field.encode_name


def test_each_key_does_something(tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/kubernetes.md").read_text()
    table = page.partition("## What has no counterpart")[2].partition("\n## ")[0]
    # The first column is what there is on a host.
    of_a_host = {
        key
        for row in table.splitlines()
        for key in re.findall("`([^`]+)`", row[: row.find("|", 1)])
    }
    path = make_files(
        tmp_path,
        notebooks_text=NOTEBOOKS.replace('timezone = "Europe/Prague"\n', ""),
        **{"http-proxy": "http://proxy:3128"},
    )
    for name in ("catalogue.toml", "packages.toml", "other.txt", "other.pem", "other.md"):
        (tmp_path / name).write_text("")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples/one.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    before, base = dict(rendered(HubFile.read(path), "r")), read_toml(path)
    found = list(keys())
    assert len(found) > 40
    for table_name, key in found:
        name = f"{table_name}.{key}".lstrip(".")
        if {table_name, name} & of_a_host:
            continue
        if table_name:
            changed = base | {table_name: base.get(table_name, {}) | {key: OTHER[table_name][key]}}
        else:
            changed = base | {key: OTHER[key]}
        if table_name == "tls" and key != "by":
            changed["tls"] = OTHER["tls"] | {"by": "files"}
        path.write_text("".join(f"{each} = {toml_text(changed[each])}\n" for each in changed))
        assert dict(rendered(HubFile.read(path), "r")) != before, name
