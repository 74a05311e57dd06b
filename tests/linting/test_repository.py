"""Rules about a whole repository run when all of it is checked, and not otherwise."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli import main

TOML = "[environment.A]\n\n[environment.B]\n"


def write_notebook(path: Path, source: str) -> None:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Not the test's own folder: above that one stand the notebooks of other tests.
    tmp_path = tmp_path / "repository"
    tmp_path.mkdir()
    (tmp_path / "nblint.toml").write_text('select = ["NBL308"]\n')
    (tmp_path / "environment.toml").write_text(TOML)
    (tmp_path / "deep").mkdir()
    write_notebook(tmp_path / "a.ipynb", "import os\nos.environ['A']")
    write_notebook(tmp_path / "deep" / "b.ipynb", "x = 1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*arguments: str) -> list[str]:
    result = CliRunner().invoke(main, ["check", "--output-format", "json", *arguments])
    findings = json.loads(result.stdout)
    assert all(f["code"] == "NBL308" for f in findings if f["code"] != "NBL001")
    return [f"{f['path']}:{f['row']} {f['message'].split()[0]}" for f in findings]


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
