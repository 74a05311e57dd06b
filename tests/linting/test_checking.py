"""`check_bytes`: whatever the bytes are, findings come out."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.document.model import Notebook
from nblint.linting.checking import check_bytes
from nblint.linting.fixing import fix_document
from nblint.linting.registry import rules
from nblint.linting.selection import Selection
from nblint.project.project import Project
from nblint.settings import Settings
from nblint.settings_files import SettingsFile
from tests.conftest import complete_header, notebook_bytes

EVERYTHING = Project(SettingsFile(Settings(select=("ALL",)), Project().root))

KEYS = st.sampled_from(
    [
        *["cells", "worksheets", "cell_type", "source", "input", "metadata", "outputs"],
        *["attachments", "output_type", "text", "data", "traceback", "id", "level", "tags"],
        *["kernelspec", "name", "language_info", "nbformat", "nbformat_minor", "vscode"],
        *["languageId", "text/plain"],
    ]
)
WORDS = st.sampled_from(
    [
        *["code", "markdown", "raw", "heading", "python", "# Title", "## Purpose\n"],
        *["**Purpose**: x", "```\n", "<h1>x", "a | b\n--- | ---\n", "%pip install x", "!ls $X"],
        *["%%bash\necho $X", "import os\nos.environ['X']", "os.getenv(", "\ud800", "\x00", "\r"],
        *["\x0c", "parameters", "# nblint: ignore[NBL1]", "nblint-ignore-", "text/html"],
        *["stream", "error"],
    ]
)
TYPES = st.sampled_from(["code", "markdown"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
CELLS = st.lists(VALUES | st.dictionaries(KEYS, VALUES, max_size=6), max_size=4)


@given(st.dictionaries(KEYS, VALUES, max_size=4), CELLS)
def test_any_json_gives_findings(top: dict[str, object], cells: list[object]) -> None:
    data = json.dumps({**top, "cells": cells}).encode()
    found = check_bytes("a.ipynb", data, EVERYTHING)
    assert {finding.code for finding in found} <= set(rules())


@given(st.binary(max_size=200))
def test_any_bytes_give_findings(data: bytes) -> None:
    (finding, *_) = check_bytes("a.ipynb", data, EVERYTHING)
    assert finding.code == "NBL001"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        ("\ufeff{}".encode(), "starts with a byte order mark, which Jupyter does not open"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'{"cells": [\n"\xe9"]}', "not UTF-8"),
        (b"[" * 100_000, "not a notebook: the JSON is nested too deeply"),
        (b'{"a":' * 100_000, "not a notebook: the JSON is nested too deeply"),
        (b'{"a": ' + b"1" * 5000 + b"}", "cannot be parsed as JSON: a number is too long"),
        (b"null", "not a notebook: the JSON is not an object"),
        (b"{}", "not a notebook: it has no list of cells"),
    ],
)
def test_what_is_no_notebook(data: bytes, reason: str) -> None:
    (finding,) = check_bytes("a.ipynb", data, Project())
    assert finding.code == "NBL001"
    assert finding.message.startswith(reason)


def test_where_a_file_stops_being_utf_8() -> None:
    (finding,) = check_bytes("a.ipynb", 'é{\n"é'.encode() + b'\xff"}', Project())
    assert (finding.place.row, finding.place.column) == (2, 3)


def test_the_last_of_two_equal_keys_counts() -> None:
    data = b'{"cells": [{"cell_type": "code"}], "cells": [], "nbformat": 4, "metadata": {}}'
    assert {finding.place.cell for finding in check_bytes("a.ipynb", data, Project())} == {None}


def test_all_that_a_worker_needs_can_be_sent_to_it() -> None:
    data = notebook_bytes(("markdown", "no title"))
    project: Project = pickle.loads(pickle.dumps(EVERYTHING))
    findings = check_bytes("a.ipynb", data, project)
    assert findings
    assert pickle.loads(pickle.dumps(findings)) == findings


@given(
    st.lists(
        st.tuples(st.sampled_from(["code", "markdown"]), WORDS.filter(str.isascii)), max_size=5
    )
)
def test_fixing_twice_changes_nothing(cells: list[tuple[str, str]]) -> None:
    data = notebook_bytes(*cells)
    selection = Selection(EVERYTHING.found)

    def fixed(raw: bytes) -> bytes:
        notebook = Notebook.parse("a.ipynb", raw)
        result = fix_document(notebook, "a.ipynb", EVERYTHING, selection, unsafe=True).document
        assert isinstance(result, Notebook)
        return result.raw

    once = fixed(data)
    assert fixed(once) == once
    json.loads(once)


def test_a_complete_header_has_no_finding() -> None:
    data = notebook_bytes(("markdown", complete_header()), ("code", "print(1)"))
    assert check_bytes("a.ipynb", data, Project()) == ()
