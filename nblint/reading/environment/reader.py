"""Reads what a notebook does with the environment, cell by cell from top to bottom."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from nblint.document.model import Cell, Notebook, Place
from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern
from nblint.reading.environment.other_languages import SEARCHED_LANGUAGES, uses_in
from nblint.reading.environment.python import PythonEnvironment
from nblint.reading.environment.scope import NOTHING, Held
from nblint.reading.environment.uses import (
    EVERYTHING,
    Exposure,
    Fallback,
    Read,
    Uses,
    ValueSource,
    Write,
)
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.reading.python.ipython import Magic
from nblint.reading.python.syntax import parse_expression
from nblint.reading.python.visitor import walk
from nblint.reading.shell import SHELL_LANGUAGES, SHELL_MAGICS
from nblint.reading.shell.grammar import ShellUse
from nblint.reading.shell.variables import python_expressions, read_shell, substitute

_SHELLS = lazy_pattern(r"(?:\S*/)?(?:ba|z|k|da)?sh\b")
_TEXT_MAGICS = {
    "R": "r",
    "r": "r",
    "julia": "julia",
    "powershell": "powershell",
    "pwsh": "pwsh",
    "scala": "scala",
}
_IPYTHON_NAMES = ("In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "_dh", "_exit_code")
_GIVEN_NAMES = frozenset((*dir(builtins), *_IPYTHON_NAMES))
_PRINTS = lazy_pattern(r"\s*(?:echo|printf)\b[^|>]*$")


class EnvironmentReader:
    """Reads the cells of a notebook in order.

    Args:
        python: Its Python cells.
        everything: Whether to visit also the code that can use no variables.
    """

    def __init__(self, python: PythonCells, *, everything: bool = False) -> None:
        self.uses = Uses()
        sources = [cell.source for cell in python]
        self.python = PythonEnvironment(self.uses, sources, self._magic, everything=everything)
        self.cells = python
        self._passed: list[PythonCell] = []  # irrelevant cells since the last relevant one
        self._bound: dict[int, frozenset[str]] = {}  # the names that cells bind, by their indices
        self._own: set[str] = set()  # the names of the shell that runs all cells of a bash notebook

    def read(self, notebook: Notebook) -> Uses:
        """Return all uses in the notebook."""
        python = {cell.cell.index: cell for cell in self.cells}
        for cell in notebook.cells:
            if cell.type != "code":
                continue
            if cell.index in python:
                self._read_python(python[cell.index])
            elif cell.language in SEARCHED_LANGUAGES:
                self._text(cell, cell.source, 1, cell.language)
            elif cell.language in SHELL_LANGUAGES:
                self._script(cell, cell.source, 1)
        if self.python.relevance.has_missed(self.python.functions.using):
            # Code that seemed irrelevant calls a function that was only defined later.
            return EnvironmentReader(self.cells, everything=True).read(notebook)
        self.python.functions.finish()
        return self.uses

    def _read_python(self, cell: PythonCell) -> None:
        is_magic = cell.source.lstrip().startswith("env")  # needs no "%" as the only line
        if not (is_magic or self.python.relevance.of(cell.source)):
            self._passed.append(cell)
            return
        for passed in self._passed:
            self.python.bind_names(passed)
        self._passed.clear()
        for magic in cell.magics:
            is_bare = magic.name == cell.source.strip() and not self._is_python(magic.name)
            if magic.kind == "cell" or cell.tree is None or is_bare:
                self._read_magic(cell, magic)
        if cell.error is not None:
            self._text(cell.cell, cell.source, 1, "python")
        self.python.read_cell(cell)

    def _magic(self, cell: PythonCell, call: ast.Call) -> Held:
        """Read the magic that a call of IPython in the tree stands for."""
        if (magic := cell.lines.get(call.lineno)) is not None:
            return self._read_magic(cell, magic)
        written = _written_magic(call)
        return self._read_magic(cell, written, cell.place(call)) if written else NOTHING

    def _read_magic(self, cell: PythonCell, magic: Magic, place: Place | None = None) -> Held:
        """Read a magic or shell line; return what its value shows."""
        if magic.kind == "shell":
            return self._command(cell, magic, place)
        if magic.name in ("env", "set_env"):
            return self._env(cell, magic, place)
        if magic.name == "dotenv":
            where = place or cell.cell.place(magic.row, magic.column)
            self.uses.sources.append(ValueSource("dotenv", "%dotenv", where))
        elif magic.kind == "line" and magic.name in SHELL_MAGICS:
            return self._command(cell, magic, place)
        elif magic.kind == "cell":
            if magic.name in SHELL_MAGICS:
                if magic.name != "script" or _SHELLS.match(magic.argument):
                    self._script(cell.cell, magic.body, magic.body_row)
            elif magic.name in _TEXT_MAGICS:
                self._text(cell.cell, magic.body, magic.body_row, _TEXT_MAGICS[magic.name])
        return NOTHING

    # Magics

    def _env(self, cell: PythonCell, magic: Magic, place: Place | None) -> Held:
        """Read `%env`, `%env X`, `%env X=V` and `%env X V`."""
        argument = magic.argument.strip()
        start = magic.argument.find(argument)
        name, separator, value = argument.partition("=" if "=" in argument else " ")
        name = name.strip()
        where = place or cell.argument_place(magic, start, start + len(name))
        if not argument:
            if magic.target is None:
                self.uses.exposures.append(Exposure(EVERYTHING, where, "%env"))
                return NOTHING
            return frozenset([EVERYTHING])
        if not re.fullmatch(r"\w+", name):
            return NOTHING  # refused by IPython, or `%env {name}=…`
        if not separator:
            self.uses.reads.append(Read(name, where, self.uses.next(), required=True))
            return frozenset([name])
        self._values(cell, magic, where)
        self.uses.writes.append(Write(name, where, self.uses.next()))
        held = self._python_values(value)
        for shown in sorted(held):  # IPython echoes what it sets
            self.uses.exposures.append(Exposure(shown, where, "%env"))
        return NOTHING

    def _values(self, cell: PythonCell, magic: Magic, place: Place) -> None:
        for _, expression in python_expressions(magic.argument):
            self.python.read_expression(cell, expression, place)

    def _python_values(self, text: str) -> Held:
        """Return what the Python values in a line show: `$name` and `{expression}`."""
        names = [found[1] for found in re.finditer(r"(?<!\$)\$([A-Za-z_]\w*)", text)]
        expressions = names + [expression for _, expression in python_expressions(text)]
        return NOTHING.union(*(self.python.scope.holds(_expression(one)) for one in expressions))

    # Shell

    def _command(self, cell: PythonCell, magic: Magic, place: Place | None) -> Held:
        """Read a `!` line: IPython inserts Python's values, then a new shell runs it."""
        command = magic.argument
        whole = place or cell.argument_place(magic)
        for start, expression in python_expressions(command):
            where = place or cell.argument_place(magic, start, start + len(expression))
            self.python.read_expression(cell, expression, where)
        captured = magic.target is not None or magic.name == "!!"
        held: set[str] = set()
        names = frozenset(filter(self._is_python, re.findall(r"\$([A-Za-z_]\w*)", command)))
        for use in read_shell(substitute(command, names)):
            where = place or cell.argument_place(magic, use.start, use.end)
            self._shell_use(use, where, lost=True, captured=captured)
            if use.shown and use.kind == "read":
                held.add(use.name)
            elif use.kind == "dump":
                held.add(EVERYTHING)
        if _PRINTS.match(command):
            values = self._python_values(command)
            held |= values
            if not captured:
                self.python.expose(values, whole, "echo")
        return frozenset(held) if captured else NOTHING

    def _script(self, cell: Cell, script: str, first_row: int) -> None:
        is_notebook = cell.language in SHELL_LANGUAGES
        local = frozenset(self._own) if is_notebook else frozenset()
        for use in read_shell(script, local):
            self._shell_use(use, _place_in(cell, script, first_row, use.start, use.end))
        if is_notebook:
            self._own.update(re.findall(r"(?m)^\s*([A-Za-z_]\w*)=", script))

    def _shell_use(
        self, use: ShellUse, place: Place, *, lost: bool = False, captured: bool = False
    ) -> None:
        if use.kind == "write":
            self.uses.writes.append(Write(use.name, place, self.uses.next(), lost=lost))
            return
        if use.kind == "read":
            fallback = Fallback(use.default) if use.default else None
            order = self.uses.next()
            read = Read(use.name, place, order, guarded=use.guarded, fallback=fallback)
            self.uses.reads.append(read)
        if captured:
            return
        if use.kind == "dump":
            self.uses.exposures.append(Exposure(EVERYTHING, place, f"{'!' * lost}{use.name}"))
        elif use.shown:
            self.uses.exposures.append(Exposure(use.name, place, "echo"))

    def _is_python(self, name: str) -> bool:
        """Tell whether a name means something to Python anywhere in the notebook."""
        return name in _GIVEN_NAMES or any(
            name in self._bound_by(cell)
            for cell in self.cells
            # Python's names are normalised: `ﬁ` is `fi`.
            if name in cell.source or not cell.source.isascii()
        )

    def _bound_by(self, cell: PythonCell) -> frozenset[str]:
        if cell.cell.index not in self._bound:
            self._bound[cell.cell.index] = frozenset(_bound(cell))
        return self._bound[cell.cell.index]

    # Other languages

    def _text(self, cell: Cell, text: str, first_row: int, language: str) -> None:
        for use in uses_in(text, language):
            place = _place_in(cell, text, first_row, use.start, use.end)
            order = self.uses.next()
            if use.kind == "write":
                self.uses.writes.append(Write(use.name, place, order))
                continue
            fallback = Fallback(use.fallback) if use.fallback else None
            self.uses.reads.append(
                Read(
                    use.name,
                    place,
                    order,
                    required=use.required,
                    asks=use.kind == "ask",
                    fallback=fallback,
                )
            )


def _bound(cell: PythonCell) -> Iterator[str]:
    """Yield the names that a cell binds."""
    for magic in cell.magics:
        if magic.kind == "cell" and magic.name == "capture":
            yield from magic.argument.split()
    for node in walk(cell.tree) if cell.tree else ():
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (name.asname or name.name.partition(".")[0] for name in names)
            case ast.Compare(
                left=ast.Constant(value=str(name)),
                comparators=[ast.Call(func=ast.Name(id="globals" | "locals"))],
            ):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case _:
                pass


def _written_magic(call: ast.Call) -> Magic | None:
    """Return the magic that `get_ipython().system("…")` runs; None for other calls."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
    words = [text for text in texts if isinstance(text, str)]
    if len(words) < len(call.args):
        return None
    if method in ("system", "getoutput", "getoutputs") and len(words) == 1:
        target = None if method == "system" else ""
        return Magic("shell", "!", words[0], call.lineno, 1, (), target)
    if method in ("run_line_magic", "magic") and words:
        name, _, argument = " ".join(words).partition(" ")
        return Magic("line", name.lstrip("%"), argument, call.lineno, 1, (), "")
    return None


def _expression(text: str) -> ast.expr | None:
    try:
        return parse_expression(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _place_in(cell: Cell, text: str, first_row: int, start: int, end: int) -> Place:
    """Return the place of a part of a text that starts at a cell's row `first_row`."""
    (row, column), (end_row, end_column) = position_of(text, start), position_of(text, end)
    return cell.place(first_row + row - 1, column, first_row + end_row - 1, end_column)
