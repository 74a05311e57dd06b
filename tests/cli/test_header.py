"""`nblint header`, as it is called."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.linting.checking import check_bytes
from nblint.project.project import Project


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> bytes:
    result = CliRunner().invoke(main, ["header", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def test_it_prints_the_default_header(folder: Path) -> None:
    printed = run().decode()
    assert printed.startswith("# Notebook Name\n\n## Purpose\nWhat are you trying to do")
    assert "## Parameters\n\nParameter | Description\n--- | ---\nPARAM_1 | Blah blah\n" in printed
    assert printed.endswith("## References\n* Links to documentation or external references\n")


def test_it_prints_what_the_settings_say(folder: Path) -> None:
    text = '[header]\nsections = [{ title = "Für wen?" }, { title = "Inputs", form = "list" }]\n'
    (folder / "nblint.toml").write_text(text, encoding="utf-8")
    expected = "# Notebook Name\n\n## Für wen?\nTODO\n\n## Inputs\n* TODO\n"
    assert run().decode() == expected
    other = folder / "other.toml"
    other.write_text('header.sections = [{ title = "Why" }]', encoding="utf-8")
    assert run("--config", str(other)).decode() == "# Notebook Name\n\n## Why\nTODO\n"


def test_settings_that_cannot_be_used(folder: Path) -> None:
    (folder / "nblint.toml").write_text("header = 5", encoding="utf-8")
    result = CliRunner().invoke(main, ["header"])
    assert result.exit_code == 2
    assert "nblint.toml" in result.stderr


def test_the_notebook_holds_it(folder: Path) -> None:
    printed = run("--notebook")
    notebook = nbformat.reads(printed.decode(), as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown"]
    assert notebook.cells[0].source + "\n" == run().decode()
    assert json.loads(printed)["metadata"]["kernelspec"]["name"] == "python3"


def test_the_notebook_only_lacks_its_author(folder: Path) -> None:
    findings = check_bytes("new.ipynb", run("--notebook"), Project())
    assert {finding.code for finding in findings} == {"NBL104", "NBL110"}


@pytest.mark.slow
def test_nbstripout_leaves_the_notebook_as_it_is(folder: Path) -> None:
    printed = run("--notebook")
    stripped = subprocess.run(
        [sys.executable, "-m", "nbstripout"], input=printed, capture_output=True, check=True
    )
    assert stripped.stdout.replace(b"\r\n", b"\n") == printed
