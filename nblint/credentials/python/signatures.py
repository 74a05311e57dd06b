"""What the functions and classes of a cell take, in order, by name."""

from __future__ import annotations

import ast

from nblint.credentials.python.literals import statements
from nblint.reading.python.names import called_name


def signatures(tree: ast.AST) -> dict[str, list[str]]:
    """Return the names of the positional parameters of what a cell defines.

    Args:
        tree: The cell's tree.

    Returns:
        By the name of a function, a class with `__init__` or fields, or a named tuple.
    """
    found: dict[str, list[str]] = {}
    for node in statements(tree):
        match node:
            case ast.ClassDef(name=name):
                found[name] = _fields(node)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.setdefault(name, _parameters(node.args))
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(args=[_, fields, *_]) as call
            ):
                if called_name(call.func).rpartition(".")[2] in ("namedtuple", "NamedTuple"):
                    found[name] = _named(fields)
    return found


def _parameters(arguments: ast.arguments) -> list[str]:
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    return names[1:] if names[:1] == ["self"] else names


def _fields(node: ast.ClassDef) -> list[str]:
    """Return what a class takes: the parameters of `__init__`, or the fields of a data class."""
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
            return _parameters(inner.args)
    fields = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
    return [field.id for field in fields if isinstance(field, ast.Name)]


def _named(fields: ast.expr) -> list[str]:
    """Return the fields of `namedtuple("A", "b c")`, `namedtuple("A", ["b", "c"])`."""
    match fields:
        case ast.Constant(value=str() as text):
            return text.replace(",", " ").split()
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [str(one.value) if isinstance(one, ast.Constant) else "" for one in elements]
    return []
