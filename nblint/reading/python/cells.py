"""The Python of a notebook's code cells as IPython would run it, parsed only on demand."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, zip_longest

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Cell, Notebook, Place
from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern
from nblint.reading.python.ipython import (
    Magic,
    Piece,
    cell_magic,
    dedent,
    has_ipython_prompts,
    has_prompts,
    strip_prompts,
    to_python,
)
from nblint.reading.python.syntax import compile_error, parse_module

# Cell magics whose body runs as Python: IPython's own, and those of widely used extensions.
# https://ipython.readthedocs.io/en/stable/interactive/magics.html
PYTHON_BODIES = frozenset({
    "capture", "debug", "heat", "ipytest", "local", "lprun", "manim", "memit", "mprun", "prun",
    "px", "pyinstrument", "pypy", "python", "python3", "scalene", "snakeviz", "time", "timeit",
    "wandb",
})  # fmt: skip
# Those that compile it as a cell.
_COMPILED_BODIES = frozenset(["capture", "time"])
# Line magics that run their argument as Python, and which of their options take a value.
_STATEMENT_MAGICS = {
    "time": "", "timeit": "nrp", "prun": "lsTD", "memit": "rt", "lprun": "fmTDu", "px": "",
}  # fmt: skip
# A Databricks cell names its language in its first line, after one percent sign.
# https://docs.databricks.com/en/notebooks/notebooks-code.html#mix-languages
_DATABRICKS = lazy_pattern(r"\s*%(python|sql|scala|r|sh|fs|md)\b[ \t]*([^\n]*)(?:\n|\Z)")
# Colab accepts a form's comment above a cell magic.
_COMMENTED_CELL_MAGIC = lazy_pattern(r"(?:[ \t]*#[^\n]*\n|[ \t]*\n)+(?=%%\w)")
# Line magics that IPython also takes without "%" when a cell is that one line.
_AUTOMAGICS = frozenset({
    "cat", "cd", "conda", "cp", "dirs", "env", "ll", "load_ext", "ls", "mamba", "man",
    "matplotlib", "mkdir", "more", "mv", "pip", "popd", "pushd", "pwd", "pylab", "reload_ext",
    "rm", "rmdir", "run", "set_env", "time", "timeit", "uv", "who", "whos",
})  # fmt: skip
_SPECIAL_ROW = lazy_pattern(r"(?:\A|\n)[ \t]*[!%]")
_NESTED_CELL_MAGICS = 10  # `%%capture` over `%%time` over ...; nobody nests deeper


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


def read_source(source: str) -> PythonSource:
    """Read a cell's source as IPython would run it.

    Args:
        source: The decoded source of a cell.

    Returns:
        Its tree, magics and error; it never raises.
    """
    text = source
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if has_ipython_prompts(text):
        return _read_special(*strip_prompts(text))
    if _SPECIAL_ROW.search(text):  # most likely not Python as it is, so that is tried later
        read = _read_special(text)
        if read.error is None:
            return read
    parsed = _parse(text)
    if isinstance(parsed, ast.Module):
        return PythonSource(parsed, _automagic(text) if "\n" not in text.strip() else ())
    read = _read_special(text)
    if read.error is not None:
        for alternative in _other_readings(text):
            if alternative.error is None:
                return alternative
    return read


def _read_special(text: str, shifts: tuple[int, ...] = ()) -> PythonSource:
    """Read a cell that cannot be parsed as it is."""
    outer: list[Magic] = []
    for _ in range(_NESTED_CELL_MAGICS):
        if text.lstrip("\n")[:1].isspace():
            text, lost = dedent(text)
            shifts = _added(shifts, lost)
        magic = cell_magic(text)
        if magic is None:
            break
        outer.append(_moved(magic, shifts))
        if magic.name not in PYTHON_BODIES:
            return PythonSource(None, tuple(outer), None, shifts)
        text = "\n" * (magic.body_row - 1) + magic.body
    plain = to_python(text)
    magics = (*outer, *(_moved(_timed_command(magic), shifts) for magic in plain.magics))
    parsed = _parse(plain.text)
    if isinstance(parsed, Problem):
        shift = shifts[parsed.row - 1] if parsed.row <= len(shifts) else 0
        error = replace(parsed, column=parsed.column + shift)
        return PythonSource(None, magics, error, shifts)
    statements = {
        magic.row: _statements(magic)
        for magic in plain.magics
        if magic.name in _STATEMENT_MAGICS and magic.kind == "line"
    }
    if statements:
        _graft(parsed, statements)
    return PythonSource(parsed, magics, None, shifts)


def _other_readings(text: str) -> Iterator[PythonSource]:
    """Yield what a cell means to other tools if it is not Python to IPython."""
    if found := _DATABRICKS.match(text):
        row, column = position_of(text, found.start(1))
        end = found.end()
        body_row, _ = position_of(text, end)
        pieces = (Piece(0, row, column + found.start(2) - found.start(1)),)
        magic = Magic(
            "cell", found[1], found[2], row, column - 1, pieces, None, text[end:], body_row
        )
        if found[1] != "python":
            yield PythonSource(None, (magic,))
        else:
            body = read_source("\n" * (body_row - 1) + text[end:])
            yield replace(body, magics=(magic, *body.magics))
    if found := _COMMENTED_CELL_MAGIC.match(text):
        yield _read_special("\n" * found[0].count("\n") + text[found.end() :])
    if has_prompts(text):
        yield _read_special(*strip_prompts(text))
    if "\n" not in text.strip() and (magics := _automagic(text, "=,(")):
        yield PythonSource(None, magics)


def _automagic(text: str, python: str = "=,(.") -> tuple[Magic, ...]:
    """Return the magic of a one-line cell such as ``pip install x``; () for other cells.

    Args:
        text: The cell's text.
        python: The characters that make a line Python where they follow the first word.
    """
    line = text.strip()
    name, _, argument = line.partition(" ")
    if name not in _AUTOMAGICS or argument.lstrip()[:1] in tuple(python):
        return ()
    start = text.index(line)
    row, column = position_of(text, start)
    pieces = (Piece(0, row, column + min(len(line), len(name) + 1)),)
    return (Magic("line", name, argument, row, column, pieces),)


def _parse(text: str) -> ast.Module | Problem:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the author's own Python warns of invalid escapes
            return parse_module(text)
    except SyntaxError as error:
        return Problem(error.msg, max(1, error.lineno or 1), max(1, error.offset or 1))
    except (RecursionError, MemoryError):
        return Problem("too deeply nested", 1, 1)
    except UnicodeEncodeError:  # lone surrogates, which JSON can hold
        return _parse("".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text))
    except ValueError as error:
        return Problem(str(error), *position_of(text, max(0, text.find("\0"))))


def _timed_command(magic: Magic) -> Magic:
    """Return the shell line that ``%time !command`` runs; any other magic as it is."""
    if magic.kind != "line" or magic.name not in _STATEMENT_MAGICS:
        return magic
    start = _statement_offset(magic)
    return magic.command(start) if magic.argument.startswith("!", start) else magic


def _statements(magic: Magic) -> list[ast.stmt]:
    """Return the statements that a magic such as ``%time`` runs, with their places in the cell."""
    offset = _statement_offset(magic)
    parsed = _parse(magic.argument[offset:])
    if isinstance(parsed, Problem):
        return []
    row, column = magic.position(offset)
    for node in ast.walk(parsed):
        if isinstance(node, (ast.expr, ast.stmt)):
            # Only indentation is left of the magic, where bytes and characters are the same.
            if node.lineno == 1:
                node.col_offset += column - 1
            if node.end_lineno == 1 and node.end_col_offset is not None:
                node.end_col_offset += column - 1
            node.lineno += row - 1
            node.end_lineno = (node.end_lineno or 1) + row - 1
    return parsed.body


def _graft(tree: ast.Module, statements: dict[int, list[ast.stmt]]) -> None:
    """Insert statements, by row, before the calls of the magics that run them."""
    for parent in list(ast.walk(tree)):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(parent, field, None)
            if not isinstance(body, list):
                continue
            whole: list[ast.stmt] = []
            for node in body:
                if isinstance(node, (ast.Expr, ast.Assign)):
                    whole += statements.pop(node.end_lineno or 0, ())
                whole.append(node)
            body[:] = whole


def _statement_offset(magic: Magic) -> int:
    """Return the offset of a magic's statement, which follows its options."""
    with_value = _STATEMENT_MAGICS[magic.name]
    words = list(re.finditer(r"\S+", magic.argument))
    index = 0
    while index < len(words) and words[index][0].startswith("-"):
        option = words[index][0]
        index += 2 if len(option) == 2 and option[1] in with_value else 1
    return words[index].start() if index < len(words) else len(magic.argument)


def _moved(magic: Magic, shifts: tuple[int, ...]) -> Magic:
    """Return the magic at its place in the source, before `shifts` were removed from it."""
    if not any(shifts):
        return magic
    shift = dict(enumerate(shifts, 1))
    pieces = tuple(
        replace(piece, column=piece.column + shift.get(piece.row, 0)) for piece in magic.pieces
    )
    return replace(magic, column=magic.column + shift.get(magic.row, 0), pieces=pieces)


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


def _added(before: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip_longest(before, more, fillvalue=0)))


class PythonCell:
    """A Python code cell; `tree`, `magics` and `error` are computed at their first use."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.source = cell.source

    @cached_property
    def _read(self) -> PythonSource:
        return read_source(self.source)

    @property
    def tree(self) -> ast.Module | None:
        """The syntax tree in rows of the source; None where the cell is not Python."""
        return self._read.tree

    @property
    def magics(self) -> tuple[Magic, ...]:
        """The magics and shell lines, in order."""
        return self._read.magics

    @property
    def cell_magic(self) -> Magic | None:
        """The first cell magic, if the cell starts with one."""
        return next((magic for magic in self.magics if magic.kind == "cell"), None)

    @cached_property
    def lines(self) -> dict[int, Magic]:
        """The magics and shell lines, without cell magics, by their rows."""
        return {magic.row: magic for magic in self.magics if magic.kind != "cell"}

    @property
    def error(self) -> Problem | None:
        """Why the cell is not Python though it is meant to be."""
        return self._read.error

    @cached_property
    def compile_error(self) -> Problem | None:
        """Why the cell cannot run though it can be parsed."""
        # What other magics do with Python is theirs: timeit puts it into a function.
        magics = {magic.name for magic in self.magics if magic.kind == "cell"}
        if self.tree is None or not magics <= _COMPILED_BODIES:
            return None
        error = compile_error(self.tree)
        if error is None:
            return None
        row = max(1, error.lineno or 1)
        return Problem(error.msg, row, self.column(row, max(0, (error.offset or 1) - 1)))

    def column(self, row: int, offset: int) -> int:
        """Return the 1-based column of a byte offset that `ast` gives for a 1-based row."""
        return self._read.column(self.cell.rows, row, offset)

    def place(self, node: ast.expr | ast.stmt | ast.keyword | ast.alias | ast.arg) -> Place:
        """Return the place of a node of the tree."""
        row, end_row = node.lineno, node.end_lineno or node.lineno
        column = self.column(row, node.col_offset)
        end_column = self.column(end_row, node.end_col_offset or 0)
        return self.cell.place(row, column, end_row, end_column)

    def argument_place(self, magic: Magic, start: int = 0, end: int | None = None) -> Place:
        """Return the place of a part of a magic's argument, from offset `start` to `end`."""
        row, column = magic.position(start)
        end_row, end_column = magic.position(len(magic.argument) if end is None else end)
        return self.cell.place(row, column, end_row, end_column)


class PythonCells:
    """All Python code cells of a notebook, in order."""

    def __init__(self, cells: Iterable[PythonCell]) -> None:
        self.cells = tuple(cells)

    @classmethod
    def read(cls, notebook: Notebook) -> PythonCells:
        """Find the cells; nothing is parsed yet."""
        return cls(PythonCell(cell) for cell in notebook.code_cells("python"))

    def __iter__(self) -> Iterator[PythonCell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def containing(self, *texts: str) -> Iterator[PythonCell]:
        """Yield the cells with one of the texts in their source; the others stay unparsed."""
        return (cell for cell in self.cells if any(text in cell.source for text in texts))
