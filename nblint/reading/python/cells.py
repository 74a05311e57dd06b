"""The Python of a notebook's code cells as IPython would run it, parsed only on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from nblint.document.model import Cell, Notebook, Place

if TYPE_CHECKING:
    import ast

    from nblint.reading.python.ipython import Magic
    from nblint.reading.python.syntax import Problem, PythonSource

# Cell magics that compile their body as a cell.
_COMPILED_BODIES = frozenset(["capture", "time"])


def read_source(source: str) -> PythonSource:
    """Read a cell's source as IPython would run it.

    Args:
        source: The decoded source of a cell.

    Returns:
        Its tree, magics and error; it never raises.
    """
    # Of most notebooks, no cell is read: no rule asks for the tree of a cell that cannot matter.
    from nblint.reading.python.syntax import Problem, PythonSource, is_special, parse

    text = source
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_special(text) and not isinstance(parsed := parse(text), Problem):
        return PythonSource(parsed)
    from nblint.reading.python.special import read_special  # not for plain Python

    return read_special(text)


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
        from nblint.reading.python.syntax import Problem, compile_error

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

    def rows_of(self, statement: ast.stmt, following: ast.stmt | None) -> range:
        """Return the rows of a statement, also those that a magic in it goes on in.

        Args:
            statement: The statement.
            following: The next one in its block.
        """
        start, end = _first_row(statement), statement.end_lineno or statement.lineno
        rows = self.cell.rows
        limit = _first_row(following) - 1 if following else len(rows)
        while end < limit and rows[end - 1].endswith("\\"):
            end += 1
        return range(start, end + 1)

    def text_of(self, rows: range) -> str:
        """Return rows of the source, 1-based."""
        return "\n".join(self.cell.rows[rows.start - 1 : rows.stop - 1])

    def argument_place(self, magic: Magic, start: int = 0, end: int | None = None) -> Place:
        """Return the place of a part of a magic's argument, from offset `start` to `end`."""
        row, column = magic.position(start)
        end_row, end_column = magic.position(len(magic.argument) if end is None else end)
        return self.cell.place(row, column, end_row, end_column)


def _first_row(statement: ast.stmt) -> int:
    """Return the row in which a statement, or its first decorator, starts."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


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
