"""Python's parser, kept from looking at anything but the text that it is given.

For the text of a syntax error, it opens the file of the name that it was given. By default that is
`<unknown>` in the current folder, which may exist and be a pipe that never ends. No file has an
empty name.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern

if TYPE_CHECKING:
    from nblint.reading.python.ipython import Magic


# Line magics that IPython also takes without "%" when a cell is that one line.
AUTOMAGICS = frozenset({
    "cat", "cd", "conda", "cp", "dirs", "env", "ll", "load_ext", "ls", "mamba", "man",
    "matplotlib", "mkdir", "more", "mv", "pip", "popd", "pushd", "pwd", "pylab", "reload_ext",
    "rm", "rmdir", "run", "set_env", "time", "timeit", "uv", "who", "whos",
})  # fmt: skip
_COMMAND_ROW = lazy_pattern(r"\n[ \t]*[!%]")


class Problem(Struct, frozen=True):
    """Why a cell cannot be parsed as Python, and the 1-based row and column in its source."""

    message: str
    row: int
    column: int


class PythonSource(Struct, frozen=True):
    """A cell's source, read as Python.

    Attributes:
        tree: The syntax tree, in rows of the source; None where the cell is not Python.
        magics: Magics and shell lines in order; a cell magic comes before those in its body.
        error: Why the cell is not Python; None where it is meant to be another language.
        shifts: For each row, the number of characters at its start that the tree does not count.
    """

    tree: ast.Module | None
    magics: tuple[Magic, ...] = ()
    error: Problem | None = None
    shifts: tuple[int, ...] = ()

    def column(self, rows: Sequence[str], row: int, offset: int) -> int:
        """Return the 1-based column of a byte offset that `ast` gives for a 1-based row.

        Args:
            rows: The rows of the source.
            row: The row, 1-based.
            offset: The offset in UTF-8.
        """
        shift = self.shifts[row - 1] if row <= len(self.shifts) else 0
        text = rows[row - 1] if row <= len(rows) else ""
        return min(shift + characters(text, shift, offset), len(text)) + 1


def is_special(text: str) -> bool:
    """Tell whether IPython may read a text in its own way, even if it could be parsed as Python."""
    if has_command(text) or ("In [" in text and "]: " in text):
        return True
    line = text.strip()
    return "\n" not in line and line.partition(" ")[0] in AUTOMAGICS


def has_command(text: str) -> bool:
    """Tell whether a row starts with the mark of a magic or a shell line."""
    if "!" not in text and "%" not in text:
        return False
    return _COMMAND_ROW.search("\n" + text) is not None


def parse(text: str) -> ast.Module | Problem:
    """Return the tree of a cell's text, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the author's own Python warns of invalid escapes
            return parse_module(text)
    except SyntaxError as error:
        return Problem(error.msg, max(1, error.lineno or 1), max(1, error.offset or 1))
    except (RecursionError, MemoryError):
        return Problem("too deeply nested", 1, 1)
    except UnicodeEncodeError:  # lone surrogates, which JSON can hold
        return parse("".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text))
    except ValueError as error:
        return Problem(str(error), *position_of(text, max(0, text.find("\0"))))


def parse_module(text: str) -> ast.Module:
    """Parse statements.

    Args:
        text: The statements.

    Returns:
        Their tree.

    Raises:
        SyntaxError: It is not Python; also ValueError, RecursionError and MemoryError, as
            `ast.parse` raises them.
    """
    return ast.parse(text, filename="")


def parse_expression(text: str) -> ast.expr:
    """Parse an expression.

    Args:
        text: The expression, with or without space around it.

    Returns:
        Its tree.

    Raises:
        SyntaxError: As for `parse_module`.
    """
    return ast.parse(text.strip(), filename="", mode="eval").body


def compile_error(tree: ast.Module) -> SyntaxError | None:
    """Return why statements that could be parsed cannot run; None where they can.

    `return` outside of a function and a repeated argument can be parsed. IPython compiles a cell's
    statements one by one, and allows `await` outside of functions:
    https://github.com/ipython/ipython/blob/main/IPython/core/interactiveshell.py (`run_ast_nodes`).

    Args:
        tree: The statements. Nothing is executed.
    """
    return next(filter(None, map(_compile_error, tree.body)), None)


def _compile_error(statement: ast.stmt) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.Module([statement], [])
            compile(module, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error
    except (RecursionError, MemoryError, ValueError, OverflowError):
        pass  # the machine's limits, not the cell's
    return None


def characters(text: str, start: int, count: int) -> int:
    """Return the number of characters that a number of bytes of a row are.

    Args:
        text: The row.
        start: The offset of the character at which they start.
        count: The number of bytes in UTF-8.
    """
    if text.isascii():
        return count
    offsets = _byte_offsets(text)
    return bisect_left(offsets, offsets[min(start, len(text))] + count) - start


@lru_cache(maxsize=16)
def _byte_offsets(row: str) -> list[int]:
    return [0, *accumulate(len(character.encode("utf-8", "surrogatepass")) for character in row)]
