"""The index knows of each rule what a run asks before it loads the rule, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from nblint.document.model import Notebook
from nblint.linting.checking import reading_of
from nblint.linting.registry import FAMILIES
from nblint.rules.index import INDEX, Entry
from tests.rules.cases import Case, read_cases

RULES = Path(sys.modules[Entry.__module__].__file__ or "").parent


def test_every_rule_is_listed() -> None:
    modules = {
        f"{family}.{path.stem}"
        for family in FAMILIES.values()
        for path in (RULES / family).glob("*.py")
        if "\n    code = " in path.read_text(encoding="utf-8")
    }
    assert {entry.module for entry in INDEX} == modules
    codes = [entry.code for entry in INDEX]
    assert codes == sorted(set(codes)), "in the order of their codes, each once"


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry.code)
def test_an_entry_says_what_its_rule_says(entry: Entry) -> None:
    known = replace(entry, module="", about="", loaded=entry.rule)
    assert known == Entry.of(entry.rule)


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case.code}: {case.title}")
def test_a_silent_rule_finds_nothing(case: Case, tmp_path: Path) -> None:
    case.lay_out(tmp_path)
    document, project = case.read(tmp_path)
    if not isinstance(document, Notebook):
        return  # it has none of the parts
    reading = reading_of(document, project)
    for entry in INDEX:
        if entry.is_silent(reading):
            assert not list(reading.call(entry.rule.check)), entry.code


def test_a_notebook_loads_only_rules_that_can_speak(tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8"
    )
    program = (
        "import sys, nblint.cli\n"
        f"try: nblint.cli.run(['check', '--select', '{','.join(FAMILIES)}', 'nb.ipynb'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = {
        name.split(".")[2] for name in done.stdout.split() if name.startswith("nblint.rules.")
    }
    assert loaded == {"index", "file", "header", "reproducibility"}
