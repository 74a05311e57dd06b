"""`nblint hub check`: what would go wrong on the host is said before, naming both sides."""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from nblint.hub.login.identities import Identities
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.hub.running import write_secret

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a hub's host is Linux")

CATALOGUE = """
[environment.DATADOG_API_KEY]
file = "datadog-api-key"

[environment.JIRA_TOKEN]
file = "jira/{username}"

[environment.OPTIONAL_TOKEN]
file = "optional"
required = false

[environment.CASE_ID]
help = "Set by the scheduler"
"""
LOCK = """\
# by uv
pandas==2.2.3 \\
    --hash=sha256:0000
typing-extensions[x]==4.12.2 ; python_version >= "3.8"
jupyterlab==4.6.6
"""


@pytest.fixture
def provider() -> Iterator[dict[str, Any]]:
    """What a provider says of itself; a test may change it."""
    said: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = said["raw"] if "raw" in said else json.dumps(said).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        issuer = f"http://127.0.0.1:{server.server_port}"
        said |= {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/me",
        }
        yield said
        server.shutdown()


@pytest.fixture
def hub(tmp_path: Path, provider: dict[str, Any]) -> Path:
    """A hub in which nothing is wrong."""
    (tmp_path / "hub.toml").write_text(
        'address = "https://hub.example.com"\n'
        'state = "state"\n'
        f'provider = {{ issuer = "{provider["issuer"]}", client-id = "hub" }}\n'
        'groups = { users = ["analysts"], admins = ["hub-admins"] }\n'
        f'servers = {{ requirements = "user.txt", python = "{sys.executable}" }}\n'
        'landing = { notebooks = "notebooks", page = "Welcome.ipynb" }\n'
    )
    (tmp_path / "welcome.md").write_text("# Our notebooks\n\nBe kind.\n")
    (tmp_path / "environment.toml").write_text(CATALOGUE)
    (tmp_path / "user.txt").write_text(LOCK)
    write_secret(tmp_path / "client-secret", secrets.token_hex(20))
    write_secret(tmp_path / "crypt-key", secrets.token_hex(32))
    (tmp_path / "secrets").mkdir(mode=0o700)
    write_secret(tmp_path / "secrets" / "datadog-api-key", secrets.token_hex(20))
    return tmp_path


def check(hub: Path) -> tuple[int, str, str]:
    result = nblint("hub", "check", "--config", str(hub / "hub.toml"))
    for path in (hub / "client-secret", hub / "crypt-key", *(hub / "secrets").iterdir()):
        if path.is_file() and os.access(path, os.R_OK):
            text = path.read_text().strip()
            assert len(text) < 8 or text not in result.output
    return result.exit_code, result.stdout, result.stderr


def problems(hub: Path) -> list[str]:
    status, _, said = check(hub)
    assert status == 2
    *found, last = said.splitlines()
    return found if last.endswith((" problem.", " problems.")) else [*found, last]


def install(hub: Path, code: str, requirements: str = "") -> Path:
    folder = hub / "notebooks" / "triage"
    (folder / "notebooks").mkdir(parents=True)
    cells = (("markdown", complete_header()), ("code", code))
    (folder / "notebooks" / "triage.ipynb").write_bytes(notebook_bytes(*cells))
    (folder / "requirements.txt").write_text(requirements)
    return folder


def test_nothing_is_wrong(hub: Path) -> None:
    install(hub, "import os\nkey = os.environ['DATADOG_API_KEY']", "pandas>=2\nTyping_Extensions\n")
    status, said, wrong = check(hub)
    assert (status, wrong) == (0, "")
    assert "4 variables" in said
    assert "3 secrets, 1 of them optional and not there" in said
    assert "1 package of notebooks" in said
    assert "note: subdomains is false" in said


def test_a_required_secret_without_file(hub: Path) -> None:
    (hub / "secrets" / "datadog-api-key").unlink()
    (found,) = problems(hub)
    assert "DATADOG_API_KEY: " in found
    assert "datadog-api-key: no such file" in found


def test_a_required_secret_without_value(hub: Path) -> None:
    (hub / "secrets" / "datadog-api-key").write_text("\n")
    (found,) = problems(hub)
    assert "datadog-api-key: is empty" in found


def test_a_hub_that_listens_to_all(hub: Path) -> None:
    path = hub / "hub.toml"
    path.write_text(f'bind = "http://0.0.0.0:8000"\n{path.read_text()}')
    status, said, _ = check(hub)
    assert status == 0
    assert "note: bind is 'http://0.0.0.0:8000': other machines can reach the hub" in said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('[environment.PYTHONPATH]\nvalue = "."', "environment.PYTHONPATH: programs look"),
        ('[environment.A]\nfile = "jira/all"', "a user's name can make its file"),
    ],
)
def test_a_catalogue_that_the_hub_would_refuse(hub: Path, lines: str, said: str) -> None:
    """It is said before the hub does not start."""
    (hub / "environment.toml").write_text(f"{CATALOGUE}\n{lines}\n")
    assert any(said in problem for problem in problems(hub))


@pytest.mark.parametrize(
    "name", ["secrets/datadog-api-key", "client-secret", "crypt-key", "secrets"]
)
def test_a_secret_that_others_can_read(hub: Path, name: str) -> None:
    (hub / name).chmod(0o755 if (hub / name).is_dir() else 0o644)
    found = problems(hub)
    assert found
    mode = "0755); make it 0700" if name == "secrets" else "0644); make it 0600"
    assert all(f"{name}: is accessible to others (mode {mode}" in problem for problem in found)


def test_all_that_is_missing_is_said(hub: Path) -> None:
    for name in ("client-secret", "crypt-key", "secrets/datadog-api-key"):
        (hub / name).unlink()
    found = problems(hub)
    for number, name in enumerate(("client-secret", "crypt-key", "datadog-api-key")):
        assert f"{name}: no such file" in found[number]


def test_the_hubs_own_secrets(hub: Path) -> None:
    write_secret(hub / "crypt-key", "too short")
    (found,) = problems(hub)
    assert "crypt-key-file" in found
    assert "must hold 64 hexadecimal digits" in found
    text = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(f'crypt-key-file = "secrets/datadog-api-key"\n{text}')
    (found,) = problems(hub)
    assert "must not lie in the folder of secrets" in found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issuer": "https://other.example"}, "the provider calls itself 'https://other.example'"),
        ({"token_endpoint": None}, "has no 'token_endpoint'"),
        ({"token_endpoint": "http://login.example.com/token"}, "must begin with https://"),
        ({"raw": b"<html>"}, "is no description of an OpenID provider"),
        ({"raw": b"[" * 100_000}, "is no description of an OpenID provider"),
    ],
)
def test_a_provider_that_is_none(
    hub: Path, provider: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    provider |= change
    (found,) = problems(hub)
    assert said in found


def test_no_provider(hub: Path, provider: dict[str, Any]) -> None:
    text = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(text.replace(provider["issuer"], "http://127.0.0.1:9"))
    (found,) = problems(hub)
    assert "does not answer: [Errno 111] Connection refused" in found


@pytest.mark.parametrize("others", [["hub-admins"], []])
def test_a_group_that_nobody_has(hub: Path, others: list[str]) -> None:
    """Somebody may yet come who is in it; with no group that somebody has, nobody could."""
    (hub / "state").mkdir()
    Identities(hub / "state" / "identities.sqlite").remember_groups(["analyst", *others])
    status, out, said = check(hub)
    assert status == (0 if others else 2)
    sentence = "groups.users: nobody who came is in the group 'analysts'; did you mean 'analyst'?"
    assert sentence in (out if others else said)


@pytest.mark.parametrize(
    ("requirements", "said"),
    [
        ("pandas>=3\n", "needs pandas>=3, and {lock} has pandas 2.2.3"),
        ("polars\n", "needs polars, and {lock} does not have polars"),
        ("# a comment\n-r other.txt\npolars==1 # why\n", "needs polars==1, and"),
        ('pandas<2; python_version >= "3.8"\n', "needs pandas<2; python_version"),
    ],
)
def test_requirements_that_are_not_met(hub: Path, requirements: str, said: str) -> None:
    folder = install(hub, "1", requirements)
    (found,) = problems(hub)
    assert f"{folder}: {said.format(lock=hub / 'user.txt')}" in found.replace("'", '"').replace(
        "\\", ""
    )


def test_requirements_of_other_systems(hub: Path) -> None:
    install(hub, "1", 'pywin32; sys_platform == "win32"\n')
    assert check(hub)[0] == 0


def python_of_notebooks(hub: Path, version: str) -> None:
    """Let the notebooks' Python be another one than that which checks."""
    python = hub / "python"
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)
    text = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(text.replace(sys.executable, str(python)))


@pytest.mark.parametrize(
    ("version", "requirement"),
    [
        ("3.99.1", 'polars; python_version >= "3.99"'),
        ("3.99.1", 'polars; python_full_version == "3.99.1"'),
        ("3.99.1", 'pandas>=3; python_version == "3.99"'),
        ("3.98.7", 'polars; python_version < "3.99"'),
    ],
)
def test_markers_are_about_the_notebooks_python(hub: Path, version: str, requirement: str) -> None:
    folder = install(hub, "1", requirement)
    python_of_notebooks(hub, version)
    (found,) = problems(hub)
    assert found.startswith(f"nblint: {folder}: needs ")
    # Another one does not need it.
    other = "3.98.0" if version.startswith("3.99") else "3.99.0"
    (hub / "python").write_text(f"#!/bin/sh\necho {other}\n")
    assert check(hub)[0] == 0


def test_a_lock_for_several_pythons(hub: Path) -> None:
    install(hub, "1", "polars>=2\n")
    lock = 'polars==1.0 ; python_version < "3.99"\npolars==2.0 ; python_version >= "3.99"\n'
    (hub / "user.txt").write_text(lock)
    python_of_notebooks(hub, "3.99.0")
    status, said, _ = check(hub)
    assert status == 0
    assert "does not say which Python it was made for; it is read as for Python 3.99.0" in said
    (hub / "python").write_text("#!/bin/sh\necho 3.98.0\n")
    (found,) = problems(hub)
    assert "has polars 1.0" in found


def test_a_lock_for_a_newer_python(hub: Path) -> None:
    header = "#    uv pip compile --universal --python-version 3.99 user.in -o user.txt\n"
    (hub / "user.txt").write_text(header + LOCK)
    python_of_notebooks(hub, "3.98.0")
    (found,) = problems(hub)
    assert f"is Python 3.98.0, and {hub / 'user.txt'} was made for 3.99 or newer" in found


def test_without_host_a_lock_is_read_for_the_python_it_was_made_for(hub: Path) -> None:
    lock = 'jupyterlab==4.0 ; python_version < "3.99"\njupyterlab==4.9 ; python_version >= "3.99"\n'
    (hub / "user.txt").write_text(lock)
    config = str(hub / "hub.toml")
    result = nblint("hub", "check", "--without-host", "--config", config)
    assert "jupyterlab 4.0 has a known hole" in result.stderr
    (hub / "user.txt").write_text(f"# uv pip compile --python-version=3.99\n{lock}")
    result = nblint("hub", "check", "--without-host", "--config", config)
    assert result.exit_code == 0, result.output
    assert "does not say which Python" not in result.stdout


def test_a_lock_that_is_older_than_what_it_was_made_from(hub: Path) -> None:
    (hub / "user.in").write_text("# ours\npandas>=2\npolars  # new\n-c hub.txt\n")
    (found,) = problems(hub)
    assert found == (
        f"nblint: {hub / 'user.in'}: needs polars, and {hub / 'user.txt'} does not have polars; "
        "lock it again: `make lock`"
    )


def pin(hub: Path, text: str) -> None:
    (hub / "notebooks.toml").write_text(text)
    settings = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(f'notebooks = "notebooks.toml"\n{settings}')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[notebooks.a]\nversion = "v1.2.0"',
            "notebooks.a.version: 'v1.2.0' is not a version such",
        ),
        ('[notebooks.a]\nversion = ">=1.2.0"', "notebooks.a.version: '>=1.2.0' is not a version"),
        ('[notebooks.a]\nversion = "1.2"', "notebooks.a.version: '1.2' is not a version"),
        ('[notebooks.a]\nversion = "1.2.0~rc1"', "'1.2.0~rc1' is not a version such as 1.2.0"),
        ('[notebooks.a]\nversion = "1.2.0\\n"', "'1.2.0\\n' is not a version such as 1.2.0"),
        ("[notebooks.a]\nversion = 1.2", "notebooks.a.version: expected a string, got a number"),
        ('[notebooks.a]\nverison = "1.0.0"', "unknown key 'verison'; did you mean 'version'?"),
        ("[notebooks.a]", "notebooks.a: missing key 'version'"),
        ('[notebooks]\na = "1.2.0"', "notebooks.a: expected a table, got a string"),
        ('[[notebooks]]\nversion = "1.2.0"', "notebooks: expected a table, got a list"),
        ('[notebook.a]\nversion = "1.2.0"', "unknown key 'notebook'; did you mean 'notebooks'?"),
        ('[notebooks."../a"]\nversion = "1.2.0"', "'../a' is not the name of a notebook reposit"),
        ('[notebooks."A\\nb"]\nversion = "1.2.0"', "'A\\nb' is not the name of a notebook"),
        ('[notebooks."a;b"]\nversion = "1.2.0"', "'a;b' is not the name of a notebook"),
        (f'[notebooks.{"a" * 61}]\nversion = "1.2.0"', "is not the name of a notebook"),
        ("[notebooks.a", "not valid TOML"),
    ],
)
def test_notebooks_that_cannot_be_installed(hub: Path, text: str, said: str) -> None:
    pin(hub, text)
    (found,) = problems(hub)
    assert found.startswith(f"nblint: {hub / 'notebooks.toml'}: ")
    assert said in found


def test_what_is_installed_and_what_should_be(hub: Path) -> None:
    folder = install(hub, "1")
    (folder / "VERSION").write_text("1.0.0\n")
    pin(hub, '[notebooks.logins]\nversion = "2.0.0"\n')
    path = hub / "notebooks.toml"
    status, said, _ = check(hub)
    assert status == 0
    assert f"note: {path}: logins 2.0.0 is not installed" in said
    assert f"note: triage 1.0.0 is installed, and {path} does not have it" in said
    path.write_text('[notebooks.triage]\nversion = "1.1.0-rc2"\n')
    assert f"note: {path}: triage 1.1.0-rc2: 1.0.0 is installed" in check(hub)[1]
    (folder / "VERSION").write_text("1.1.0~rc2\n")
    said = check(hub)[1]
    assert "notebooks.toml: 1 package of notebooks to install" in said
    assert "triage" not in said


def test_examples(hub: Path) -> None:
    settings = (hub / "hub.toml").read_text()
    settings = settings.replace('page = "', 'examples = "examples", page = "')
    (hub / "hub.toml").write_text(settings)
    assert any(f"{hub / 'examples'}: no such folder" in found for found in problems(hub))
    (hub / "examples").mkdir()
    cells = (("markdown", complete_header()), ("code", "import os\nos.environ['CASE_KEY']"))
    (hub / "examples" / "a.ipynb").write_bytes(notebook_bytes(*cells))
    (found,) = problems(hub)
    assert f"{hub / 'examples'}: a.ipynb needs the variable CASE_KEY, which " in found
    (hub / "examples" / "a.ipynb").write_bytes(notebook_bytes(cells[0]))
    assert "examples: 1 example\n" in check(hub)[1]
    (hub / "examples" / "b.ipynb").write_text("{")
    (found,) = problems(hub)
    assert "b.ipynb: not JSON: " in found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os\nos.environ['DATADOG_APIKEY']", "needs the variable DATADOG_APIKEY, which"),
        ("import os\nos.environ['CASE_ID']", "which {catalogue} gives no value to"),
    ],
)
def test_variables_that_are_not_met(hub: Path, code: str, said: str) -> None:
    folder = install(hub, code)
    (found,) = problems(hub)
    assert found.startswith(f"nblint: {folder}: triage.ipynb needs the variable ")
    assert said.format(catalogue=hub / "environment.toml") in found


def test_variables_that_a_notebook_can_do_without(hub: Path) -> None:
    install(hub, "import os\nos.environ.get('TEAM', 'soc'), os.environ['HOME']")
    assert check(hub)[0] == 0


def test_known_holes(hub: Path) -> None:
    (hub / "user.txt").write_text("jupyter_server==2.19.0\n")
    (found,) = problems(hub)
    assert f"{hub / 'user.txt'}: jupyter-server 2.19.0 has a known hole" in found
    assert "upgrade it to 2.20.0 or newer" in found


def test_a_lock_that_locks_nothing(hub: Path) -> None:
    (hub / "user.txt").write_text("pandas>=2\n")
    assert any("locks no package" in found for found in problems(hub))


def test_a_landing_page_that_nblint_refuses(hub: Path) -> None:
    (hub / "welcome.md").write_text("Be kind.\n")
    assert any("the landing page is refused: NBL101" in found for found in problems(hub))


def test_a_python_that_is_too_old(hub: Path) -> None:
    python = hub / "python3.10"
    python.write_text("#!/bin/sh\necho 3.10.4\n")
    python.chmod(0o755)
    text = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(text.replace(sys.executable, str(python)))
    (found,) = problems(hub)
    assert "is Python 3.10.4, in which opening a colleague's notebook can run their files" in found
    (hub / "hub.toml").write_text(text.replace(sys.executable, str(hub / "none")))
    (found,) = problems(hub)
    assert "cannot be run: No such file or directory" in found
    python.write_text("#!/bin/sh\necho hello\n")
    (hub / "hub.toml").write_text(text.replace(sys.executable, str(python)))
    (found,) = problems(hub)
    assert found.endswith("cannot be run: does not answer as Python does")


def test_what_is_not_enforced_is_said(hub: Path) -> None:
    text = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(f'{text}mfa = {{ proof = "provider" }}\n')
    assert "the hub lets in whoever the provider sends" in check(hub)[1]
    (hub / "hub.toml").write_text(f'{text}mfa = {{ refresh = "keep" }}\n')
    assert "mfa.refresh is 'keep'" in check(hub)[1]


def test_several_mistakes_are_said_at_once(hub: Path) -> None:
    (hub / "secrets" / "datadog-api-key").unlink()
    (hub / "crypt-key").chmod(0o644)
    (hub / "user.txt").write_text("tornado==6.0\n")
    assert len(problems(hub)) == 3
