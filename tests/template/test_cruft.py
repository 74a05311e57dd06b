"""A generated repository stays current: cruft brings what a newer template has."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.template.conftest import Generate, command, git
from tests.template.test_content import notebook_of
from tests.template.test_outputs import run_cells, set_up

pytestmark = pytest.mark.slow
FILES = "template/{{cookiecutter.slug}}"


def cruft(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return command(*arguments, cwd=cwd, program="cruft")


def succeeds(*arguments: str, cwd: Path) -> str:
    ran = cruft(*arguments, cwd=cwd)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def commit_all(folder: Path, message: str) -> str:
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--no-verify", "--message", message, cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text("utf-8") + line + "\n", encoding="utf-8")


@pytest.fixture
def repository(checkout: Path, tmp_path: Path) -> Path:
    """A repository made by `cruft create`, as README.md says, with its first commit."""
    address = checkout.as_uri()
    arguments = ["--directory", "template", "--no-input", "--extra-context"]
    succeeds("create", address, *arguments, '{"title": "Phishing triage"}', cwd=tmp_path)
    folder = tmp_path / "phishing-triage"
    assert not (folder / ".git").exists()
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    commit_all(folder, "Start")
    return folder


@pytest.fixture
def newer(checkout: Path, repository: Path) -> str:
    """A newer template: a line more, a file more, a file less, a question more; its commit."""
    append(checkout / FILES / ".gitignore", "*.bak")
    (checkout / FILES / "SUPPORT.md").write_text("# Ask {{ cookiecutter.floor }}\n")
    (checkout / FILES / ".editorconfig").unlink()
    questions = checkout / "template/cookiecutter.json"
    asked = json.loads(questions.read_text("utf-8"))
    questions.write_text(json.dumps({**asked, "floor": "the second floor"}))
    return commit_all(checkout, "newer")


def test_create_is_current(repository: Path, checkout: Path) -> None:
    assert "up to date" in succeeds("check", cwd=repository)
    shown = succeeds("diff", "--exit-code", cwd=repository)
    assert "make setup" not in shown, "the hook speaks to those who start"
    assert nblint_revision(repository) == git("rev-parse", "HEAD", cwd=checkout)


def nblint_revision(repository: Path) -> str:
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text("utf-8"))
    (entry,) = [entry for entry in config["repos"] if entry["hooks"][0]["id"] == "nblint"]
    return str(entry["rev"])


def test_update_brings_what_is_newer_and_keeps_what_was_written(
    repository: Path, newer: str
) -> None:
    replace(notebook_of(repository), "Data source 1", "The abuse mailbox")
    replace(repository / "environment.toml", 'value = "datadoghq.com"', 'value = "datadoghq.eu"')
    append(repository / "README.md", "Ours.")
    commit_all(repository, "work")
    assert cruft("check", cwd=repository).returncode == 1
    set_up(repository)
    on_screen = run_cells(notebook_of(repository))
    git("add", "--update", cwd=repository)  # git then knows that only outputs changed

    shown = succeeds("update", "--skip-apply-ask", cwd=repository)
    assert "make setup" not in shown, "the hook speaks to those who start"
    assert (repository / ".gitignore").read_text("utf-8").endswith("\n*.bak\n")
    assert (repository / "SUPPORT.md").read_text("utf-8") == "# Ask the second floor\n"
    assert not (repository / ".editorconfig").exists()
    assert nblint_revision(repository) == newer, "the linter is as new as the template"
    assert notebook_of(repository).read_bytes() == on_screen
    assert "The abuse mailbox" in notebook_of(repository).read_text("utf-8")
    assert "# Phishing triage\\n" in notebook_of(repository).read_text("utf-8")
    assert "datadoghq.eu" in (repository / "environment.toml").read_text("utf-8")
    assert (repository / "README.md").read_text("utf-8").endswith("\nOurs.\n")

    commit_all(repository, "Update from the template")
    assert "up to date" in succeeds("check", cwd=repository)
    headings = re.findall(r"^diff --git .+$", cruft("diff", cwd=repository).stdout, re.MULTILINE)
    ours = {"README.md", "environment.toml", "notebooks/phishing-triage.ipynb"}
    assert {heading.partition("upstream-template-new/")[2] for heading in headings} == ours


def test_update_of_a_line_that_both_changed_leaves_both_to_the_person(
    repository: Path, checkout: Path
) -> None:
    replace(repository / "Makefile", "PYTHON ?= python3", "PYTHON ?= python3.12")
    commit_all(repository, "ours")
    replace(checkout / FILES / "Makefile", "PYTHON ?= python3", "PYTHON ?= python3.14")
    append(checkout / FILES / ".gitignore", "*.bak")
    commit_all(checkout, "theirs")

    cruft("update", "--skip-apply-ask", cwd=repository)
    text = "".join(path.read_text("utf-8") for path in repository.glob("Makefile*"))
    assert "python3.12" in text
    assert "python3.14" in text
    assert "*.bak" in (repository / ".gitignore").read_text("utf-8")
    assert git("show", "HEAD:Makefile", cwd=repository).count("python3.12") == 1


def test_update_refuses_uncommitted_work(repository: Path, newer: str) -> None:
    append(repository / "README.md", "Not committed.")
    assert cruft("update", "--skip-apply-ask", cwd=repository).returncode != 0
    assert (repository / "README.md").read_text("utf-8").endswith("Not committed.\n")
    assert not (repository / "SUPPORT.md").exists()


def test_link_a_repository_that_was_made_otherwise(
    checkout: Path, generate: Generate, tmp_path: Path
) -> None:
    """As README.md says for "Use this template", cookiecutter, `nblint new` and `--into`."""
    repository = generate(checkout, title="Phishing triage")
    arguments = ["--directory", "template", "--no-input", "--extra-context"]
    answers = '{"title": "Phishing triage"}'
    succeeds("link", checkout.as_uri(), *arguments, answers, cwd=repository)
    commit_all(repository, "Link to the template")
    assert "up to date" in succeeds("check", cwd=repository)

    append(checkout / FILES / ".gitignore", "*.bak")
    commit_all(checkout, "newer")
    assert cruft("check", cwd=repository).returncode == 1
    succeeds("update", "--skip-apply-ask", cwd=repository)
    assert "*.bak" in (repository / ".gitignore").read_text("utf-8")
