"""The parameters that a cell assigns, and whether papermill can replace them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Cell, Place
from nblint.reading.python.cells import PythonCell


class Parameter(Struct, frozen=True):
    """A name that the parameters cell assigns.

    Attributes:
        name: The name.
        place: The name's place.
        value: The assigned value; None where it has none.
        obstacle: Why papermill cannot infer or replace it faithfully; None where it can.
        comment: The comment after it, which papermill shows as its help.
    """

    name: str
    place: Place
    value: ast.expr | None
    obstacle: str | None
    comment: str


def assigned_in(python: PythonCell) -> Iterator[Parameter]:
    """Yield the names that a cell assigns at its top level, each once; without those with a `_`.

    Args:
        python: The cell.
    """
    if python.tree is None:
        return
    found: dict[str, Parameter] = {}
    for statement, is_conditional in _statements(python.tree.body):
        for target, value, obstacle in _targets(statement):
            if target.id.startswith("_"):
                continue
            problem = "is assigned under a condition" if is_conditional else obstacle
            comment = _comment(python.cell, statement)
            new = Parameter(target.id, python.place(target), value, problem, comment)
            first = found.setdefault(target.id, new)
            found[target.id] = replace(first, obstacle=first.obstacle or problem)
    yield from found.values()


def _statements(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield statements and whether they are conditional; loops and functions set no parameters."""
    pending = [(statement, False) for statement in body]
    while pending:
        statement, is_conditional = pending.pop(0)
        yield statement, is_conditional
        inner: list[ast.stmt] = []
        if isinstance(statement, (ast.If, ast.Try)):
            inner = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.stmt)]
        if isinstance(statement, ast.Try):
            inner += [n for handler in statement.handlers for n in handler.body]
        pending[:0] = [(nested, True) for nested in inner]


def _targets(statement: ast.stmt) -> Iterator[tuple[ast.Name, ast.expr | None, str | None]]:
    """Yield the names that a statement assigns, their values, and the obstacles to them."""
    match statement:
        case ast.Assign(targets=[ast.Name() as name], value=value):
            yield name, value, _obstacle(value)
        case ast.AnnAssign(target=ast.Name() as name, value=None):
            yield name, None, "has no value"
        case ast.AnnAssign(target=ast.Name() as name, value=ast.expr() as value):
            yield name, value, _obstacle(value)
        case ast.AugAssign(target=ast.Name() as name):
            yield name, None, "is changed in place"
        case ast.Assign(targets=targets):
            for target in targets:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node, None, "is assigned together with others"


def _obstacle(value: ast.expr) -> str | None:
    """Return why papermill cannot replace this value by another one; None where it can.

    It writes the values of JSON and YAML: text, numbers, booleans, null, lists and mappings.
    """
    pending: list[ast.AST] = [value]
    while pending:
        match node := pending.pop():
            case ast.Constant(value=None | bool() | int() | float() | str()):
                continue
            case ast.Constant(value=other):
                return f"is {_kind(other)}, which papermill cannot write"
            case ast.Set():
                return "is a set, which papermill cannot write"
            case ast.Call(func=ast.Name(id="float"), args=[ast.Constant()], keywords=[]):
                continue  # papermill's own way to write infinity and NaN
            case ast.Dict(keys=keys) if None in keys:
                return "is computed"
            case ast.List() | ast.Tuple() | ast.Dict() | ast.BinOp() | ast.UnaryOp():
                pending += [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
            case ast.JoinedStr(values=values) if all(isinstance(v, ast.Constant) for v in values):
                continue
            case _:
                return "is computed"
    return None


def _kind(value: object) -> str:
    return {bytes: "bytes", complex: "a complex number"}.get(type(value), "an ellipsis")


def _comment(cell: Cell, statement: ast.stmt) -> str:
    """Return the comment after a statement, without `type:`; Colab's `@param` is not one."""
    row = cell.rows[(statement.end_lineno or 1) - 1] if statement.end_lineno else ""
    after = row.encode("utf-8", "surrogatepass")[statement.end_col_offset or 0 :]
    text = after.decode("utf-8", "replace").strip()
    if not text.startswith("#"):
        return ""
    comment = re.sub(r"^#+\s*(?:type:\s*\S+\s*#?\s*)?", "", text)
    return "" if comment.startswith("@param") else comment
