"""Cells that are not Python as they stand: magics, prompts, and what other tools make of a cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import zip_longest

from msgspec.structs import replace

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
from nblint.reading.python.syntax import AUTOMAGICS, Problem, PythonSource, has_command, parse

# Cell magics whose body runs as Python: IPython's own, and those of widely used extensions.
# https://ipython.readthedocs.io/en/stable/interactive/magics.html
PYTHON_BODIES = frozenset({
    "capture", "debug", "heat", "ipytest", "local", "lprun", "manim", "memit", "mprun", "prun",
    "px", "pyinstrument", "pypy", "python", "python3", "scalene", "snakeviz", "time", "timeit",
    "wandb",
})  # fmt: skip
# Line magics that run their argument as Python, and which of their options take a value.
_STATEMENT_MAGICS = {
    "time": "", "timeit": "nrp", "prun": "lsTD", "memit": "rt", "lprun": "fmTDu", "px": "",
}  # fmt: skip
# A Databricks cell names its language in its first line, after one percent sign.
# https://docs.databricks.com/en/notebooks/notebooks-code.html#mix-languages
_DATABRICKS = lazy_pattern(r"\s*%(python|sql|scala|r|sh|fs|md)\b[ \t]*([^\n]*)(?:\n|\Z)")
# Colab accepts a form's comment above a cell magic.
_COMMENTED_CELL_MAGIC = lazy_pattern(r"(?:[ \t]*#[^\n]*\n|[ \t]*\n)+(?=%%\w)")
_NESTED_CELL_MAGICS = 10  # `%%capture` over `%%time` over ...; nobody nests deeper


def read_special(text: str) -> PythonSource:
    r"""Read a cell's text as `nblint.reading.python.cells.read_source` does.

    Args:
        text: The text, in which `\n` is the only line end.
    """
    if has_ipython_prompts(text):
        return _read_ipython(*strip_prompts(text))
    if has_command(text):  # most likely not Python as it is, so that is tried later
        read = _read_ipython(text)
        if read.error is None:
            return read
    parsed = parse(text)
    if isinstance(parsed, ast.Module):
        return PythonSource(parsed, _automagic(text) if "\n" not in text.strip() else ())
    read = _read_ipython(text)
    if read.error is not None:
        for alternative in _other_readings(text):
            if alternative.error is None:
                return alternative
    return read


def _read_ipython(text: str, shifts: tuple[int, ...] = ()) -> PythonSource:
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
    parsed = parse(plain.text)
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
            body = read_special("\n" * (body_row - 1) + text[end:])
            yield replace(body, magics=(magic, *body.magics))
    if found := _COMMENTED_CELL_MAGIC.match(text):
        yield _read_ipython("\n" * found[0].count("\n") + text[found.end() :])
    if has_prompts(text):
        yield _read_ipython(*strip_prompts(text))
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
    if name not in AUTOMAGICS or argument.lstrip()[:1] in tuple(python):
        return ()
    start = text.index(line)
    row, column = position_of(text, start)
    pieces = (Piece(0, row, column + min(len(line), len(name) + 1)),)
    return (Magic("line", name, argument, row, column, pieces),)


def _timed_command(magic: Magic) -> Magic:
    """Return the shell line that ``%time !command`` runs; any other magic as it is."""
    if magic.kind != "line" or magic.name not in _STATEMENT_MAGICS:
        return magic
    start = _statement_offset(magic)
    return magic.command(start) if magic.argument.startswith("!", start) else magic


def _statements(magic: Magic) -> list[ast.stmt]:
    """Return the statements that a magic such as ``%time`` runs, with their places in the cell."""
    offset = _statement_offset(magic)
    parsed = parse(magic.argument[offset:])
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


def _added(before: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip_longest(before, more, fillvalue=0)))
