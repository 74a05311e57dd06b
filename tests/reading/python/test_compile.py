"""What NBL503 calls valid, IPython compiles, and the other way round."""

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import TransformerManager

from nblint.document.model import Notebook
from nblint.reading.python.cells import PythonCells
from tests.conftest import notebook_bytes

SIMPLE = [
    "return 1", "yield 1", "x = yield", "await f()", "x = await f()", "pass", "break", "continue",
    "nonlocal x", "global x", "x = 1", "del x", "del f()", "f() = 1", "a, *b = c", "*a = b",
    "print(x, sep=1, sep=2)", "f(**k, *a)", "lambda a, a: 1", "[await f() for x in y]",
    "[x async for x in y]", "(yield)", "x: int = 1", "(x): int", "x: int", "f'{x!r}'", "f'{a b}'",
    "assert (x, 'y')", "x is 1", "from __future__ import annotations", "from __future__ import no",
    "from a import *", "import a.b as c", "%time f()", "!ls", "x = !ls", "x?", "print 'a'", "1 +",
    "x = 1 if", "__debug__ = 1", "None = 1", "(a := 1)", "a := 1", "raise", "try: x", "''", "'",
]  # fmt: skip
BLOCKS = [
    "def f():", "async def f():", "def f(a, a):", "class A:", "for x in y:", "while x:", "if x:",
    "async for x in y:", "async with x:", "with x as y:", "try:", "except:", "else:", "finally:",
    "def f(a, *, b=1, **c):", "def f(a=1, b):", "match x:", "case 1:", "case a | b:",
    "@decorated", "def f(x): global x", "%%time", "%%capture out",
]  # fmt: skip


@st.composite
def cells(draw: st.DrawFn) -> str:
    """A cell of statements and blocks, most of them at a depth where they can stand."""
    rows: list[str] = []
    depth = 0
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            rows.append("    " * depth + draw(st.sampled_from(BLOCKS)))
            depth += 1
        else:
            rows.append("    " * depth + draw(st.sampled_from(SIMPLE)))
            depth = draw(st.integers(0, depth))
    return "\n".join(rows)


def ipython_accepts(source: str) -> bool:
    compiler = CachingCompiler()
    try:
        with warnings.catch_warnings(), compiler.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
            warnings.simplefilter("ignore")
            tree = compiler.ast_parse(TransformerManager().transform_cell(source))
            for node in tree.body:
                compiler(ast.Module([node], []), "cell", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def is_valid(source: str) -> bool:
    notebook = Notebook.parse("nb.ipynb", notebook_bytes(("code", source)))
    return not any(cell.error or cell.compile_error for cell in PythonCells.read(notebook))


@pytest.mark.parametrize("source", [*SIMPLE, *(f"{block}\n    pass" for block in BLOCKS)])
def test_each_form_is_judged_as_ipython_judges_it(source: str) -> None:
    if source.startswith("%%"):  # IPython looks at the body when it runs it
        assert is_valid(source)
    else:
        assert is_valid(source) == ipython_accepts(source)


@given(cells())
def test_cells_are_judged_as_ipython_judges_them(source: str) -> None:
    if not source.startswith("%%"):
        assert is_valid(source) == ipython_accepts(source)


def test_the_place_is_that_of_the_statement() -> None:
    notebook = Notebook.parse("nb.ipynb", notebook_bytes(("code", "%%time\nä = 1\nif ä: return ä")))
    (cell,) = PythonCells.read(notebook)
    error = cell.compile_error
    assert error is not None
    assert (error.row, error.column) == (3, 7)
    assert cell.error is None
