import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nblint.cli.main import main
from nblint.document.model import Notebook
from nblint.toml import read_toml

TOML = """
[environment.DATADOG_SITE]
help = "The site"

[environment.CASE_ID]
required = false
"""
SOURCE = """
import os
a = os.environ["DATADOG_SITE"]
b = os.environ["CASE_ID"]
c = os.environ["API_TOKEN"]
d = os.getenv("MODE", "quick")
e = os.environ["HOME"]
os.environ["OWN"] = "1"
f = os.environ["OWN"]
"""


def write_notebook(path: Path, source: str) -> None:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "environment.toml").write_text(TOML)
    write_notebook(tmp_path / "a.ipynb", SOURCE)
    write_notebook(tmp_path / "b.ipynb", "!curl $DATADOG_SITE")
    monkeypatch.chdir(tmp_path)
    for name in ("DATADOG_SITE", "CASE_ID", "API_TOKEN", "MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("API_TOKEN", "the value")
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["env", *arguments])
    assert "the value" not in result.output
    return result


def test_the_table(repository: Path) -> None:
    result = run()
    assert result.exit_code == 0
    assert result.stdout == (
        "VARIABLE      DECLARED   SECRET  REQUIRED  SET HERE  READ IN\n"
        "API_TOKEN     no         yes     yes       yes       a.ipynb\n"
        "CASE_ID       yes        no      no        no        a.ipynb\n"
        "DATADOG_SITE  yes        no      yes       no        a.ipynb, b.ipynb\n"
        "HOME          elsewhere  no      yes       yes       a.ipynb\n"
        "MODE          no         no      no        no        a.ipynb\n"
    )


def test_missing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("--missing")
    assert result.exit_code == 1
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ["DATADOG_SITE"]
    monkeypatch.setenv("DATADOG_SITE", "x")
    result = run("--missing", "a.ipynb")
    assert (result.exit_code, result.stdout) == (0, "")


def test_json(repository: Path) -> None:
    entries = json.loads(run("--output-format", "json").stdout)
    assert entries[2] == {
        "name": "DATADOG_SITE",
        "declared": "yes",
        "secret": False,
        "required": True,
        "set": False,
        "help": "The site",
        "notebooks": ["a.ipynb", "b.ipynb"],
    }


def test_csv_and_markdown(repository: Path) -> None:
    write_notebook(repository / "c.ipynb", "import os\nos.environ['=A|1']")
    rows = list(csv.reader(run("--output-format", "csv").stdout.splitlines()))
    assert rows[0] == ["variable", "declared", "secret", "required", "set here", "read in"]
    assert rows[1][0] == "'=A|1"
    lines = run("--output-format", "markdown").stdout.splitlines()
    assert lines[1] == "| --- | --- | --- | --- | --- | --- |"
    assert lines[2].startswith("| =A\\|1 |")


def test_example(repository: Path) -> None:
    assert run("--example").exit_code == 0
    text = (repository / ".env.example").read_text()
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == [
        "API_TOKEN=",
        "CASE_ID=",
        "DATADOG_SITE=",
        "MODE=",
    ]
    again = run("--example")
    assert again.exit_code == 2
    assert "already exists" in again.stderr


def test_catalogue(repository: Path) -> None:
    (repository / "environment.toml").unlink()
    (repository / "nblint.toml").write_text('environment.catalogues = ["environment.toml"]')
    assert run("--catalogue").exit_code == 0
    table = read_toml(repository / "environment.toml")["environment"]
    assert table["API_TOKEN"] == {"help": "", "secret": True, "file": "api-token"}
    assert table["MODE"] == {"help": "", "required": False}
    check = CliRunner().invoke(main, ["check", "--select", "NBL301"])
    assert check.exit_code == 0, check.output


def test_a_catalogue_does_not_need_the_parameters_file(repository: Path) -> None:
    (repository / "nblint.toml").write_text('parameters.file = "none.yaml"')
    assert run("--catalogue", "--output-file", "new.toml").exit_code == 0
    assert run("--example").exit_code == 0
    listed = run()
    assert listed.exit_code == 2
    assert "none.yaml" in listed.stderr


def test_a_notebook_that_does_not_fit_in_memory(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = Notebook.parse

    def failing(path: str, content: bytes) -> Notebook:
        if path == "a.ipynb":
            raise MemoryError
        return parse(path, content)

    monkeypatch.setattr(Notebook, "parse", failing)
    result = run()
    assert result.exit_code == 2
    assert "a.ipynb: too large for the available memory" in result.stderr
    assert "b.ipynb" in result.stdout


def test_what_cannot_be_done_is_said(repository: Path) -> None:
    (repository / "broken.ipynb").write_text("{")
    result = run()
    assert result.exit_code == 2
    assert "broken.ipynb: not JSON" in result.stderr
    assert "DATADOG_SITE" in result.stdout
    (repository / "environment.toml").write_text("a = 1")
    result = run("a.ipynb")
    assert result.exit_code == 2
    assert "unknown key 'a'" in result.stderr
    (repository / "empty").mkdir()
    assert run("empty").exit_code == 3
    assert run("--example", "--missing").exit_code == 2
    assert run("--output-file", "x").exit_code == 2


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("os.getenv('DATADOG_SITE')", "DATADOG_SITE"),
        ("os.getenv('DATADOG_SITE', None)", "DATADOG_SITE"),
        ("os.getenv('DATADOG_SITE', '')", ""),
        ("def f(n, d=None):\n    return os.getenv(n, d)\nf('DATADOG_SITE')", "DATADOG_SITE"),
        ("os.getenv('DATADOG_SITE', 8080)", ""),
        ("os.getenv('DATADOG_SITE') or 8080", ""),
        ("os.environ['DATADOG_SITE'] or 8080", "DATADOG_SITE"),
        ("if 'DATADOG_SITE' in os.environ:\n    os.environ['DATADOG_SITE']", ""),
    ],
)
def test_what_has_another_value_to_go_on_with_is_not_missing(
    repository: Path, source: str, missing: str
) -> None:
    write_notebook(repository / "c.ipynb", f"import os\n{source}")
    rows = run("--missing", "c.ipynb").stdout.splitlines()[1:]
    assert [row.split()[0] for row in rows] == missing.split()


def test_a_cell_that_cannot_be_parsed_is_searched_and_named(repository: Path) -> None:
    write_notebook(
        repository / "broken.ipynb", 'import os\nkey = os.environ["BROKEN_KEY"]\nprint key'
    )
    result = run("--missing", "broken.ipynb")
    assert result.exit_code == 1
    assert "BROKEN_KEY" in result.stdout
    assert "broken.ipynb: cell 1 cannot be parsed, searched as text" in result.stderr


def test_what_could_be_read_is_written_beside_a_notebook_that_could_not(repository: Path) -> None:
    (repository / "unreadable.ipynb").write_text("{")
    result = run("--catalogue", "--output-file", "first.toml")
    assert result.exit_code == 2
    assert "unreadable.ipynb" in result.stderr
    assert "API_TOKEN" in (repository / "first.toml").read_text()
