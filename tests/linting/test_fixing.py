"""Fixes of any set of rules compose, change only their cells, and are complete after one run."""

import json
from pathlib import Path

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from nblint.document.model import Notebook
from nblint.document.positions import RawNotebook
from nblint.linting.checking import check_document
from nblint.linting.fixing import fix_document
from nblint.linting.registry import rules
from nblint.linting.selection import Selection
from nblint.project.project import Project
from nblint.settings import Settings
from nblint.settings_files import SettingsFile
from tests.conftest import notebook_bytes
from tests.document.notebooks import notebooks

ROWS = st.sampled_from(
    [
        "# A title",
        "#A title",
        "<h1>A title</h1>",
        "**A title**",
        "## Purpose",
        "### Purpose",
        "# Audience",
        "**Audience**",
        "**Audience:** analysts",
        "##References",
        "<h2>References</h2>",
        "References",
        "----------",
        "## Data Sources",
        "## Description",
        "## Parameters",
        "## Setup",
        "#### Deep",
        "a | b",
        "Parameter | Description",
        "| Parameter | Description |",
        "——— | ———–",
        "--- | ---",
        "|---|",
        "days | `a|b`",
        "* An item",
        "1. A step",
        "Some words.",
        "TODO",
        "None",
        "```",
        "<div>",
        "<!-- nblint: ignore[NBL104] -->",
        "<!-- nblint: ignore[NBL999] -->",
        "<!--",
        "[1]: https://example.org",
        "",
        "",
    ]
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    end = draw(ENDS)
    rows = draw(st.lists(ROWS, max_size=9))
    return end.join(rows)


def run(codes: tuple[str, ...]) -> tuple[Project, Selection]:
    found = SettingsFile(Settings(select=codes), Path())
    return Project(found), Selection(found)


FIXED_HERE = ("NBL0", "NBL1")
CODES = [code for code in rules() if code.startswith(FIXED_HERE)]


@st.composite
def without_some_ids(draw: st.DrawFn, notebook: Notebook) -> Notebook:
    """The notebook, with an id that is missing or a duplicate."""
    if notebook.nbformat_minor < 5 or not notebook.cells or draw(st.booleans()):
        return notebook
    identifier = json.dumps(notebook.cells[-1].id).encode()
    first = json.dumps(notebook.cells[0].id).encode()
    return Notebook.parse(notebook.path, notebook.raw.replace(first, identifier, 1))


@given(
    notebooks(texts()).flatmap(without_some_ids),
    st.one_of(st.just(FIXED_HERE), st.lists(st.sampled_from(CODES), min_size=1).map(tuple)),
)
def test_fixes(notebook: Notebook, codes: tuple[str, ...]) -> None:
    note(str([(cell.type, cell.source) for cell in notebook.cells]))
    project, selection = run(codes)
    before = check_document(notebook, "nb.ipynb", project, selection).findings
    fixed = fix_document(notebook, "nb.ipynb", project, selection, unsafe=True)
    after = fixed.document
    note(str([cell.source for cell in getattr(after, "cells", ())]))
    assert isinstance(after, Notebook)

    if not any(finding.fix for finding in before):
        assert after is notebook
        assert fixed.checked.findings == before
    only_edited_cells_differ(notebook, after)
    assert not [finding for finding in fixed.checked.findings if finding.fix]
    known = {(finding.code, finding.message) for finding in before}
    new = {(f.code, f.message) for f in fixed.checked.findings if f.code != "NBL104"} - known
    assert not new

    again = fix_document(after, "nb.ipynb", project, selection, unsafe=True)
    assert again.document is after
    assert not again.fixes
    assert again.checked.findings == fixed.checked.findings


@pytest.mark.parametrize("levels", [15, 300])
def test_lists_in_lists_hide_nothing_that_follows(levels: int) -> None:
    text = f"# A title\n\n{'1. ' * levels}\n\nSome words.\n\n##Purpose"
    project, selection = run(FIXED_HERE)
    notebook = Notebook.parse("nb.ipynb", notebook_bytes(("markdown", text)))
    fixed = fix_document(notebook, "nb.ipynb", project, selection, unsafe=True).document
    assert isinstance(fixed, Notebook)
    # markdown-it sees nothing after the deeper one, so no section can be inserted there.
    assert fixed.cells[0].source.count("## Audience") == (levels < 50)
    again = fix_document(fixed, "nb.ipynb", project, selection, unsafe=True)
    assert again.document is fixed


def only_edited_cells_differ(before: Notebook, after: Notebook) -> None:
    old, new = RawNotebook(before.raw), RawNotebook(after.raw)
    one, other = old.top["cells"], new.top["cells"]
    assert new.raw[: other.start] == old.raw[: one.start]
    assert new.raw[other.end :] == old.raw[one.end :]
    # Cells with the same contents as before have the same bytes as before.
    known = {
        json.dumps(cell.data, sort_keys=True): old.raw[span.start : span.end]
        for cell, span in zip(before.cells, old.cells, strict=True)
    }
    spans = {
        json.dumps(cell.data, sort_keys=True): new.raw[span.start : span.end]
        for cell, span in zip(after.cells, new.cells, strict=True)
    }
    same = [key for key in spans if key in known and count(before, key) == 1]
    assert all(spans[key] == known[key] for key in same)


def count(notebook: Notebook, key: str) -> int:
    return sum(json.dumps(cell.data, sort_keys=True) == key for cell in notebook.cells)


def test_a_fix_that_an_odd_file_spoils_does_not_keep_others_from_being_applied() -> None:
    data = b"""{"cells": [
      {"cell_type": "markdown", "metadata": {}, "source": "**A title**"},
      {"cell_type": "markdown", "metadata": {}, "sour\\u0063e": 5, "input": "**Purpose**"},
      7
    ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""
    notebook = Notebook.parse("nb.ipynb", data)
    project, selection = run(FIXED_HERE)
    fixed = fix_document(notebook, "nb.ipynb", project, selection, unsafe=True)
    assert isinstance(fixed.document, Notebook)
    assert fixed.document.cells[0].source.startswith("# A title")
    only_edited_cells_differ(notebook, fixed.document)
