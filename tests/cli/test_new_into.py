"""`nblint new --into`: an existing repository gets what it lacks, and loses nothing."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cookiecutter.prompt import prompt_for_config

from demo.notebooks import made_up_token
from nblint.cli.main import main
from tests.template.conftest import away_from_home, git

__all__ = ["away_from_home"]  # the fixture holds here, too

ENTER = pytest.mark.usefixtures("enter")


def into(folder: Path, *answers: str) -> Result:
    return CliRunner().invoke(main, ["new", "--no-input", "--into", str(folder), *answers])


def answer(folder: Path, *keys: str) -> Result:
    """Run the command with questions, and type answers to those about files."""
    return CliRunner().invoke(main, ["new", "--into", str(folder)], input="\n".join([*keys, ""]))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that has a README of its own."""
    folder = tmp_path / "phishing_reports"
    folder.mkdir()
    (folder / "README.md").write_text("# Ours\n")
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "--quiet", "--message", "ours", cwd=folder)
    return folder


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Enter at each question of the template."""

    def defaults(context: dict[str, Any], no_input: bool) -> dict[str, Any]:
        assert not no_input
        return dict(prompt_for_config(context, no_input=True))

    monkeypatch.setattr("cookiecutter.main.prompt_for_config", defaults)


def test_adds_what_is_missing_and_keeps_what_is_there(repository: Path) -> None:
    result = into(repository)
    assert result.exit_code == 0, result.output
    assert (repository / "README.md").read_text() == "# Ours\n"
    notebook = repository / "notebooks/phishing-reports.ipynb"
    assert "# Phishing reports\\n" in notebook.read_text("utf-8"), "named as the folder"
    assert "nblint" in (repository / ".pre-commit-config.yaml").read_text("utf-8")
    assert "\nYours, which stay as they are:\n  README.md\n" in result.output
    assert "\n  .editorconfig\n  .gitattributes\n" in result.output
    assert git("log", "--format=%s", cwd=repository) == "ours", "nothing is committed"
    assert git("diff", "--name-only", cwd=repository) == ""


def test_twice_is_once(repository: Path) -> None:
    into(repository)
    before = contents(repository)
    result = into(repository)
    assert contents(repository) == before
    assert "New files" not in result.output


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


@ENTER
def test_asks_before_it_replaces(repository: Path) -> None:
    planted = made_up_token()
    (repository / "Makefile").write_text(f"run:\n\tTOKEN={planted} ./run\n")
    result = answer(repository, "r", "d", "r", "k")
    assert result.exit_code == 0, result.output
    assert "-run:\n" in result.output, "the difference was shown"
    assert planted not in result.output
    assert "make setup" not in (repository / "README.md").read_text()
    assert "setup:" in (repository / "Makefile").read_text("utf-8")
    assert "Replaced Makefile\n" in result.output


@ENTER
def test_enter_keeps(repository: Path) -> None:
    assert answer(repository, "").exit_code == 0
    assert (repository / "README.md").read_text() == "# Ours\n"


@ENTER
def test_nothing_is_written_before_the_last_answer(repository: Path) -> None:
    (repository / "Makefile").write_text("run:\n")
    before = contents(repository)
    result = answer(repository, "r", "r")  # and then the terminal is closed
    assert result.exit_code != 0
    assert contents(repository) == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_not_followed(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repository / "notebooks").symlink_to(outside)
    (repository / "LICENSE").symlink_to(outside / "not-there-yet")
    result = into(repository, "license=MIT")
    assert result.exit_code == 0, result.output
    assert list(outside.iterdir()) == []
    assert "(notebooks is a link)" in result.output
    assert "LICENSE (a link)" in result.output


def test_other_kinds_in_the_way(repository: Path) -> None:
    (repository / "notebooks").write_text("a file")
    (repository / "Makefile").mkdir()
    result = into(repository)
    assert result.exit_code == 0, result.output
    assert "(notebooks is not a folder)" in result.output
    assert "Makefile (a folder)" in result.output
    assert (repository / "notebooks").read_text() == "a file"


@pytest.mark.skipif(sys.platform == "win32", reason="no permission bits there")
@ENTER
def test_modes_are_the_templates(repository: Path) -> None:
    (repository / "README.md").chmod(0o600)
    assert answer(repository, "r", "r").exit_code == 0
    modes = {(repository / name).stat().st_mode for name in ("README.md", "Makefile")}
    assert len(modes) == 1
    assert [path.name for path in repository.glob(".README*")] == [], "nothing is left over"


def test_refused_answers_change_nothing(repository: Path) -> None:
    before = contents(repository)
    result = into(repository, "email=me")
    assert result.exit_code == 2
    assert contents(repository) == before
    assert "NBLINT_NEW_INTO" not in os.environ


def test_a_folders_name_is_no_program(tmp_path: Path) -> None:
    folder = tmp_path / "{{ 6 * 7 }}"
    folder.mkdir()
    assert into(folder).exit_code == 0
    (notebook,) = (folder / "notebooks").iterdir()
    assert "# {{ 6 * 7 }}\\n" in notebook.read_text("utf-8")


def test_into_and_output_dir_exclude_each_other(tmp_path: Path) -> None:
    arguments = ["new", "--no-input", "--into", str(tmp_path), "-o", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "--into cannot be combined with --output-dir" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_is_neither_read_nor_replaced(repository: Path) -> None:
    pipe = repository / "CHANGELOG.md"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    result = into(repository)
    assert result.exit_code == 0, result.output
    assert "CHANGELOG.md (not a regular file)" in result.output
    assert pipe.is_fifo()
