"""No notebook makes its reading run away: what `tests/credentials/test_linear.py` holds, elsewhere.

An expression that is searched for is held from everywhere, one that is only ever tried at a place
of the text - how it is used in its module says so - from there.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import cast

import pytest

import nblint
from nblint.document.rows import rows_of
from nblint.patterns import Uncompiled
from nblint.reading.markdown.blocks import blocks
from nblint.reading.python.cells import read_source
from nblint.reading.python.ipython import to_python
from nblint.reading.shell.variables import read_shell, substitute
from tests.linear import MEGABYTE, Search, hold, patterns, worst_units

# Held by a test of their own; read what nblint's own authors wrote.
PASSED_OVER = (
    "nblint.credentials.",
    "nblint.secret_names.",
    "nblint.linting.documentation",
    "nblint.__main__",
)
# Tried at the beginnings of rows, under another name.
TRIED = {"_CLASSIC_PROMPT"}
SEARCHING = {"search", "finditer", "findall", "split", "sub", "subn"}


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(nblint.__path__, "nblint."):
        if not module.name.startswith(PASSED_OVER):
            yield module.name


def _in_module(name: str) -> Iterator[tuple[re.Pattern[str], bool]]:
    """Yield a module's own expressions, and whether they are searched for."""
    loaded = importlib.import_module(name)
    code = inspect.getsource(loaded)
    for variable, value in vars(loaded).items():
        if not re.search(rf"(?m)^{variable}\b", code):
            continue  # imported
        used = set(re.findall(rf"\b{variable}(?:\[.*?\])?\.(\w+)\(", code))
        is_searched = bool(used & SEARCHING) or not (used or variable in TRIED)
        for pattern in [*patterns(value), *_of_bytes(value)]:
            yield pattern, is_searched


def _of_bytes(value: object) -> Iterator[re.Pattern[str]]:
    """Yield an expression for bytes as one for a text of the same characters."""
    if isinstance(value, (re.Pattern, Uncompiled)) and isinstance(value.pattern, bytes):
        flags = cast("int", value.flags)
        yield re.compile(value.pattern.decode("latin-1"), flags | re.ASCII)


PATTERNS = {name: found for name in _modules() if (found := list(_in_module(name)))}


def test_patterns_are_found() -> None:
    assert sum(map(len, PATTERNS.values())) > 80
    assert {"nblint.reading.python.ipython", "nblint.reading.header.header"} < set(PATTERNS)


@pytest.mark.slow
@pytest.mark.parametrize("module", PATTERNS)
def test_expressions_are_linear(module: str) -> None:
    for pattern, is_searched in PATTERNS[module]:

        def everywhere(text: str, pattern: re.Pattern[str] = pattern) -> object:
            return sum(1 for _ in pattern.finditer(text))

        search: Search = everywhere if is_searched else pattern.match
        hold([search], worst_units(pattern), MEGABYTE)


MARKDOWN = [
    "# ", "#", "\n", " ", "\t", "- ", "-", "1. ", "> ", "* a\nb\n", "[", "![", "[]", "[](",
    "[a](<b", "[a]: b\n", "`", "*a_ ", "**a ", "&a", "<", "<a ", "<!--", "<!-- -->", "a <!A ",
    "a <?", "|", "-|", "a|b\n", "<td>", "<table><tr>", "~~~\n", "```\n", "=\n", "a\n=\n",
    "    a\n", "\\", "\\\n", "<div>\n", "<h2>", "<h2>a</h2>\n", "**a**\n", "nblint: ignore[",
]  # fmt: skip
CODE = [
    "%", "!", "?", "a?", "%%a\n", "!a \\\n", "!echo '", "!echo {", "!echo $", "!!pip ",
    "a = %b\n", "a = ", "(", "'''\n", "'", '"', "f'{", "In [1]: ", ">>> a\n", "... ", ",", ";",
    "/a ", "#", "# nblint: ", "\\\n", " \n", "\r", "\f", "%env ", "%time ", "%time %time ",
    "# a\n", "[ins] ", "if a:\n ", "a.b", "é", "lambda:", "x = !a (\n", '"\\\n', "%x \\\n",
]  # fmt: skip
SHELL = [
    "<<", "<<E ", "<<E\n", "<<E\nx\n", "'", '"', "`", "$'", "${", "${a:-", "$((", "$(", "(", "( ",
    "{ ", "|", "a;", " #", "\\", "\\\n", "a=", "a= ", "export ", "case a in b) ",
    "if [ -z $A ]; then ", "for a in b; do ", "echo $A ", "echo ", "a() {\n", "[[ ", "&", ">",
    "$", "$A", "!", "~", "${a", "`a`", "{x", "${a:-{b}", "${a:-${",
]  # fmt: skip
READERS: dict[str, tuple[list[str], Callable[[str], object]]] = {
    "markdown": (MARKDOWN, blocks),
    "rows": ([*MARKDOWN, *CODE], rows_of),
    "magics": (CODE, to_python),
    "code": (CODE, read_source),
    "shell": (SHELL, lambda text: list(read_shell(text))),
    "substitution": (SHELL, lambda text: substitute(text, frozenset("aA"))),
}


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_readers_are_linear(reader: str) -> None:
    units, read = READERS[reader]
    for unit in units:
        hold([read], [unit], 40_000)
