import copy
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nblint.errors import SettingsError
from nblint.hub import SecretError, spawner_environment
from tests.hub.running import write_secret

TOML = """
[environment.DATADOG_API_KEY]
secret = true
file = "datadog-api-key"

[environment.JIRA_TOKEN]
file = "jira/{username}"
required = false

[environment.SITE]
value = "datadoghq.com"
users = { alice = "datadoghq.eu" }

[environment.MODE]
value = "full"

[environment.CASE_ID]
required = false
"""


def spawner(name: str) -> Any:
    return SimpleNamespace(user=SimpleNamespace(name=name))


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "environment.toml").write_text(TOML)
    folder = tmp_path / "secrets"
    (folder / "jira").mkdir(parents=True)
    write_secret(folder / "datadog-api-key", "first\n")
    write_secret(folder / "jira" / "alice", "of alice")
    folder.chmod(0o700)
    return tmp_path / "environment.toml"


def values(catalogue: Path, user: str) -> dict[str, str]:
    """Return what JupyterHub sets, in its own way, of the copy that traitlets makes."""
    environment = copy.deepcopy(spawner_environment(catalogue, catalogue.parent / "secrets"))
    return {
        name: value if isinstance(value, str) else value(spawner(user))
        for name, value in environment.items()
    }


def test_importing_it_is_light() -> None:
    program = "import sys, nblint.hub; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    heavy = {"jupyterhub", "oauthenticator", "tornado", "nbformat", "markdown_it", "urllib.request"}
    assert heavy.isdisjoint(loaded)


def test_values(catalogue: Path) -> None:
    expected = {"DATADOG_API_KEY": "first", "SITE": "datadoghq.com", "MODE": "full"}
    assert values(catalogue, "bob") == expected  # and no JIRA_TOKEN
    assert values(catalogue, "alice") == {
        **expected,
        "SITE": "datadoghq.eu",
        "JIRA_TOKEN": "of alice",
    }


def test_only_optional_secrets(catalogue: Path) -> None:
    """Also where no other variable tells for whom a server starts."""
    catalogue.write_text('[environment.JIRA_TOKEN]\nfile = "jira/{username}"\nrequired = false\n')
    assert values(catalogue, "bob") == {"JUPYTERHUB_USER": "bob"}
    assert values(catalogue, "alice") == {"JUPYTERHUB_USER": "alice", "JIRA_TOKEN": "of alice"}


def test_lines_of_ones_own(catalogue: Path) -> None:
    environment = spawner_environment(catalogue, catalogue.parent / "secrets")
    environment.update(TEAM="soc")
    assert {**environment}["TEAM"] == "soc"
    found = {name for name, _ in environment.items()}
    assert found == {*environment}


def test_a_byte_order_mark_is_no_part_of_a_secret(catalogue: Path) -> None:
    write_secret(catalogue.parent / "secrets" / "datadog-api-key", "\ufefffirst\n")
    assert values(catalogue, "bob")["DATADOG_API_KEY"] == "first"


@pytest.mark.parametrize(
    ("own", "other", "are_apart"),
    [
        ("{username}", "datadog-api-key", False),
        ("./{username}", "datadog-api-key", False),
        ("keys/{username}", "keys/team", False),
        ("{username}/token", "team/token", False),
        ("jira-{username}", "jira-team", False),
        ("jira-{username}", "jira-{username}-old", False),
        ("jira-{username}", "{username}-key", False),
        ("{username}/{username}", "team/key", False),
        ("jira/{username}", "jira/{username}", True),
        ("jira/{username}", "jira", True),
        ("jira/{username}", "team/key", True),
        ("jira-{username}", "jira-", True),
        ("jira-{username}", "github-{username}", True),
        ("{username}.jira", "{username}.github", True),
        ("{username}/jira", "{username}/github", True),
    ],
)
def test_no_name_leads_to_the_secret_of_others(
    tmp_path: Path, own: str, other: str, are_apart: bool
) -> None:
    for files in ((own, other), (other, own)):
        rows = [
            f'[environment.{name}]\nfile = "{file}"' for name, file in zip("AB", files, strict=True)
        ]
        (tmp_path / "environment.toml").write_text("\n".join(rows))
        if are_apart:
            assert len(spawner_environment(tmp_path / "environment.toml", tmp_path)) == 2
        else:
            with pytest.raises(SettingsError, match="put the files of users into a folder"):
                spawner_environment(tmp_path / "environment.toml", tmp_path)


def test_a_pipe_does_not_hang(catalogue: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("Windows has no pipes in folders")
    path = catalogue.parent / "secrets" / "datadog-api-key"
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(SecretError, match="not a regular file"):
        values(catalogue, "bob")


def test_a_secret_is_read_each_time(catalogue: Path) -> None:
    environment = spawner_environment(catalogue, catalogue.parent / "secrets")
    read = environment["DATADOG_API_KEY"]
    assert callable(read)
    assert read(spawner("bob")) == "first"
    write_secret(catalogue.parent / "secrets" / "datadog-api-key", "second")
    assert read(spawner("bob")) == "second"
    assert "second" not in repr(environment)


@pytest.mark.parametrize("name", ["..", ".", "", "../datadog-api-key", "a/b", "a\\b", "a\0b"])
def test_a_user_cannot_leave_the_folder(catalogue: Path, name: str) -> None:
    with pytest.raises(SecretError, match="cannot be part of a path"):
        values(catalogue, name)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps access lists")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_permissions_are_tight(catalogue: Path, mode: int) -> None:
    secret = catalogue.parent / "secrets" / "datadog-api-key"
    secret.chmod(mode)
    with pytest.raises(SecretError, match="accessible to others"):
        values(catalogue, "bob")
    secret.chmod(0o600)
    secret.parent.chmod(0o750)
    with pytest.raises(SecretError, match="accessible to others"):
        values(catalogue, "bob")


def test_what_is_wrong_is_said_without_the_value(catalogue: Path) -> None:
    secret = catalogue.parent / "secrets" / "datadog-api-key"
    for data in (b"a\0value", b"\xffvalue", b"value" * 100_000):
        secret.write_bytes(data)
        with pytest.raises(SecretError, match="DATADOG_API_KEY") as caught:
            values(catalogue, "bob")
        assert "value\\" not in str(caught.value)
        assert caught.value.__cause__ is None
    secret.unlink()
    with pytest.raises(SecretError, match="no such file"):
        values(catalogue, "bob")
    with pytest.raises(SettingsError, match="without secrets_dir"):
        spawner_environment(catalogue)
    with pytest.raises(SettingsError, match=r"cannot be read"):
        spawner_environment(catalogue.parent / "missing.toml")
