"""Each way to the hub's template: the second entry, its folder, a zip, cruft, `nblint new`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from nblint._version import __version__
from tests.template.conftest import command, git
from tests.template.test_origin import nblint_entry, published

pytestmark = pytest.mark.slow
NAME = "security-notebook-hub"
DIRECTORY = ("--directory", "template-hub")


def requirement(repository: Path) -> str:
    """Return what `make setup` installs nblint from; pip can read it, and no trace is left."""
    lines = (repository / "requirements/nblint.txt").read_text("utf-8").splitlines()
    (line,) = [line for line in lines if not line.startswith("#")]
    read = Requirement(line)
    assert (read.name, read.extras) == ("nblint-suite", {"hub"})
    assert not list(repository.glob(".nblint-*"))
    assert (repository / "scripts/gate").stat().st_mode & 0o111 or sys.platform == "win32"
    return line.partition("nblint-suite[hub]")[2].removeprefix(" @ ")


def from_git(repository: Path, address: str, rev: str) -> None:
    """Hold that checks and hub have nblint from a commit of a repository."""
    address = address.replace("file:///", "file://localhost/")
    assert requirement(repository) == f"git+{address}@{rev}"
    entry = nblint_entry(repository)
    assert entry["rev"] == rev


@pytest.mark.parametrize("way", ["root", "directory", "relative"])
def test_from_a_path(checkout: Path, tmp_path: Path, way: str) -> None:
    out = tmp_path / "out"
    # As pip leaves it where it installs the template.
    for place in ("", "scripts"):
        compiled = checkout / "template-hub/{{cookiecutter.slug}}" / place / "__pycache__/x.pyc"
        compiled.parent.mkdir()
        compiled.touch()
    if way == "root":  # the second of two, then all defaults
        made = subprocess.run(
            [sys.executable, "-m", "cookiecutter", str(checkout), "-o", str(out)],
            cwd=tmp_path,
            input="2\n" + "\n" * 20,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert "Hub repository" in made.stdout
    else:
        path = "nblint" if way == "relative" else str(checkout)
        made = command(path, "--no-input", "-o", "out", *DIRECTORY, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert "make demo" in made.stdout
    assert "*** WARNING ***" in made.stdout
    repository = out / NAME
    from_git(
        repository,
        checkout.as_uri(),
        git("rev-parse", "HEAD", cwd=checkout),
    )
    assert git("log", "--format=%an: %s", cwd=repository) == "Ada: Start from the hub template"
    assert git("status", "--porcelain", "--ignored", cwd=repository) == ""


def test_without_input_the_notebook_comes_first(checkout: Path, tmp_path: Path) -> None:
    assert command(str(checkout), "--no-input", cwd=tmp_path).returncode == 0
    assert (tmp_path / "failed-logins").is_dir()


def test_from_a_git_address(checkout: Path, tmp_path: Path) -> None:
    git("tag", "v1.10.0", cwd=checkout)
    git("clone", "--quiet", "--bare", str(checkout), str(tmp_path / "server.git"), cwd=tmp_path)
    address = (tmp_path / "server.git").as_uri()
    made = command(address, "--no-input", *DIRECTORY, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    from_git(tmp_path / NAME, address, git("rev-parse", "HEAD", cwd=checkout))
    text = (tmp_path / NAME / ".pre-commit-config.yaml").read_text("utf-8")
    assert "# frozen: v1.10.0\n" in text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/org/nblint.git", "https://github.com/org/nblint.git"),
        ("git@github.com:org/nblint.git", "ssh://git@github.com/org/nblint.git"),
        ("https://{}@github.com/org/nblint", "https://github.com/org/nblint"),
    ],
)
def test_from_a_clone(checkout: Path, tmp_path: Path, address: str, expected: str) -> None:
    planted = "never" + "shown" * 3
    published(checkout, address.format(planted))
    made = command(str(checkout), "--no-input", *DIRECTORY, cwd=tmp_path)
    assert "*** WARNING ***" not in made.stdout
    assert planted not in made.stdout
    from_git(tmp_path / NAME, expected, git("rev-parse", "HEAD", cwd=checkout))
    assert nblint_entry(tmp_path / NAME)["repo"] == address.replace("{}@", "")


@pytest.mark.usefixtures("released")
def test_from_a_zip(checkout: Path, tmp_path: Path) -> None:
    archive = str(tmp_path / "nblint.zip")
    git("archive", "--format=zip", "--prefix=nblint-main/", "-o", archive, "HEAD", cwd=checkout)
    made = command(archive, "--no-input", *DIRECTORY, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert requirement(tmp_path / NAME) == f"=={__version__}"
    assert git("log", "--format=%s", cwd=tmp_path / NAME) == "Start from the hub template"


def test_by_cruft(checkout: Path, tmp_path: Path) -> None:
    """It keeps a hub current; its hooks find what they share with the notebook template."""
    address = checkout.as_uri()
    made = command(
        "create", address, *DIRECTORY, "--no-input", "--extra-context",
        '{"ci": "gitlab"}', cwd=tmp_path, program="cruft",
    )  # fmt: skip
    assert made.returncode == 0, made.stdout
    repository = tmp_path / NAME
    first = git("rev-parse", "HEAD", cwd=checkout)
    from_git(repository, address, first)
    assert not (repository / ".git").exists()
    assert (repository / ".gitlab-ci.yml").exists()
    recorded = json.loads((repository / ".cruft.json").read_text("utf-8"))
    assert (recorded["directory"], recorded["commit"]) == ("template-hub", first)
    for step in (("init", "-qb", "main"), ("add", "."), ("commit", "-qm", "Start")):
        git(*step, cwd=repository)
    same = command("diff", "--exit-code", cwd=repository, program="cruft")
    assert same.returncode == 0, same.stdout

    gitignore = checkout / "template-hub/{{cookiecutter.slug}}/.gitignore"
    gitignore.write_text(gitignore.read_text("utf-8") + "*.bak\n", "utf-8")
    git("commit", "--quiet", "--all", "--message", "newer", cwd=checkout)
    updated = command("update", "--skip-apply-ask", cwd=repository, program="cruft")
    assert updated.returncode == 0, updated.stdout
    assert "*.bak\n" in (repository / ".gitignore").read_text("utf-8")
    from_git(repository, address, git("rev-parse", "HEAD", cwd=checkout))


def test_cruft_does_not_begin_with_a_token(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"https://{'never' + 'recorded'}@git.example.com/nblint"
    for name, value in {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{checkout.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }.items():
        monkeypatch.setenv(name, value)
    arguments = ("create", address, *DIRECTORY, "--no-input")
    ran = command(*arguments, cwd=tmp_path, program="cruft")
    assert ran.returncode != 0
    assert "the address of the template contains a name or token" in ran.stdout
    assert not (tmp_path / NAME).exists()


def test_into_a_repository(tmp_path: Path) -> None:
    made = command("new", "--hub", "--no-input", "--into", ".", cwd=tmp_path, program="nblint")
    assert made.returncode == 2
    assert "--into cannot be combined with --hub" in made.stdout
