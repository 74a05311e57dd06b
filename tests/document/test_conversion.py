"""Whether nbformat can convert an old notebook is known without loading it, and known rightly."""

import json
import subprocess
import sys
from typing import Any

from hypothesis import event, example, given
from hypothesis import strategies as st

from nblint.document.conversion import _is_plainly_convertible, converted, is_convertible
from nblint.document.model import Notebook, Unreadable
from tests.document.notebooks import TEXTS, damages

LINES = st.one_of(
    TEXTS, TEXTS.map(lambda text: text.splitlines(keepends=True)), st.lists(TEXTS, max_size=3)
)
METADATA = st.sampled_from([{}, {"slideshow": {"slide_type": "slide"}}, {"trusted": True}])
SHOWN = st.fixed_dictionaries(
    {"metadata": METADATA},
    optional={
        "text": LINES,
        "html": LINES,
        "png": TEXTS,
        "json": TEXTS,
        "prompt_number": st.just(1),
    },
)
OUTPUTS = st.one_of(
    SHOWN.map(lambda one: {**one, "output_type": "pyout"}),
    SHOWN.map(lambda one: {**one, "output_type": "display_data"}),
    st.fixed_dictionaries({"output_type": st.just("stream"), "stream": TEXTS, "text": LINES}),
    st.fixed_dictionaries(
        {
            "output_type": st.just("pyerr"),
            "ename": TEXTS,
            "evalue": TEXTS,
            "traceback": st.lists(TEXTS, max_size=2),
        }
    ),
)
CELLS = st.one_of(
    st.fixed_dictionaries(
        {
            "cell_type": st.just("code"),
            "input": LINES,
            "language": st.just("python"),
            "collapsed": st.booleans(),
            "metadata": METADATA,
            "outputs": st.lists(OUTPUTS, max_size=2),
        },
        optional={"prompt_number": st.sampled_from([None, 3])},
    ),
    st.fixed_dictionaries(
        {
            "cell_type": st.sampled_from(["markdown", "raw", "heading", "html"]),
            "source": LINES,
            "metadata": METADATA,
        },
        optional={"level": st.integers(0, 7)},
    ),
)
OLD = st.fixed_dictionaries(
    {
        "metadata": st.sampled_from([{"name": ""}, {"name": "a", "signature": "b"}]),
        "nbformat": st.just(3),
        "worksheets": st.lists(
            st.fixed_dictionaries({"cells": st.lists(CELLS, max_size=3), "metadata": st.just({})}),
            min_size=1,
            max_size=2,
        ),
    },
    optional={"nbformat_minor": st.integers(0, 1), "orig_nbformat": st.just(2)},
)
KEYS = st.sampled_from(
    "cell_type cells collapsed input language level metadata nbformat nbformat_minor output_type"
    " outputs png json prompt_number source stream text traceback worksheets unknown".split()
)
VALUES = st.one_of(
    st.sampled_from([None, True, 0, -1, 1.5, 3, 10**30, "", "a", "pyout"]),
    st.sampled_from([[], ["a"], ["a", "a"], ["a\n", 1], [{}], [[]], {}, {"a": 1}, {"a": [{}]}]),
)


def old_notebooks() -> st.SearchStrategy[dict[str, Any]]:
    """A notebook of nbformat 3 with some values that may be wrong."""
    return damages(OLD, KEYS, VALUES, 2)


def notebook_of(data: object) -> Notebook | None:
    try:
        return Notebook.parse("nb.ipynb", json.dumps(data).encode())
    except Unreadable:
        return None


def old(*cells: object) -> dict[str, object]:
    return {"metadata": {}, "nbformat": 3, "worksheets": [{"cells": list(cells)}]}


@given(old_notebooks())
@example(old({"cell_type": "markdown", "source": ["a", "b"]}))
@example(old({"cell_type": "markdown", "source": "\ud83d"}, {"cell_type": "raw", "source": ""}))
@example(old({"cell_type": "markdown", "source": ["\ud83d\n", "\ud83d", "\ude00"]}))
@example({**old(), "worksheets": 1, "cells": []})
@example({**old(), "worksheets": {}, "cells": []})
def test_nbformat_agrees(data: dict[str, Any]) -> None:
    notebook = notebook_of(data)
    if notebook is not None and notebook.nbformat < 4:
        possible = converted(notebook) is not None
        event(f"possible: {possible}, plainly: {_is_plainly_convertible(notebook)}")
        assert is_convertible(notebook) == possible


def test_metadata_nested_too_deeply_for_nbformat_is_left_to_it() -> None:
    nested: object = 1
    for _ in range(400):
        nested = {"a": nested}
    notebook = notebook_of({**old(), "metadata": {"name": nested}})
    assert notebook is not None
    assert not _is_plainly_convertible(notebook)


def test_the_answer_about_a_plain_notebook_does_not_load_nbformat() -> None:
    program = """
import sys
from nblint.document.conversion import is_convertible
from nblint.document.model import Notebook
notebook = Notebook.parse("nb.ipynb", sys.stdin.buffer.read())
print(is_convertible(notebook), "nbformat" in sys.modules)
"""
    cells = (
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["A title"]},
        {
            "cell_type": "code",
            "collapsed": False,
            "input": ["a\n", "b"],
            "language": "python",
            "metadata": {},
            "outputs": [
                {"output_type": "pyout", "prompt_number": 1, "text": ["2"], "metadata": {}},
                {"output_type": "stream", "stream": "stderr", "text": ["2\n", "3"]},
            ],
            "prompt_number": 1,
        },
    )
    for data, expected in ((old(*cells), "True False"), ({**old(), "metadata": 1}, "False False")):
        arguments = [sys.executable, "-c", program]
        answer = subprocess.run(
            arguments, input=json.dumps(data), capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == expected
