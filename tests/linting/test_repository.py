"""Rules about a whole repository run only if all of it is checked."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli.main import main

TOML = "[environment.A]\n\n[environment.B]\n"


def write_notebook(path: Path, source: str) -> None:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Its parent is searched as well, so it must not be shared with other tests.
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "nblint.toml").write_text('select = ["NBL308"]\n')
    (folder / "environment.toml").write_text(TOML)
    (folder / "deep").mkdir()
    write_notebook(folder / "a.ipynb", "import os\nos.environ['A']")
    write_notebook(folder / "deep" / "b.ipynb", "x = 1")
    monkeypatch.chdir(folder)
    return folder


def found(*arguments: str) -> list[str]:
    result = CliRunner().invoke(main, ["check", "--output-format", "json", *arguments])
    findings = json.loads(result.stdout)
    assert all(f["code"] == "NBL308" for f in findings if f["code"] != "NBL001")
    quoted = [f["message"].partition("'")[2].partition("'")[0] for f in findings]
    return [f"{f['path']}:{f['row']} {name}" for f, name in zip(findings, quoted, strict=True)]


def test_what_no_notebook_reads(repository: Path) -> None:
    assert found() == ["environment.toml:3 B"]
    assert found(".") == ["environment.toml:3 B"]
    assert found(str(repository.parent)) == ["environment.toml:3 B"]
    write_notebook(repository / "deep" / "b.ipynb", "!echo $B")
    assert found() == []


def test_a_part_of_the_repository_says_nothing(repository: Path) -> None:
    assert found("deep") == []
    assert found("a.ipynb", "deep") == []


def test_an_unreadable_notebook_may_read_anything(repository: Path) -> None:
    (repository / "deep" / "b.ipynb").write_text("{")
    assert len(found()) == 1  # NBL001


def test_only_by_its_full_code(repository: Path) -> None:
    (repository / "nblint.toml").write_text('select = ["NBL3"]\n')
    assert found() == []
