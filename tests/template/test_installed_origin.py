"""`nblint new` from an installed nblint: where that came from decides, before a file is written."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.mirrors import mirror
from demo.notebooks import made_up_token
from nblint._version import __version__
from tests.interpreters import ROOT, make_environment, uv
from tests.template.conftest import git, write_header
from tests.template.test_origin import nblint_entry

pytestmark = pytest.mark.slow


class Installed:
    """An nblint in an environment of its own, which has no pip.

    Args:
        folder: Where to make the environment.
        wheel: The nblint that is installed at first.
    """

    def __init__(self, folder: Path, wheel: Path) -> None:
        self._commands = make_environment(folder, sys.executable, f"{wheel}[new]")

    def come_from(self, *source: str | Path) -> None:
        """Install nblint again, from elsewhere."""
        python = self._commands / "python"
        uv("pip", "install", "--quiet", "--no-deps", "--reinstall", "--python", python, *source)

    def new(self, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `nblint new` in a folder."""
        return subprocess.run(
            [self._commands / "nblint", "new", "--no-input", *arguments],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name != "NBLINT_NEW_LOCAL"},
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed") / "venv", wheel)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, checkout_of_the_run: Path) -> Path:
    """A bare repository that has this checkout, tagged with its version."""
    folder = tmp_path_factory.mktemp("server")
    git("clone", "--quiet", "--bare", str(checkout_of_the_run), "nblint.git", cwd=folder)
    return folder / "nblint.git"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


Commits = Callable[[Path], str]


@pytest.fixture
def commits(tmp_path: Path, pre_commit_home: Path, monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Commit all of a generated repository by its hooks; return what git shows.

    The hooks of others are left out: `test_hooks.py` runs them.
    """

    mirrors = tmp_path / "mirrors"
    variables: dict[str, str] = {}

    def commit(repository: Path) -> str:
        text = (repository / ".pre-commit-config.yaml").read_text("utf-8")
        ours = {"nblint", "nblint-fix", "nblint-gate"}
        others = set(re.findall(r"- id: (\S+)", text)) - ours
        if not variables:
            variables.update(mirror(repository / ".pre-commit-config.yaml", mirrors, ROOT))
        git("add", "--all", cwd=repository)
        ran = subprocess.run(
            ["git", "commit", "--message", "work"],
            cwd=repository,
            env={
                **os.environ,
                **variables,
                "PRE_COMMIT_HOME": str(pre_commit_home),
                "SKIP": ",".join(sorted(others)),
            },
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return ran.stdout

    return commit


def test_from_a_wheel(installed: Installed, wheel: Path, work: Path, commits: Commits) -> None:
    """Refused; with --local the author's first commits are as the template promises."""
    installed.come_from(wheel)
    refused = installed.new(work, "title=Phishing triage")
    assert refused.returncode == 2
    assert f"nblint was installed from {wheel}, a file on this machine" in refused.stdout
    assert "git+https://" in refused.stdout
    assert "add --local" in refused.stdout
    assert list(work.iterdir()) == []

    made = installed.new(work, "--local", "title=Phishing triage")
    assert made.returncode == 0, made.stdout
    assert "*** WARNING ***" in made.stdout
    assert wheel.as_uri() in made.stdout
    assert "say at its top what it is for, who it is for, from which data and how" in made.stdout
    repository = work / "phishing-triage"
    (needed,) = nblint_entry(repository)["additional_dependencies"]
    assert needed == f"nblint-suite @ {wheel.as_uri()}"
    assert git("log", "--format=%s", cwd=repository) == "Start from the notebook template"
    assert "has yet to say what it is for" in git("log", "--format=%b", cwd=repository)

    notebook = repository / "notebooks/phishing-triage.ipynb"
    text = notebook.read_text("utf-8")
    notebook.write_text(text.replace("# Write your code here.", "print(1)  #"), "utf-8")
    said = commits(repository)
    assert re.findall(r"NBL\d+ .*section '([^']+)'", said) == [
        *("Purpose", "Audience", "Data Sources", "Description (How does it work?)")
    ], said
    for written in ("write a sentence or two", "'* The abuse mailbox'", "'1. Read the mails.'"):
        assert written in said
    write_header(notebook)
    said = commits(repository)
    assert re.search(r"^nblint \(notebooks\)\.+Passed$", said, re.MULTILINE), said
    assert git("log", "--format=%s", cwd=repository).splitlines()[0] == "work"


def test_from_a_wheel_that_is_gone(installed: Installed, wheel: Path, work: Path) -> None:
    other = work.parent / wheel.name
    other.write_bytes(wheel.read_bytes())
    installed.come_from(other)
    other.unlink()
    for arguments in ([], ["--local"]):
        refused = installed.new(work, *arguments)
        assert refused.returncode == 2
        assert f"{other}, which is gone" in refused.stdout
        assert "--local" not in refused.stdout, "it is no way out"
    assert list(work.iterdir()) == []


def test_from_a_git_address(
    installed: Installed, server: Path, work: Path, commits: Commits
) -> None:
    installed.come_from(f"nblint-suite @ git+{server.as_uri()}@v{__version__}")
    made = installed.new(work)
    assert made.returncode == 0, made.stdout
    repository = work / "failed-logins"
    entry = nblint_entry(repository)
    commit = git("rev-parse", "main", cwd=server)
    assert (entry["repo"], entry["rev"]) == (server.as_uri(), commit)
    text = (repository / ".pre-commit-config.yaml").read_text("utf-8")
    assert f'rev: "{commit}"  # frozen: v{__version__}\n' in text
    notebook = repository / "notebooks/failed-logins.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("DAYS = 7", "DAYS = 14"), "utf-8")
    said = commits(repository)
    assert re.search(r"^nblint \(notebooks\)\.+Passed$", said, re.MULTILINE), said


def test_from_a_clone(installed: Installed, server: Path, work: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", str(server), "clone", cwd=tmp_path)
    clone = tmp_path / "clone"
    installed.come_from("--editable", clone)

    # Nobody else can use the path; an address with a token must not get into a file.
    planted = made_up_token()
    git("config", "remote.origin.url", f"https://ada:{planted}@host/nblint", cwd=clone)
    (clone / "notes.txt").write_text("mine")
    made = installed.new(work, "--output-dir", "pushed")
    assert made.returncode == 0, made.stdout
    assert planted not in made.stdout
    assert "WARNING" not in made.stdout
    entry = nblint_entry(work / "pushed/failed-logins")
    assert (entry["repo"], entry["rev"]) == (
        "https://host/nblint",
        git("rev-parse", "main", cwd=server),
    )

    def is_refused(because: str) -> None:
        for arguments in ([], ["--into", str(work)]):
            refused = installed.new(work, *arguments)
            assert refused.returncode == 2
            assert because in refused.stdout
            assert "Commit and push" in refused.stdout
            assert planted not in refused.stdout
        assert [path.name for path in work.iterdir()] == ["pushed"]

    with (clone / "nblint/_version.py").open("a") as file:
        file.write("# mine\n")
    is_refused(f"{clone} has changes that are not committed")
    git("commit", "--quiet", "--all", "--no-verify", "--message", "mine", cwd=clone)
    commit = git("rev-parse", "HEAD", cwd=clone)
    is_refused(f"commit {commit[:7]} of {clone} was not pushed")
    git("remote", "remove", "origin", cwd=clone)
    is_refused(f"the clone {clone} has no remote")

    made = installed.new(work, "--local")
    assert made.returncode == 0, made.stdout
    assert "*** WARNING ***" in made.stdout
    entry = nblint_entry(work / "failed-logins")
    assert (entry["repo"], entry["rev"]) == (clone.as_posix(), commit)


def test_from_a_folder_of_which_a_clone_was_installed(
    installed: Installed, server: Path, work: Path, tmp_path: Path
) -> None:
    """`pip install ./nblint`: the folder is recorded, and it is a clone."""
    git("clone", "--quiet", str(server), "clone", cwd=tmp_path)
    installed.come_from(tmp_path / "clone")
    made = installed.new(work)
    assert made.returncode == 0, made.stdout
    assert nblint_entry(work / "failed-logins")["repo"] == server.as_posix()


@pytest.fixture
def index(wheel: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a package index that has nblint, on this machine."""
    page = tmp_path / "index/simple/nblint-suite"
    page.mkdir(parents=True)
    (page / wheel.name).write_bytes(wheel.read_bytes())
    (page / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    (tmp_path / "index/empty").mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path / "index"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_from_an_index(
    installed: Installed, index: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.come_from("--index-url", f"{index}/simple", f"nblint-suite=={__version__}")
    monkeypatch.setenv("PIP_INDEX_URL", f"{index}/empty")
    refused = installed.new(work)
    assert refused.returncode == 2
    assert f"the package index that pip uses has no nblint-suite=={__version__}" in refused.stdout
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens there
    refused = installed.new(work)
    assert refused.returncode == 2
    assert "the package index cannot be reached" in refused.stdout
    assert list(work.iterdir()) == []

    monkeypatch.setenv("PIP_INDEX_URL", f"{index}/simple")
    made = installed.new(work)
    assert made.returncode == 0, made.stdout
    assert "WARNING" not in made.stdout
    entry = nblint_entry(work / "failed-logins")
    assert entry["additional_dependencies"] == [f"nblint-suite=={__version__}"]

    # Offline, on purpose.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    made = installed.new(work, "--local", "slug=offline")
    assert made.returncode == 0, made.stdout
    assert "the package index was not asked" in made.stdout
    assert nblint_entry(work / "offline") == entry


def test_a_hub(installed: Installed, wheel: Path, work: Path) -> None:
    """Its template is in the package, too; what runs the hub comes from where its checks do."""
    installed.come_from(wheel)
    refused = installed.new(work, "--hub")
    assert refused.returncode == 2
    assert not list(work.iterdir())
    made = installed.new(work, "--hub", "--local")
    assert made.returncode == 0, made.stdout
    text = (work / "security-notebook-hub/requirements/nblint.txt").read_text("utf-8")
    assert text.endswith(f"\nnblint-suite[hub] @ {wheel.as_uri()}\n")
