import json

import pytest

from nblint.document.model import Notebook
from nblint.reading.header.parameters import Parameters
from nblint.reading.parts import Reading
from nblint.settings import HeaderSettings


def read(source: str, header: str = "# Title") -> Parameters:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": header},
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source},
    ]
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    notebook = Notebook.parse("nb.ipynb", json.dumps(data).encode())
    return Reading((notebook, HeaderSettings())).get(Parameters)


@pytest.mark.slow  # to import papermill
@pytest.mark.parametrize(
    "source",
    [
        'a = "text"  # what it is',
        "a: int = 5",
        "a = 2.5  # type: float",
        "a = [\n    1,\n    2,\n]",
        "a = None\nb = True",
        'a = {"x": 1}',
        "# a comment\na = 1\n\nb = -2",
    ],
)
def test_what_is_literal_papermill_reads_alike(source: str) -> None:
    from nbformat.v4 import new_code_cell
    from papermill.translators import PythonTranslator

    assigned = read(source).assigned
    assert not [p for p in assigned if p.obstacle]
    inferred = PythonTranslator.inspect(new_code_cell(source))
    assert [p.name for p in assigned] == [p.name for p in inferred]
    assert [p.comment for p in assigned] == [p.help for p in inferred]


def test_places_are_those_of_the_names() -> None:
    places = [p.place[4:] for p in read("a = 1\nif a:\n    bé = 2").assigned]
    assert places == [(1, 1, 1, 2), (3, 5, 3, 7)]


@pytest.mark.parametrize(
    "source",
    [
        "a = " + "+".join("1" * 900),
        "if x: a = 1\n" + "elif x: a = 1\n" * 300,
        "a = " + "[" * 90 + "]" * 90,
        "a = b" + ".c" * 2000,
    ],
)
def test_depth_is_no_obstacle(source: str) -> None:
    assert [p.name for p in read(source).assigned] == ["a"]


@pytest.mark.parametrize("source", ["a = = 1", "\0", "%%bash\na=1", ""])
def test_what_cannot_be_read_has_no_parameters(source: str) -> None:
    assert read(source).assigned == ()


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("## Parameters\n\nx | y\n--- | ---\na | b", ["a"]),
        ("## Parameters\n\n| Name | y |\n|---|---|\n| `a` or `b` | c |", ["a", "b"]),
        ("## Parameters\n\nWhat | Parameter\n--- | ---\nb | --a", ["a"]),
        ("## Parameters\n\nx | y\n--- | ---\na: `int` = 3 | b", ["a"]),
        ("## Parameters\n\nx | y\n--- | ---\nthe days | b", ["the days"]),
        ("## Parameters\n\n* `a` is one\n* b: two\n* Some words", ["a", "b"]),
        ("## Parameters\n\n### Input\n\nx | y\n--- | ---\na | b", ["a"]),
        ("## Parameters\n\nNone", []),
        ("# Title\n**Parameters**:\n\nx | y\n--- | ---\na | b", ["a"]),
    ],
)
def test_what_the_header_documents(header: str, names: list[str]) -> None:
    documented = read("a = 1", header).documented
    assert documented is not None
    assert [row.name for row in documented] == names


@pytest.mark.parametrize("header", ["# Title", "## Parameters\n\nx | y\n—— | ——\na | b"])
def test_no_table_that_renders(header: str) -> None:
    assert read("a = 1", header).documented is None
