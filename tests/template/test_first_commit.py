"""The first commit is made where that is possible, and never stops the generation."""

import os
import shutil
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from tests.template.conftest import Generate, git

pytestmark = pytest.mark.slow


def test_first_commit(generate: Generate) -> None:
    repository = generate()
    assert git("branch", "--show-current", cwd=repository) == "main"
    assert git("log", "--format=%an: %s", cwd=repository) == "Ada: Start from the notebook template"
    assert git("status", "--porcelain", "--ignored", cwd=repository) == ""
    assert git("ls-files", "--others", cwd=repository) == ""
    assert git("ls-files", "README.md", cwd=repository)


def test_no_repository_where_none_is_wanted(generate: Generate) -> None:
    assert not (generate(git_init=False) / ".git").exists()


def test_pre_commit_is_installed(generate: Generate, capfd: pytest.CaptureFixture[str]) -> None:
    assert (generate() / ".git/hooks/pre-commit").is_file()
    assert "Turned on the checks for `git commit`." in capfd.readouterr().out


def test_without_pre_commit(
    generate: Generate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    only_git(monkeypatch, tmp_path)
    repository = generate()
    assert git("log", "--format=%s", cwd=repository)
    assert not (repository / ".git/hooks/pre-commit").exists()


def only_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def test_without_git(
    generate: Generate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    repository = generate()
    assert not (repository / ".git").exists()
    shown = capfd.readouterr().out
    assert "git is not installed" in shown
    assert "make setup" in shown
    assert "nblint-suite @ file:" in (repository / ".pre-commit-config.yaml").read_text("utf-8")


def test_without_identity(
    generate: Generate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    repository = generate()
    assert git("ls-files", "--others", cwd=repository) == ""
    assert git("ls-files", "README.md", cwd=repository)
    shown = capfd.readouterr().out
    with pytest.raises(subprocess.CalledProcessError):
        git("rev-parse", "HEAD", cwd=repository)

    # What it says to type works as it stands, where the person is.
    _, _, after = shown.partition("make the first commit yourself:\n")
    commands = list(takewhile(lambda line: line.startswith("    "), after.splitlines()))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (repository / ".git/hooks/pre-commit").unlink(missing_ok=True)  # it would download the checks
    typed = "\n".join(["set -e", *commands])
    subprocess.run(["bash", "-c", typed], cwd=repository.parent, check=True, capture_output=True)
    assert git("log", "--format=%an: %s", cwd=repository) == (
        "Your Name: Start from the notebook template"
    )


def test_an_address_that_nobody_gave_is_named(
    generate: Generate, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = "Replace security-operations@example.com in README.md and CODEOWNERS"
    generate()
    assert asked not in capfd.readouterr().out, "the example has its own"
    generate(title="Phishing triage")
    assert asked in capfd.readouterr().out
    generate(title="Phishing reports", email="soc@example.com")
    assert "Replace" not in capfd.readouterr().out


def test_the_first_commit_says_what_the_author_has_yet_to_write(generate: Generate) -> None:
    assert git("log", "--format=%b", cwd=generate()) == ""
    repository = generate(title="Phishing triage", audience="Analysts on duty.")
    assert git("log", "--format=%s%n%b", cwd=repository).splitlines() == [
        "Start from the notebook template",
        "notebooks/phishing-triage.ipynb has yet to say what it is for, from which data and how it "
        "works.",
        "Until then, the checks refuse it.",
    ]


def test_inside_a_repository(
    generate: Generate, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    git("init", "--quiet", cwd=tmp_path)
    assert not (generate() / ".git").exists()
    assert "already inside a git repository" in capfd.readouterr().out
    assert not (tmp_path / ".git/hooks/pre-commit").exists()


def test_while_another_git_command_runs(
    generate: Generate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git("init", "--quiet", cwd=other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    repository = generate()
    monkeypatch.undo()
    assert (repository / ".git").is_dir()
    assert not (other / ".git/index").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for git")
def test_a_git_that_fails(
    generate: Generate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bin").mkdir()
    broken = tmp_path / "bin/git"
    broken.write_text("#!/bin/sh\necho 'disk is full' >&2\nexit 128\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(broken.parent), os.environ["PATH"]]))
    generate()
    shown = capfd.readouterr()
    assert "disk is full" in shown.err
    assert "git could not create a repository" in shown.out
    assert "make setup" in shown.out
