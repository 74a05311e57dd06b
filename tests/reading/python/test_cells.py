import ast
import json
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.document.model import Notebook
from nblint.reading.python.cells import PythonCell, PythonCells, read_source


def notebook(*sources: str, **metadata: object) -> Notebook:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None}
        for s in sources
    ]
    data = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return Notebook.parse("nb.ipynb", json.dumps(data).encode())


def cell(source: str) -> PythonCell:
    return next(iter(PythonCells.read(notebook(source))))


def constant(python: PythonCell, value: str) -> tuple[int | None, ...]:
    """Return the place of the string `value`, found through the tree."""
    assert python.tree is not None
    (node,) = [n for n in ast.walk(python.tree) if isinstance(n, ast.Constant) and n.value == value]
    place = python.place(node)
    return place.row, place.column, place.end_row, place.end_column


@pytest.mark.parametrize(
    "source",
    [
        "f('X')",
        "\n\nf('X')",
        "%time f('X')",
        "%timeit -n 10 -r3 f('X')",
        "    %time f('X')",
        "if x:\n    %time y = f('X')",
        "x = %timeit -o f('X')",
        "%%time\nf('X')",
        "\n%%capture out\n%%time\n\nf('X')",
        "    %%time\n    f('X')",
        "    %env A\n    f('X')",
        "!ls \\\n  -l\nf('X')",
        "'é𝄞'; f('X')",
        "!ls\n'é𝄞'; f('X')",
        "  a\n  'é𝄞'; f('X')",
        "a\r\n!ls\r\nf('X')",
        "a\r!ls\rf('X')",
        "a\f\n!ls\nf('X')",
        ">>> a\n>>> f('X')",
        "In [1]: f('X')",
        "In [1]: a\n   ...: f('X')",
        "%python\nf('X')",
        "'\ud800'; f('X')",
        "!ls\n'\ud800'; f('X')",
        "# a form\n%%time\nf('X')",
    ],
)
def test_places_of_nodes(source: str) -> None:
    python = cell(source)
    row, column, end_row, end_column = constant(python, "X")
    assert row is not None
    assert row == end_row
    assert column is not None
    assert end_column is not None
    assert python.cell.rows[row - 1][column - 1 : end_column - 1] == "'X'"


@pytest.mark.parametrize(
    ("source", "argument"),
    [
        ("%env X", "X"),
        ("  %env X", "X"),
        ("x = %env X", "X"),
        ("%%time\n%env X", "X"),
        ("    y\n    %env X", "X"),
        ("%sql\nselect 1 from x\n", ""),
        ("pip install x", "install x"),
        ("env", ""),
        ("%env", ""),
        ("%%bash", ""),
        ("%%script bash -e", "bash -e"),
        (">>> %env X", "X"),
    ],
)
def test_places_of_magics(source: str, argument: str) -> None:
    python = cell(source)
    magic = python.magics[-1]
    place = python.argument_place(magic)
    assert place.row is not None
    assert place.column is not None
    assert place.end_column is not None
    text = python.cell.rows[place.row - 1][place.column - 1 : place.end_column - 1]
    assert text == magic.argument == argument


@pytest.mark.parametrize(
    "source",
    ["%%bash\necho $X", "%%writefile a\nx = '", "%sql\nselect 1 from", "%%R\nx <- 1", "%md\n# a b"],
)
def test_other_languages_are_not_errors(source: str) -> None:
    python = cell(source)
    assert python.error is None
    assert python.magics[0].body == source.split("\n", 1)[1] or source.startswith("%md")


def test_the_place_of_an_error() -> None:
    python = cell("  a = 1\n  !ls\n  b = = 2")
    assert python.tree is None
    assert python.error is not None
    assert (python.error.row, python.error.column) == (3, 7)
    assert [magic.name for magic in python.magics] == ["!"]


@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000,
        "-" * 100_000 + "1",
        "x" + ".a" * 100_000,
        "1" + "+1" * 100_000,
        "[" * 5_000 + "]" * 5_000,
        "a\0b",
        "%time " + "(" * 1000,
        "\ud800",
        "9" * 10_000,
        "\\",
        "%",
        "%%",
        "!",
        "x = %",
        "\ufeffx = 1",
    ],
)
def test_no_source_raises(source: str) -> None:
    read = read_source(source)
    assert read.tree is not None or read.error is not None or read.magics


@given(st.text(alphabet="%!?,;/='\"()[]{}#\\ \n\r\t\f\0ax1é:.>I", max_size=40))
def test_no_text_raises(source: str) -> None:
    for python in PythonCells.read(notebook(source)):
        for magic in python.magics:
            python.argument_place(magic)
        for node in ast.walk(python.tree or ast.Module([], [])):
            if isinstance(node, (ast.expr, ast.stmt)):
                place = python.place(node)
                assert place.row is not None
                assert 1 <= place.row <= len(python.cell.rows)


def test_only_what_is_asked_for_is_parsed() -> None:
    python = PythonCells.read(notebook("x = 1", "import os\nos.environ['X']"))
    (found,) = python.containing("environ", "getenv")
    assert found.tree is not None
    assert "_read" not in vars(python.cells[0])


def test_warnings_stay_inside() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_source("'\\d'; 1 is 1").tree is not None


def test_cells_of_other_languages_are_left_alone() -> None:
    r = notebook("x <- 1", kernelspec={"name": "ir", "language": "R", "display_name": "R"})
    assert len(PythonCells.read(r)) == 0


def test_automagic_needs_its_own_line() -> None:
    assert [m.name for m in read_source("env").magics] == ["env"]
    assert read_source("env = 1").magics == ()
    assert read_source("ls.a").magics == ()
