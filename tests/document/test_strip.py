"""Stripping gives what nbstripout's own hook writes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.document.strip import stripped

STREAM = {"output_type": "stream", "name": "stdout", "text": ["a\n", "é"]}
RESULT = {
    "output_type": "execute_result",
    "execution_count": 2,
    "metadata": {},
    "data": {"text/plain": "1"},
}


def code(**changes: Any) -> dict[str, Any]:
    cell = {
        "cell_type": "code",
        "id": "abc",
        "metadata": {},
        "execution_count": 2,
        "outputs": [STREAM, RESULT],
        "source": ["a = 1\n", "a"],
    }
    return {**cell, **changes}


def notebook(*cells: object, **changes: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}


WITHOUT_ID = {key: value for key, value in code().items() if key != "id"}
NOTEBOOKS: dict[str, dict[str, Any]] = {
    "plain": notebook(code(), code(id="b")),
    "clean": notebook(code(id="0", execution_count=None, outputs=[])),
    "only-ids": notebook(code(execution_count=None, outputs=[])),
    "kept": notebook(
        code(metadata={"tags": ["keep_output"]}),
        code(metadata={"keep_output": True}, id="b"),
        code(metadata={"init_cell": True}, id="c"),
        code(metadata={"keep_output": False}, id="d"),
    ),
    "all-kept": notebook(code(), metadata={"keep_output": True}),
    "metadata": notebook(
        code(metadata={"collapsed": True, "scrolled": False, "ExecuteTime": {}, "hidden": 1}),
        code(metadata={"execution": {}, "heading_collapsed": True, "mine": 1}, id="b"),
        metadata={"signature": "x", "widgets": {"y": 1}, "mine": 2},
    ),
    "no-ids": notebook(WITHOUT_ID, nbformat_minor=4),
    "missing-ids": notebook(WITHOUT_ID),
    "same-ids": notebook(code(), code()),
    "text": notebook({"cell_type": "markdown", "id": "a", "metadata": {}, "source": "a\r\nb"}),
    "version-3": {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "language": "python",
                        "metadata": {},
                        "collapsed": False,
                        "prompt_number": 3,
                        "input": "1",
                        "outputs": [],
                    }
                ],
            }
        ],
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_bytes_are_those_of_nbstripout(newline: str, tmp_path: Path) -> None:
    files = {}
    for name, data in NOTEBOOKS.items():
        for indent in (None, 1, 2):
            path = tmp_path / f"{name}-{indent}.ipynb"
            text = json.dumps(data, indent=indent, ensure_ascii=indent is None)
            path.write_bytes(text.replace("\n", newline).encode())
            files[path] = path.read_bytes()
    nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = [sys.executable, "-m", "nbstripout", "--unix-newlines", *map(str, files)]
    subprocess.run(command, check=True, cwd=tmp_path, env=os.environ | nowhere)
    for path, raw in files.items():
        assert stripped(raw) == path.read_bytes(), path.name


def test_outputs_and_counts_are_gone() -> None:
    cell = json.loads(stripped(json.dumps(NOTEBOOKS["plain"]).encode()))["cells"][0]
    assert cell["outputs"] == []
    assert cell["execution_count"] is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"cells": 1}',
        json.dumps(
            notebook(code(metadata={"keep_output": False, "tags": ["keep_output"]}))
        ).encode(),
        json.dumps(notebook(code(source="\ud800"))).encode(),
        json.dumps(notebook(code(metadata=[]), None)).encode(),
    ],
)
def test_what_nbstripout_cannot_read_stays(raw: bytes) -> None:
    assert stripped(raw) == raw


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(code(), values)), max_size=3))
def test_whatever_it_is_given_a_second_time_changes_nothing(cells: list[dict[str, Any]]) -> None:
    once = stripped(json.dumps(notebook(*cells)).encode())
    assert stripped(once) == once
