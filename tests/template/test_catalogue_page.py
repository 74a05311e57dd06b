"""docs/catalogue.md is true: in a generated repository, each example gets its own rule."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli import main
from tests.template.conftest import ROOT, Generate

PAGE = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^### (NBL\d+): [^\n]*\n```python\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
CATALOGUE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
FINE = re.findall(r"## What is fine\n\n```python\n(.*?)```", PAGE, re.DOTALL)[0]
RULES = "NBL3,NBL310,NBL311"


def codes(folder: Path) -> list[str]:
    arguments = ["check", str(folder), "--select", RULES, "--output-format", "json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (0, 1), result.output
    return [finding["code"] for finding in json.loads(result.stdout)]


def test_each_example_in_a_generated_repository(
    generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = generate()
    monkeypatch.chdir(repository)
    assert codes(repository) == []

    (repository / "environment.toml").write_text(CATALOGUE, encoding="utf-8")
    notebook = repository / "notebooks" / "example.ipynb"
    assert [code for code, _ in EXAMPLES] == sorted(
        {f"NBL3{number:02}" for number in range(1, 12)} - {"NBL308"}
    )
    for code, source in [*EXAMPLES, (None, FINE)]:
        cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
        notebook.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
        assert codes(notebook) == ([code] if code else []), source
