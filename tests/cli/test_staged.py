"""`nblint check --staged` judges what git would commit, whatever lies in the working tree."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.git.author import git, repository, said, write
from tests.system import needs

SETTINGS = """\
[tool.nblint]
select = ["NBL0", "NBL3", "NBL5"]
exclude = ["drafts/**"]

[tool.nblint.environment]
catalogues = ["environment.toml"]
"""
CATALOGUE = '[environment.SITE]\nhelp = "A"\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("git")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    settings = "[user]\n  name = Ada\n  email = ada@example.org\n[init]\n  defaultBranch = main\n"
    (tmp_path / "gitconfig").write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, in which a person stands."""
    folder = repository(tmp_path / "work")
    write(folder, {"pyproject.toml": SETTINGS, "environment.toml": CATALOGUE})
    write(folder, {"a.ipynb": reading("SITE"), "b.ipynb": reading("SITE")})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    monkeypatch.chdir(folder)
    return folder


def reading(name: str, *more: str) -> bytes:
    """Return a notebook that reads an environment variable."""
    lines = ["import os", f"os.environ[{name!r}]", *more]
    return notebook_bytes(("code", "\n".join(lines)))


def printing() -> bytes:
    """Return a notebook with an output."""
    data = json.loads(reading("SITE"))
    text = {"name": "stdout", "output_type": "stream", "text": "2"}
    data["cells"][0] |= {"outputs": [text], "execution_count": 1}
    return json.dumps(data, indent=1).encode()


def found(*arguments: str) -> list[tuple[str, str]]:
    """Return the path and the code of each finding."""
    run = nblint("check", "--staged", "--output-format", "json", *arguments)
    assert run.exit_code in (0, 1), run.stderr
    return [(one["path"], one["code"]) for one in json.loads(run.stdout)]


def test_what_is_staged_is_judged_and_what_lies_here_is_not(top: Path) -> None:
    write(top, {"a.ipynb": reading("STIE")})
    git(top, "add", "a.ipynb")
    write(top, {"a.ipynb": reading("SITE"), "b.ipynb": reading("STIE")})
    assert found() == found("a.ipynb", "b.ipynb") == found(".") == [("a.ipynb", "NBL301")]
    git(top, "add", "a.ipynb")
    assert found() == []
    run = nblint("check", "--staged")
    assert (run.exit_code, run.stdout) == (0, "No notebooks to check.\n")


def test_only_notebooks_that_the_commit_changes_unless_others_are_named(top: Path) -> None:
    write(top, {"old.ipynb": reading("STIE")})
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "old")
    write(top, {"a.ipynb": reading("STIE"), "b.ipynb": None})
    git(top, "add", "--all")
    assert found() == [("a.ipynb", "NBL301")]
    assert found("old.ipynb") == [("old.ipynb", "NBL301")]
    assert found(".") == [("a.ipynb", "NBL301"), ("old.ipynb", "NBL301")]
    git(top, "mv", "old.ipynb", "new.ipynb")
    assert ("new.ipynb", "NBL301") in found()


def test_before_the_first_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository(tmp_path / "new"))
    assert nblint("check", "--staged").stdout == "No notebooks to check.\n"
    write(Path(), {"pyproject.toml": SETTINGS, "environment.toml": CATALOGUE})
    write(Path(), {"a.ipynb": reading("STIE")})
    git(Path(), "add", ".")
    assert found() == [("a.ipynb", "NBL301")]


def test_another_index_counts_as_in_a_commit_of_one_file(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(top, {"a.ipynb": reading("STIE"), "b.ipynb": reading("STIE")})
    git(top, "add", "a.ipynb")
    # What `git commit b.ipynb` makes, and names as git does: relative to the top.
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index.lock")
    git(top, "read-tree", "HEAD")
    git(top, "add", "b.ipynb")
    (top / "below").mkdir()
    monkeypatch.chdir(top / "below")
    assert found() == [("../b.ipynb", "NBL301")]
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert found() == [("../a.ipynb", "NBL301")]


def test_a_real_commit_of_one_file(top: Path) -> None:
    hook = top / ".git/hooks/pre-commit"
    hook.write_text(f"#!/bin/sh\n{sys.executable} -m nblint check --staged --quiet\n")
    hook.chmod(0o755)
    write(top, {"a.ipynb": reading("STIE"), "b.ipynb": reading("SITE", "1")})
    git(top, "add", "a.ipynb")
    git(top, "commit", "--quiet", "--message", "one", "b.ipynb")
    assert said(top, "show", "--name-only", "--format=") == "b.ipynb"
    git(top, "commit", "--quiet", "--message", "two", fails=True)
    assert said(top, "log", "--format=%s", "-1") == "one"
    git(top, "commit", "--quiet", "--message", "all", "--all", fails=True)
    assert said(top, "log", "--format=%s", "-1") == "one"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("environment.toml", CATALOGUE, CATALOGUE.replace("SITE", "STIE")),
        ("pyproject.toml", SETTINGS, SETTINGS.replace('"NBL3", ', "")),
    ],
)
def test_settings_and_what_they_name_are_as_staged(
    top: Path, name: str, old: str, new: str
) -> None:
    write(top, {"a.ipynb": reading("STIE"), name: new})
    git(top, "add", "a.ipynb")
    assert nblint("check", "a.ipynb").exit_code == 0
    assert found() == [("a.ipynb", "NBL301")]
    git(top, "add", name)
    write(top, {name: old})
    assert nblint("check", "a.ipynb").exit_code == 1
    assert found() == []


def test_requirements_are_as_staged(top: Path) -> None:
    write(top, {"a.ipynb": reading("SITE", "import numpy"), "requirements.txt": "# none\n"})
    git(top, "add", ".")
    write(top, {"requirements.txt": "numpy\n"})
    assert found() == [("a.ipynb", "NBL505")]
    git(top, "add", ".")
    assert found() == []


def test_a_file_that_settings_name_and_nobody_has_added(top: Path) -> None:
    write(top, {"pyproject.toml": SETTINGS.replace("environment.toml", "names.toml")})
    write(top, {"names.toml": CATALOGUE, "a.ipynb": reading("SITE", "1")})
    git(top, "add", "a.ipynb", "pyproject.toml")
    run = nblint("check", "--staged")
    assert run.exit_code == 2
    assert run.stderr == (
        "nblint: names.toml: the settings name it, but it is not staged; `git add` it\n"
    )
    git(top, "add", "names.toml")
    assert found() == []


def test_settings_that_cannot_be_used_are_named_as_in_the_repository(top: Path) -> None:
    write(top, {"pyproject.toml": SETTINGS.replace("select", "selekt"), "a.ipynb": printing()})
    git(top, "add", ".")
    run = nblint("check", "--staged")
    assert run.exit_code == 2
    assert run.stderr.startswith("nblint: pyproject.toml: tool.nblint: unknown key 'selekt'")


def test_options_that_name_files(top: Path) -> None:
    write(top, {"a.ipynb": reading("STIE"), "other.toml": 'select = ["NBL0"]\n'})
    git(top, "add", ".")
    write(top, {"other.toml": "select = ["})
    assert found("--config", "other.toml") == []
    report = nblint("check", "--staged", "--output-format", "json", "--output-file", "report.json")
    assert report.exit_code == 1
    assert [one["path"] for one in json.loads((top / "report.json").read_text())] == ["a.ipynb"]
    assert nblint("baseline", "create").exit_code == 0
    git(top, "add", ".")
    (top / ".nblint-baseline.json").write_text("{")
    assert found("--baseline", ".nblint-baseline.json") == []


def test_what_is_excluded_and_what_is_tracked_anyway(top: Path) -> None:
    names = ("drafts/a.ipynb", ".venv/a.ipynb", "ignored.ipynb", "UPPER.IPYNB")
    write(top, {name: reading("STIE") for name in names})
    write(top, {".gitignore": "ignored.ipynb\n"})
    git(top, "add", "--force", ".")
    assert [path for path, _ in found()] == [".venv/a.ipynb", "UPPER.IPYNB", "ignored.ipynb"]


def test_names_that_are_not_staged(top: Path) -> None:
    write(top, {"new.ipynb": reading("STIE"), "script.txt": reading("STIE")})
    git(top, "add", "script.txt")
    run = nblint("check", "--staged", "--quiet", "new.ipynb", "script.txt", "a.ipynb")
    assert run.exit_code == 2
    assert run.stderr == "nblint: new.ipynb: not staged; run `git add` first\n"
    assert run.stdout.startswith("script.txt:cell 1:2:1: NBL301")
    git(top, "add", "--intent-to-add", "new.ipynb")  # which no commit has, either
    assert nblint("check", "--staged", "new.ipynb").exit_code == 2


def test_in_a_linked_worktree_and_by_other_paths(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(top, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    write(linked, {"a.ipynb": reading("STIE"), "deep/er/c.ipynb": reading("STIE")})
    git(linked, "add", ".")
    assert found() == []
    monkeypatch.chdir(linked / "deep")
    assert found() == [("../a.ipynb", "NBL301"), ("er/c.ipynb", "NBL301")]
    assert found(".") == found(str(linked / "deep")) == [("er/c.ipynb", "NBL301")]
    assert Path.cwd() == linked / "deep"


@pytest.mark.parametrize("form", ["v4", "split", "sha256"])
def test_every_form_of_index(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--object-format=sha256"] if form == "sha256" else []
    folder = repository(tmp_path / form, *options)
    monkeypatch.chdir(folder)
    write(folder, {"pyproject.toml": SETTINGS, "environment.toml": CATALOGUE})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    if form == "v4":
        git(folder, "update-index", "--index-version=4")
    if form == "split":
        git(folder, "config", "splitIndex.maxPercentChange", "100")
        git(folder, "update-index", "--split-index")
    write(folder, {"a.ipynb": reading("STIE")})
    git(folder, "add", ".")
    assert found() == [("a.ipynb", "NBL301")]


def test_nothing_of_the_repository_is_run_or_written(top: Path) -> None:
    ran = top / "ran"
    write(top, {".gitattributes": "*.ipynb filter=own\n", "a.ipynb": reading("STIE")})
    git(top, "add", ".")
    for key in ("filter.own.clean", "filter.own.smudge", "core.fsmonitor"):
        git(top, "config", key, f"touch {ran}; cat")
    before = sorted(path for path in (top / ".git").rglob("*"))
    assert found() == [("a.ipynb", "NBL301")]
    assert not ran.exists()
    assert sorted(path for path in (top / ".git").rglob("*")) == before


def test_outputs_that_a_filter_leaves_out(top: Path) -> None:
    write(top, {"pyproject.toml": SETTINGS + '[tool.nblint.reproducibility]\noutputs = "filter"\n'})
    write(top, {"a.ipynb": printing()})
    git(top, "add", ".")
    assert nblint("check").exit_code == 0
    run = nblint("check", "--staged")
    assert run.exit_code == 1
    assert "NBL501 notebook contains outputs" in run.stdout
    assert "help: turn on the repository's filter" in run.stdout
    assert "fix:" not in run.stdout
    before = (top / "a.ipynb").read_bytes()
    assert nblint("check", "--fix").exit_code == 0
    assert (top / "a.ipynb").read_bytes() == before


def test_what_cannot_be_read(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(top, "branch", "theirs")
    for branch, name in (("main", "ONE"), ("theirs", "TWO")):
        git(top, "checkout", "--quiet", branch)
        write(top, {"a.ipynb": reading(name)})
        git(top, "commit", "--quiet", "--all", "--message", name)
    git(top, "merge", "main", fails=True)
    run = nblint("check", "--staged")
    assert (run.exit_code, run.stdout) == (2, "")
    assert "resolve merge conflicts" in run.stderr
    (top / ".git/index").write_bytes(b"DIRC")
    assert nblint("check", "--staged").stderr == (
        "nblint: git's index cannot be read; run `git status`, which says why\n"
    )
    monkeypatch.chdir(tmp_path)
    run = nblint("check", "--staged")
    assert run.exit_code == 2
    assert "not a git repository" in run.stderr


@pytest.mark.parametrize("option", ["--fix", "-", "--watch", "--show-files"])
def test_options_that_contradict_it(top: Path, option: str) -> None:
    run = nblint("check", "--staged", option)
    assert run.exit_code == 2
    assert "cannot be combined" in run.stderr
