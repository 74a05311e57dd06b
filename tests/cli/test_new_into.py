"""`nblint new --into`: an existing repository gets what it lacks, and loses nothing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from demo.notebooks import made_up_token
from nblint.cli.main import main
from nblint.cli.new_answers import Questions
from tests.conftest import notebook_bytes
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
    monkeypatch.setattr(Questions, "_ask", lambda _questions, _key, default: default)


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
        path.relative_to(folder).as_posix(): path.read_bytes()
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


@pytest.fixture
def old(repository: Path) -> Path:
    """The repository, with an old notebook."""
    (repository / "old.ipynb").write_bytes(notebook_bytes(("code", "print(1)")))
    return repository


CHECKS = [
    ".gitignore",
    ".pre-commit-config.yaml",
    "Makefile",
    "nblint.toml",
    "requirements.lock",
    "requirements.txt",
]


def listed(result: Result, heading: str = "New files") -> list[str]:
    """Return the files below a heading, one per line."""
    assert result.exit_code == 0, result.output
    _, _, rest = result.output.partition(f"\n{heading}:\n")
    return [line.strip() for line in rest.partition("\n\n")[0].splitlines()]


def without_scripts(names: list[str]) -> list[str]:
    """Return the files without those that the Makefile calls."""
    return [name for name in names if not name.startswith("scripts/")]


def test_old_notebooks_get_checks_only(old: Path) -> None:
    before = contents(old)
    result = into(old)
    names = listed(result)
    assert without_scripts(names) == CHECKS
    assert names == sorted(set(contents(old)) - set(before))
    assert "1 notebook here" in result.output
    config = yaml.safe_load((old / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook["id"] for entry in config["repos"] for hook in entry["hooks"]]
    assert {hook.partition("-")[0] for hook in hooks} == {"nblint"}, "no other changes notebooks"
    assert "nblint baseline create\n" in result.output
    again = into(old)
    assert "New files" not in again.output
    assert "    make setup\n" in again.output


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.slow
def test_the_commands_of_the_checks_are_there(old: Path) -> None:
    into(old)
    make = ["make", "--directory", str(old)]
    shown = subprocess.run(make, capture_output=True, encoding="utf-8", check=True).stdout
    targets = re.findall(r"^  make ([a-z]+) - ", shown, re.MULTILINE)
    assert {"setup", "lint", "fix", "lock"} <= set(targets)
    assert "README" not in (old / "Makefile").read_text(), "there need be none"
    for target in targets:
        planned = [*make, "--dry-run", target]
        said = subprocess.run(planned, capture_output=True, encoding="utf-8", check=True).stdout
        for script in re.findall(r"scripts/[a-z-]+", said):
            assert (old / script).is_file()


def test_a_dry_run_writes_nothing(old: Path) -> None:
    before = contents(old)
    result = CliRunner().invoke(main, ["new", "--into", str(old), "--dry-run"])
    assert without_scripts(listed(result)) == CHECKS
    assert result.output.endswith("\nNothing was written.\n")
    assert contents(old) == before


def test_no_is_no(old: Path) -> None:
    before = contents(old)
    result = answer(old, "n")
    assert result.exit_code == 1
    assert contents(old) == before


def test_one_question(old: Path) -> None:
    result = answer(old, "")
    assert result.output.count("? [") == 1
    assert without_scripts(listed(result)) == CHECKS


def test_all_is_more(old: Path) -> None:
    result = into(old, "--all")
    assert {"LICENSE", "CODEOWNERS", "packaging/notebook.spec"} <= set(listed(result))
    left = listed(result, "Left out")
    assert left == [".gitattributes (git would show every notebook as changed)"]
    assert not (old / ".gitattributes").exists()


def test_nobody_decides_about_licences(repository: Path) -> None:
    result = into(repository)
    assert not (repository / "LICENSE").exists()
    assert not (repository / "CODEOWNERS").exists()
    heading = "Left out, because only you can decide about them"
    assert listed(result, heading) == [
        "CODEOWNERS (to add it: email=…)",
        "LICENSE (to add it: license=…; the package needs one)",
    ]


def test_who_answers_decides(repository: Path) -> None:
    result = into(repository, "license=MIT", "email=a@example.com")
    assert {"LICENSE", "CODEOWNERS"} <= set(listed(result))


@pytest.mark.parametrize("indent", ["", "  "])
def test_hooks_are_printed_as_somebody_pastes_them(old: Path, indent: str) -> None:
    theirs = f"repos:\n{indent}- repo: meta\n{indent}  hooks:\n{indent}    - id: identity\n"
    (old / ".pre-commit-config.yaml").write_text(theirs)
    result = into(old)
    _, _, pasted = result.output.partition("Add below `repos:` in .pre-commit-config.yaml:\n\n")
    pasted = pasted.partition("\nNext steps:")[0]
    (old / ".pre-commit-config.yaml").write_text(theirs + pasted)
    config = yaml.safe_load((old / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [entry["hooks"][0]["id"] for entry in config["repos"]] == ["identity", "nblint"]
    assert "Add below" not in into(old).output, "it is there now"


def test_settings_of_others_stay(old: Path) -> None:
    theirs = {
        "pyproject.toml": "[project]\nname = 'ours'\n",
        "requirements.txt": "pandas\n",
        "Makefile": "run:\n\ttrue\n",
        ".gitignore": "*.pyc",
    }
    for name, text in theirs.items():
        (old / name).write_text(text)
    result = into(old)
    assert listed(result) == [".pre-commit-config.yaml", "nblint.toml"]
    assert listed(result, "Yours, which stay as they are") == sorted(theirs.keys() - {".gitignore"})
    assert {name: (old / name).read_text() for name in theirs} == theirs
    assert "    pip install pre-commit && pre-commit install\n" in result.output
    assert "NBL505" not in (old / "nblint.toml").read_text(), "their requirements are declared"
    (old / "nblint.toml").unlink()
    (old / "pyproject.toml").write_text("[tool.nblint]\n")
    assert "nblint.toml" not in into(old).output


def test_git_ignores_what_the_setup_installs(old: Path) -> None:
    (old / ".gitignore").write_bytes(b"/build\r\n*.pyc")
    heading = "Yours, which get more lines"
    (line,) = listed(into(old), heading)
    assert line.startswith(".gitignore: .venv/ ")
    text = (old / ".gitignore").read_bytes()
    assert text.startswith(b"/build\r\n*.pyc\r\n.venv/\r\n")
    assert text.count(b"build") == 1
    assert heading not in into(old).output


@pytest.mark.parametrize("option", ["--all", "--dry-run"])
def test_options_about_a_repository_need_one(option: str) -> None:
    result = CliRunner().invoke(main, ["new", "--no-input", option])
    assert result.exit_code == 2
    assert f"{option} requires --into" in result.stderr
