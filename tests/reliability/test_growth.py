"""Twice the notebook, twice the work: whatever there are many of, all that is said of it included.

Work is counted in lines of Python that run, which is the same on every machine. What runs in C is
held by `tests/credentials/test_linear.py`, for the expressions that a stranger's text meets.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from fuzz.targets import check
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make

# More than twice, since what is found is sorted, and grows its fingerprints; a square is four.
_MOST = 2.4
_FEW = 150


def rows(count: int, row: str) -> list[str]:
    """Return rows that differ in their numbers."""
    return [row.replace("N", str(number)) + "\n" for number in range(count)]


def credentials(count: int) -> list[str]:
    return [f"{number} password = '{make('password', str(number))}'\n" for number in range(count)]


def cell(source: object, kind: str = "code", **parts: object) -> bytes:
    """Return a notebook of one cell."""
    notebook: dict[str, Any] = json.loads(notebook_bytes((kind, "")))
    notebook["cells"][0] |= {"source": source, **parts}
    return json.dumps(notebook, indent=1).encode()


def output(**parts: object) -> bytes:
    return cell("1", outputs=[{"metadata": {}, **parts}])


def named(count: int) -> dict[str, str]:
    return {f"password_{n}": make("password", str(n)) for n in range(count)}


def many_outputs(count: int) -> bytes:
    stream = {"output_type": "stream", "name": "stdout"}
    return cell("1", outputs=[stream | {"text": text} for text in credentials(count)])


def many_cells(count: int) -> bytes:
    return notebook_bytes(*(("code", f"import os\nos.environ['A{n}']") for n in range(count)))


GROWING: dict[str, Callable[[int], bytes]] = {
    "credentials in an output": lambda n: output(
        output_type="stream", name="stdout", text=credentials(n)
    ),
    "credentials in HTML": lambda n: output(
        output_type="display_data", data={"text/html": credentials(n)}
    ),
    "credentials in a traceback": lambda n: output(
        output_type="error", ename="E", evalue="", traceback=credentials(n)
    ),
    "credentials in code": lambda n: cell([f"p{row[:-1]}\n" for row in credentials(n)]),
    "credentials in markdown": lambda n: cell(credentials(n), "markdown"),
    "credentials in one row": lambda n: cell("".join(credentials(4 * n)).replace("\n", ";")),
    "suppressions": lambda n: cell(rows(n, "x = N  # nblint: ignore[NBL104]")),
    "variables": lambda n: cell(["import os\n", *rows(n, "os.environ['A_N']")]),
    "paths": lambda n: cell(rows(n, "open('/home/ann/N')")),
    "imports": lambda n: cell(rows(n, "import aN")),
    "commands": lambda n: cell(rows(n, "!pip install aN")),
    "headings": lambda n: cell(rows(n, "# aN"), "markdown"),
    "sections": lambda n: cell(rows(n, "## Purpose\n"), "markdown"),
    "rows of a table": lambda n: cell(
        ["# T\n\n## Parameters\n\na | b\n--- | ---\n", *rows(n, "aN | x")], "markdown"
    ),
    "conflicts": lambda n: cell(rows(n, "<<<<<<< aN\nx\n=======\ny\n>>>>>>> b")),
    "outputs": many_outputs,
    "cells": many_cells,
    "cells that are alike": lambda n: notebook_bytes(*[("code", "x = 1")] * 10 * n),
    "variables in a row of a shell": lambda n: cell(
        "!echo " + "".join(rows(n, "$AN")).replace("\n", " ")
    ),
    "variables of a script": lambda n: cell(["%%bash\n", *rows(n, "echo $AN > /dev/null; bN=1")]),
    "variables of IPython": lambda n: cell(rows(n, "%env AN=1")),
    "branches": lambda n: cell(["if a:\n    b = 1\n", *rows(n, "elif aN:\n    b = N")]),
    "functions": lambda n: cell(["import os\n", *rows(n, "def fN(): return os.getenv('AN')")]),
    "credentials in JSON": lambda n: output(
        output_type="display_data", data={"application/json": named(n)}
    ),
    "credentials in metadata": lambda n: cell("1", metadata=named(n)),
    "attachments": lambda n: cell(
        "a", "markdown", attachments={f"{k}.txt": {"text/plain": v} for k, v in named(n).items()}
    ),
    "blocks of HTML": lambda n: cell(rows(n, "<div>N</div>\n\n<h2>aN</h2>\n"), "markdown"),
    "characters beyond ASCII": lambda n: cell(
        "x = '" + "é" * 10 * n + "'; " + n * "os.getenv('A');"
    ),
    "cells without ids": lambda n: notebook_bytes(*[("code", "x = 1")] * n).replace(
        b'"id"', b'"di"'
    ),
    "parameters that nobody knows": lambda n: cell(
        rows(n, "aN = N"), metadata={"tags": ["parameters"]}
    ),
    "tags": lambda n: cell("1", metadata={"tags": rows(n, "nblint-ignore-N")}),
}


def lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of Python run."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("kind", GROWING)
def test_twice_the_notebook_is_twice_the_work(kind: str) -> None:
    check(GROWING[kind](2))  # what is loaded and compiled once
    one, two = (lines_run(partial(check, GROWING[kind](n))) for n in (_FEW, 2 * _FEW))
    assert two < _MOST * one, f"{two / one:.1f} times the work"
