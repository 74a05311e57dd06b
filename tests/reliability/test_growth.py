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
_FEW = 100


def rows(count: int, row: str) -> list[str]:
    """Return rows that differ in their numbers."""
    return [row.replace("N", str(number)) + "\n" for number in range(count)]


def credentials(count: int) -> list[str]:
    return [f"{number} password = '{make('password', str(number))}'\n" for number in range(count)]


def cell(source: object, kind: str = "code", **parts: object) -> bytes:
    """Return a notebook of one cell."""
    whole: dict[str, Any] = json.loads(notebook_bytes((kind, "")))
    whole["cells"][0] |= {"source": source, **parts}
    return json.dumps(whole, indent=1).encode()


def output(**parts: object) -> bytes:
    return cell("1", outputs=[{"metadata": {}, **parts}])


def many_outputs(count: int) -> bytes:
    stream = {"output_type": "stream", "name": "stdout"}
    return cell("1", outputs=[stream | {"text": text} for text in credentials(count)])


def many_cells(count: int) -> bytes:
    return notebook_bytes(*(("code", f"import os\nos.environ['A{n}']") for n in range(count)))


def spaced(count: int, word: str) -> str:
    return " ".join(rows(count, word)).replace("\n", "")


def displayed(mime: str, data: object) -> bytes:
    return output(output_type="display_data", data={mime: data})


def secrets(count: int) -> dict[str, object]:
    return {f"k{i}": {"password": make("password", str(i))} for i in range(count)}


def widgets(count: int) -> dict[str, object]:
    return {
        key: {"model_name": "PasswordModel", "state": value}
        for key, value in secrets(count).items()
    }


def notebook(**parts: object) -> bytes:
    return json.dumps(json.loads(notebook_bytes(("code", "1"))) | parts, indent=1).encode()


def cells(count: int, **parts: object) -> bytes:
    return notebook(cells=[json.loads(cell("1"))["cells"][0] | parts] * count)


def deep(count: int, opening: bytes, closing: bytes) -> bytes:
    return notebook(metadata={"x": "DEEP"}).replace(b'"DEEP"', opening * count + closing * count)


def unassigned(count: int) -> bytes:
    table = "".join(rows(count, "`bN` | x"))
    header = f"# T\n\n## Parameters\n\nParameter | Description\n--- | ---\n{table}"
    two = json.loads(notebook_bytes(("markdown", header), ("code", "".join(rows(count, "aN = N")))))
    two["cells"][1]["metadata"]["tags"] = ["parameters"]
    return json.dumps(two).encode()


_WIDGETS = "application/vnd.jupyter.widget-state+json"
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
    "credentials in one row": lambda n: cell("".join(credentials(2 * n)).replace("\n", ";")),
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
    "variables in a shell line": lambda n: cell("!echo " + spaced(n, "$AN")),
    "variables in a row of bash": lambda n: cell("%%bash\necho " + spaced(n, "$AN")),
    "commands of bash": lambda n: cell(["%%bash\n", *rows(n, "pip install aN")]),
    "magics that set variables": lambda n: cell(rows(n, "%env AN=1")),
    "branches": lambda n: cell(
        ["import os\nif x:\n pass\n", *rows(n, "elif xN:\n os.environ['A_N']")]
    ),
    "helpers that call each other": lambda n: cell(rows(n, "def fN(x):\n    return f1(x)")),
    "a long row of code": lambda n: cell(f"f({', '.join(rows(n, 'os.environ[chr(N)]'))})"),
    "a long row that is not ASCII": lambda n: cell(
        f"é = 1; {'; '.join(f'os.environ[{name!r}]' for name in spaced(n, 'AN').split())}"
    ),
    "a long string": lambda n: cell("x = '" + "\\n\\u0041é" * 10 * n + "'"),
    "codes that a suppression names": lambda n: cell(
        f"x = 1  # nblint: ignore[{', '.join(spaced(n, 'ABCN').split())}]"
    ),
    "suppressions in a row": lambda n: cell("x = 1  " + "# nblint: ignore[NBL104] " * n),
    "credentials and one suppression in a row": lambda n: cell(
        "".join(f"p{row[:-1]}; " for row in credentials(n)) + "# nblint: ignore[NBL201]"
    ),
    "keys of JSON": lambda n: displayed("application/json", {f"k{i}": i for i in range(n)}),
    "credentials in JSON": lambda n: displayed("application/json", secrets(n)),
    "columns of a table": lambda n: displayed(
        "text/html", [f"<table><tr>{''.join(rows(n, '<th>password N</th>'))}</tr></table>"]
    ),
    "JSON in JSON": lambda n: deep(n, b"[", b"]"),
    "metadata of a cell": lambda n: cell("1", metadata=secrets(n)),
    "metadata of the notebook": lambda n: notebook(metadata=secrets(n)),
    "widgets": lambda n: notebook(metadata={"widgets": {_WIDGETS: {"state": widgets(n)}}}),
    "attachments": lambda n: cell(
        "x", "markdown", attachments={f"{i}.txt": {"text/plain": i} for i in credentials(n)}
    ),
    "HTML in markdown": lambda n: cell(rows(n, "<div>aN</div>\n"), "markdown"),
    "headings in HTML": lambda n: cell(rows(n, "<h2>aN</h2>\n"), "markdown"),
    "raw cells": lambda n: notebook_bytes(*(("raw", text) for text in credentials(n))),
    "parameters": lambda n: cell(rows(n, "aN = N"), metadata={"tags": ["parameters"]}),
    "parameters that are not assigned": unassigned,
    "ids that are the same": lambda n: cells(n, id="same"),
    "ids that are none": lambda n: cells(n, id="a b"),
    "cells without ids": lambda n: notebook_bytes(*[("code", "x = 1")] * n).replace(
        b'"id"', b'"di"'
    ),
    "kinds of cells that there are not": lambda n: cells(n, cell_type="x"),
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
