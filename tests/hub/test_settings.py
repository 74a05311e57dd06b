"""`hub.toml`: what is wrong with one is said in a sentence, with status 2."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nblint.cli.schema import HUB_FILES, hub_schema
from nblint.hub.settings import HubFile
from nblint.toml import read_toml
from tests.command import nblint
from tests.hub.least import LEAST


@pytest.fixture
def hub_toml(tmp_path: Path) -> Path:
    (tmp_path / "environment.toml").write_text("")
    (tmp_path / "welcome.md").write_text("# Our notebooks\n\nBe kind.\n")
    path = tmp_path / "hub.toml"
    path.write_text(LEAST)
    return path


def refused(path: Path, *options: str) -> str:
    """Check a hub, which must be refused, and return why."""
    result = nblint("hub", "check", "--config", str(path), *options)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.stderr


def test_it_is_read(hub_toml: Path) -> None:
    result = nblint("hub", "check", "--config", str(hub_toml), "--without-host")
    assert result.exit_code == 0, result.output
    assert "a landing page with 0 notebooks" in result.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("client-id", "cleint-id"),
            "provider: unknown key 'cleint-id'; did you mean 'client-id'?",
        ),
        (("[groups]", "[gruops]"), "unknown key 'gruops'; did you mean 'groups'?"),
        (('issuer = "https://login.example.com"', ""), "provider: missing key 'issuer'"),
        (
            ("https://login", "http://login"),
            "provider.issuer: 'http://login.example.com' must begin",
        ),
        (
            ("https://hub", "http://hub"),
            "address: 'http://hub.example.com' must begin with https://",
        ),
        (("https://hub", "http://127.0.0.1.nip.io//"), "must begin with https://"),
        (("https://hub", "http://10.0.0.1/"), "must begin with https://"),
        (("https://hub", "ftp://hub"), "is not an address such as"),
        (("https://hub.example.com", "https://hub.example.com/notebooks"), "must not have a path"),
        (("https://login", "https://a:b@login"), "must not hold a name or a password"),
        (('["analysts"]', "[]"), "groups.users: is empty, so nobody could enter"),
        (('["analysts"]', '[" "]'), "nobody is in a group whose name is empty"),
        (('["analysts"]', '"analysts"'), "groups.users: expected a list, got a string"),
        (("[groups]", '[servers]\nmemory = "lots"\n[groups]'), "servers.memory: 'lots' is not"),
        (("[groups]", "[servers]\ncpus = 0\n[groups]"), "servers.cpus"),
        (("[groups]", "[leavers]\nsweep-seconds = 0\n[groups]"), "leavers.sweep-seconds"),
        (
            ("[groups]", '[backup]\nrepository = "backups"\n[groups]'),
            "backup.repository: must be a folder's absolute path",
        ),
        (
            ("[groups]", '[backup]\nrepository = "rest:https://a:b@backup"\n[groups]'),
            "backup.repository: must not hold a password",
        ),
        (
            ("[groups]", '[backup]\nkeep-daily = 7\nkeep-within = "14d"\n[groups]'),
            "backup: has keep-daily and keep-within",
        ),
        (("[groups]", '[backup]\nkeep-within = "two weeks"\n[groups]'), "backup.keep-within"),
        (("[groups]", '[backup]\ntime = "02:30\\nX=1"\n[groups]'), "backup.time"),
        (
            ("[groups]", '[mfa]\nproof = "none"\n[groups]'),
            "mfa.proof: 'none' is not one of 'claim'",
        ),
        (("[groups]", "[mfa]\nvalues = []\n[groups]"), "mfa.values: is empty"),
        (("[provider]", '[provider]\nscopes = ["groups"]'), "provider.scopes: must have 'openid'"),
        (("[groups]", "[groups"), "not valid TOML"),
        (("[provider]", 'bind = "8000"\n[provider]'), "bind: must be an address such as"),
    ],
)
def test_bad_settings(hub_toml: Path, change: tuple[str, str], said: str) -> None:
    text = LEAST.replace(*change)
    assert text != LEAST
    hub_toml.write_text(text)
    found = refused(hub_toml, "--without-host")
    assert said in found
    assert found.startswith("nblint: ")
    assert len(found.splitlines()) == 1


def test_no_settings(tmp_path: Path) -> None:
    assert "hub.toml: cannot be read: No such file or directory" in refused(tmp_path / "hub.toml")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1.2.3"])
def test_loopback_needs_no_certificate(hub_toml: Path, host: str) -> None:
    hub_toml.write_text(LEAST.replace("https://hub.example.com", f"http://{host}:8000"))
    assert HubFile.read(hub_toml).settings.address == f"http://{host}:8000"


def test_schema(hub_toml: Path) -> None:
    result = nblint("hub", "schema")
    assert json.loads(result.stdout) == json.loads(json.dumps(hub_schema()))
    jsonschema.Draft7Validator.check_schema(hub_schema())
    validator = jsonschema.Draft7Validator(hub_schema())
    assert validator.is_valid(read_toml(hub_toml))
    for key, value in (("address", 3), ("adress", "x"), ("mfa", {"proof": "none"})):
        assert not validator.is_valid({**read_toml(hub_toml), key: value})


def test_schema_of_notebooks(tmp_path: Path) -> None:
    schema = json.loads(nblint("hub", "schema", "notebooks.toml").stdout)
    validator = jsonschema.Draft7Validator(schema)
    assert validator.is_valid({"notebooks": {"failed-logins": {"version": "1.2.0"}}})
    refused: list[object] = [
        {"notebooks": {"a": "1.2.0"}},
        {"notebooks": {"a": {}}},
        {"notebook": {}},
    ]
    for wrong in refused:
        assert not validator.is_valid(wrong)
    result = nblint("hub", "schema", "notebook.toml")
    assert result.exit_code == 2
    assert "unknown file 'notebook.toml'; did you mean 'notebooks.toml'?" in result.stderr
    assert "choose from hub.toml, notebooks.toml" in nblint("hub", "schema", "x").stderr


@pytest.mark.parametrize("file", HUB_FILES)
def test_the_schema_describes_every_key(file: str) -> None:
    def keys(schema: dict[str, Any]) -> None:
        assert schema["description"]
        for key, inner in schema["properties"].items():
            assert inner["description"], key

    schema = hub_schema(file)
    for table in (schema, *schema["definitions"].values()):
        keys(table)
