"""Visits the nodes of a syntax tree: as `ast.NodeVisitor` does, in less time."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

# Most nodes of a tree, without any below them; no visitor needs them.
_LEAVES = (ast.Name, ast.Constant, ast.alias, ast.operator, ast.cmpop, ast.boolop)
# The fields that never hold a node other than a leaf.
_PLAIN = frozenset(
    "arg asname attr ctx id kind level lineno module name names op ops rest type_comment".split()
)
# The fields that hold statements, or what holds some, in the order of those of any class.
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class Visitor(ast.NodeVisitor):
    """Calls the method `visit_` with the name of a node's class for each node, if it exists.

    A method must visit the nodes below its own. Names, constants and operators have no method.

    Attributes:
        unvisited: The classes of nodes that are not visited, and neither is what is below them.
    """

    unvisited: frozenset[type[ast.AST]] = frozenset([ast.Name, ast.Constant])

    def visit(self, node: ast.AST) -> None:
        """Visit a node."""
        kind = node.__class__
        if kind in self.unvisited:
            return
        method = _METHODS[self.__class__, kind]
        if method is None:
            self.generic_visit(node)
        else:
            method(self, node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit the nodes below a node."""
        for inner in below(node):
            self.visit(inner)


def walk(tree: ast.AST, skip: Callable[[ast.AST], bool] | None = None) -> Iterator[ast.AST]:
    """Yield a node and the nodes below it, in no particular order.

    Faster than `ast.walk`: operators, contexts and the names of imports are left out.

    Args:
        tree: The node.
        skip: Tells whether a node and the nodes below it are left out.
    """
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if skip is not None and skip(node):
            continue
        yield node
        nodes += below(node)


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and the statements below it, in the order of `ast.walk`.

    What holds statements, such as a handler of exceptions, is yielded as well.
    """
    nodes = [tree]
    for node in nodes:  # grows
        yield node
        for field in _BLOCKS:
            nodes += getattr(node, field, ())


def below(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly below a node, without those that a walk leaves out."""
    nodes: list[ast.AST] = []
    for field in _FIELDS[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            nodes += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            nodes.append(value)
    return nodes


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of a class that can hold nodes to visit."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields: tuple[str, ...] = () if issubclass(kind, _LEAVES) else getattr(kind, "_fields", ())
        self[kind] = found = tuple(field for field in fields if field not in _PLAIN)
        return found


class _Methods(dict[tuple[type, type], Callable[[Any, ast.AST], None] | None]):
    """The method of a visitor's class for a class of nodes; None without one."""

    def __missing__(self, key: tuple[type, type]) -> Callable[[Any, ast.AST], None] | None:
        visitor, kind = key
        self[key] = found = getattr(visitor, f"visit_{kind.__name__}", None)
        return found


_FIELDS, _METHODS = _Fields(), _Methods()
