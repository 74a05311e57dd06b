"""The fast answer about a notebook's validity never differs from nbformat's own."""

import copy
import re
import subprocess
import sys
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat.validator import get_validator

from nblint.document.json_schema import Schema, SchemaError
from nblint.document.model import Notebook
from nblint.document.schema import is_plainly_valid, schema_errors
from nblint.rules.file.invalid_notebook import InvalidNotebook
from tests.document.notebooks import damages, notebooks, objects

VALUES = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "a", "a,b", "auto", [], ["a"], ["a", "a"], [1], {}, {"a": 1}]
)
KEYS = st.sampled_from(
    [
        "attachments",
        "authors",
        "cell_type",
        "collapsed",
        "data",
        "execution",
        "execution_count",
        "format",
        "id",
        "jupyter",
        "kernelspec",
        "language_info",
        "metadata",
        "name",
        "nbformat",
        "nbformat_minor",
        "orig_nbformat",
        "output_type",
        "outputs",
        "scrolled",
        "source",
        "tags",
        "text",
        "text/plain",
        "title",
        "unknown",
    ]
)


def damaged() -> st.SearchStrategy[dict[str, Any]]:
    """A notebook with some values that may be wrong."""
    return damages(notebooks().map(lambda notebook: notebook.data), KEYS, VALUES, 3)


def is_valid(data: dict[str, Any]) -> bool:
    """What nbformat says; the ids of 4.5, which another rule is about, aside."""
    version, minor = data.get("nbformat"), data.get("nbformat_minor")
    if version != 4 or isinstance(version, bool) or type(minor) is not int or minor < 0:
        return False
    data = copy.deepcopy(data)
    if minor >= 5 and isinstance(data.get("cells"), list):
        for cell in data["cells"]:
            if isinstance(cell, dict):
                cell["id"] = "x"
    valid: bool = not list(get_validator(4, minor, name="jsonschema").iter_errors(data))
    return valid


@given(damaged())
@example({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4, "extra": 1})
def test_nbformat_agrees(data: dict[str, Any]) -> None:
    valid = is_valid(data)
    if is_plainly_valid(data):
        assert valid
    if isinstance(data.get("cells"), list):
        notebook = Notebook("nb.ipynb", b"", data)
        assert bool(list(InvalidNotebook().check(notebook))) != valid


def described(error: Any) -> object:
    """What an error of the library says, but for its words."""
    inner = [(one.schema_path[0], described(one)) for one in error.context or ()]
    where = tuple(error.absolute_path)
    missing = re.match("'(.*)' is a required", error.message)
    return error.validator, error.validator_value, where, missing[1] if missing else "", inner


def described_here(error: SchemaError) -> object:
    inner = [(number, described_here(one)) for number, one in error.context]
    return error.keyword, error.value, error.path, error.missing, inner


@given(damaged(), st.sampled_from([(3, 0), *((4, minor) for minor in range(7))]))
def test_the_library_finds_the_same(data: dict[str, Any], version: tuple[int, int]) -> None:
    expected = get_validator(*version, name="jsonschema").iter_errors(data)
    found = schema_errors(data, *version)
    assert list(map(described_here, found)) == list(map(described, expected))


# One of each kind, with all fields that the schemas say something about.
FULL: dict[str, Any] = {
    "cells": [
        {
            "cell_type": "code",
            "id": "a",
            "source": ["x"],
            "execution_count": 1,
            "metadata": {"collapsed": True, "scrolled": "auto", "name": "n", "tags": ["t"]},
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "x"},
                {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}},
                {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["t"]},
            ],
        },
        {
            "cell_type": "markdown",
            "id": "b",
            "source": "x",
            "metadata": {"format": "x", "jupyter": {}},
            "attachments": {"a.png": {"image/png": "x"}},
        },
    ],
    "metadata": {
        "kernelspec": {"name": "n", "display_name": "d"},
        "language_info": {"name": "n", "codemirror_mode": {}},
        "orig_nbformat": 4,
        "authors": [],
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}
WRONG: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "a,b", [], ["a", "a"], [1], {}, {"a": 1})


@pytest.mark.parametrize("number", range(len(objects(FULL))))
def test_the_library_finds_the_same_for_each_field(number: int) -> None:
    for key, value in product([*objects(FULL)[number], "unknown"], WRONG):
        data = copy.deepcopy(FULL)
        objects(data)[number][key] = value
        expected = get_validator(4, 5, name="jsonschema").iter_errors(data)
        assert list(map(described_here, schema_errors(data, 4, 5))) == list(
            map(described, expected)
        ), (key, value)


def test_a_keyword_that_is_not_known_is_left_to_the_library() -> None:
    assert Schema({"properties": {"a": {"oneOf": [{"type": "string"}]}}}).is_known
    assert not Schema({"properties": {"a": {"anyOf": [{"type": "string"}]}}}).is_known
    assert not Schema({"definitions": {"a": {"oneOf": [{"minItems": 1}]}}}).is_known
    assert Schema({"properties": {"anyOf": {"type": "string"}}}).is_known


def test_an_invalid_notebook_does_not_load_the_library() -> None:
    program = """
import sys
from nblint import Project, check_bytes
data = b'{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
print([found.code for found in check_bytes("a.ipynb", data, Project())])
print("jsonschema" in sys.modules)
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert "NBL002" in ran.stdout
    assert ran.stdout.endswith("False\n")


@given(notebooks())
def test_valid_notebooks_need_no_other_answer(notebook: Notebook) -> None:
    assert is_plainly_valid(notebook.data)


@pytest.mark.parametrize("minor", range(6))
def test_ids_are_fields_from_minor_5_on(minor: int) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": "", "id": "x"}
    data = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
    assert is_plainly_valid(data) == (minor == 5)
