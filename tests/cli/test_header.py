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
from tests.command import nblint
from tests.conftest import notebook_bytes


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


def insert(*arguments: str, status: int = 0) -> str:
    result = nblint("header", "--insert", *arguments)
    assert result.exit_code == status, result.output
    return result.output


def test_it_is_inserted(folder: Path) -> None:
    settings = 'baseline = "b.json"\nheader.sections = [{ title = "Why" }, { title = "How" }]\n'
    (folder / "nblint.toml").write_text(settings)
    whole = [("markdown", "# T\n\n## Why\nx"), ("code", "import os")]
    (folder / "old").mkdir()
    (folder / "old/a.ipynb").write_bytes(notebook_bytes(*whole))
    (folder / "b.ipynb").write_bytes(notebook_bytes(("markdown", "# T\n## Why\nx\n## How\ny")))
    done = (folder / "b.ipynb").read_bytes()
    assert "records 1 finding in 1 notebook" in nblint("baseline", "create").stdout
    ignored = 'ignore = ["NBL1"]\nper-file-ignores = { "*" = ["ALL"] }\n'
    (folder / "nblint.toml").write_text(settings + ignored)
    said = insert("old", "b.ipynb")
    assert said.startswith("Missing sections inserted into 1 notebook; 1 had them all.\n")
    assert (folder / "b.ipynb").read_bytes() == done
    notebook = nbformat.read(folder / "old/a.ipynb", as_version=4)
    assert [cell.source for cell in notebook.cells] == [
        "# T\n\n## Why\nx\n\n## How\nTODO",
        "import os",
    ]
    assert insert(".") == "Missing sections inserted into 0 notebooks; 2 had them all.\n"


def test_it_is_inserted_nowhere_else(folder: Path) -> None:
    (folder / "broken.ipynb").write_text("{")
    assert "broken.ipynb: " in insert("broken.ipynb", status=2)
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}
    (folder / "old.ipynb").write_text(json.dumps(old))
    said = insert("old.ipynb", status=2)
    assert "old.ipynb: not inserted: missing sections 'Purpose', " in said
    assert "; add a heading for each" in said
    assert "no such file" in insert("missing.ipynb", status=2)
    (folder / "empty").mkdir()
    assert "no notebooks" in insert("empty", status=3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--insert"], "--insert requires PATHS"),
        (["a.ipynb"], "PATHS require --insert"),
        (["--insert", "--notebook", "a.ipynb"], "cannot be combined"),
    ],
)
def test_what_contradicts_itself(folder: Path, arguments: list[str], sentence: str) -> None:
    result = nblint("header", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.slow
def test_nbstripout_leaves_the_notebook_as_it_is(folder: Path) -> None:
    printed = run("--notebook")
    stripped = subprocess.run(
        [sys.executable, "-m", "nbstripout"], input=printed, capture_output=True, check=True
    )
    assert stripped.stdout.replace(b"\r\n", b"\n") == printed
