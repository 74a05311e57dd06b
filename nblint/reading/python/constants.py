"""Work out which strings an expression stands for, without running anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from typing import Any, ClassVar, TypeAlias

# What an expression can stand for: one or more strings; None if that is not known.
Strings: TypeAlias = tuple[str, ...] | None
Folds: TypeAlias = dict[type, Callable[[Any, Any, int], Strings]]

_DEEPEST = 60
_MOST_PARTS = 500  # of one sum


class Constants:
    """Folds expressions that are made of literals.

    This class is exact: it returns what Python would compute, or None. A subclass knows what names
    stand for, and adds to `folds` what else it can fold.

    Attributes:
        folds: Functions that fold an expression, by the class of its node.
        most: How many strings one expression may stand for.
        longest: How long each of them may be.
    """

    most: ClassVar[int] = 1
    longest: ClassVar[int] = 1000

    def strings(self, node: ast.expr | None, depth: int = 0) -> Strings:
        """Return the strings that an expression can stand for; None if that is not known.

        Args:
            node: The expression.
            depth: How deep it is nested in the one that was asked for.
        """
        fold = self.folds.get(node.__class__)
        return fold(self, node, depth) if fold is not None and depth <= _DEEPEST else None

    def constant(self, node: ast.Constant, depth: int) -> Strings:
        """Return the text of a literal; each byte of bytes becomes a character."""
        value = node.value
        if isinstance(value, str):
            return (value,)
        return (value.decode("latin-1"),) if isinstance(value, bytes) else None

    def f_string(self, node: ast.JoinedStr, depth: int) -> Strings:
        """Return what an f-string stands for."""
        return self.joined(node.values, depth)

    def field(self, node: ast.FormattedValue, depth: int) -> Strings:
        """Return what a field of an f-string stands for, if it has no conversion and no format."""
        is_plain = node.conversion == -1 and node.format_spec is None
        return self.strings(node.value, depth + 1) if is_plain else None

    def operation(self, node: ast.BinOp, depth: int) -> Strings:
        """Return what `"a" + b` and `"a%s" % b` stand for."""
        if isinstance(node.op, ast.Add):
            parts = _parts_of_sum(node)
            return self.joined(parts, depth) if len(parts) <= _MOST_PARTS else None
        if isinstance(node.op, ast.Mod):
            right = node.right
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            return self.filled(node.left, "%s", values, depth)
        return None

    def call(self, node: ast.Call, depth: int) -> Strings:
        """Return what `"-".join([a, b])` and `"{}-{}".format(a, b)` stand for."""
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as separator), attr="join"),
                args=[ast.List(elts=parts) | ast.Tuple(elts=parts)],
            ):
                return self.joined(parts, depth, separator)
            case ast.Call(func=ast.Attribute(value=template, attr="format"), keywords=[]):
                return self.filled(template, "{}", node.args, depth)
        return None

    def joined(self, nodes: Iterable[ast.expr], depth: int, separator: str = "") -> Strings:
        """Return what expressions stand for, joined."""
        parts = []
        for node in nodes:
            strings = self.strings(node, depth + 1)
            if strings is None:
                return None
            parts.append(strings)
        return self.combined(parts, separator)

    def filled(self, template: ast.expr, field: str, values: list[ast.expr], depth: int) -> Strings:
        """Return what a template stands for when its fields are filled in order.

        Args:
            template: The template. It may hold no fields of another form.
            field: What each of its fields looks like.
            values: One value for each field.
            depth: How deep they are nested.
        """
        templates = self.strings(template, depth + 1)
        if templates is None or len(templates) > 1:
            return None
        first, *rest = templates[0].split(field)
        if len(rest) != len(values) or any(mark in "".join((first, *rest)) for mark in "{}%"):
            return None
        parts: list[tuple[str, ...]] = [(first,)]
        for value, text in zip(values, rest, strict=True):
            strings = self.strings(value, depth + 1)
            if strings is None:
                return None
            parts += [strings, (text,)]
        return self.combined(parts)

    def combined(self, parts: list[tuple[str, ...]], separator: str = "") -> Strings:
        """Return every combination of one string from each part, joined."""
        if prod(map(len, parts)) > self.most:
            return None
        if sum(max(map(len, part)) for part in parts) > self.longest:
            return None
        return tuple(map(separator.join, product(*parts)))

    folds: ClassVar[Folds] = {
        ast.Constant: constant,
        ast.JoinedStr: f_string,
        ast.FormattedValue: field,
        ast.BinOp: operation,
        ast.Call: call,
    }


def _parts_of_sum(node: ast.BinOp) -> list[ast.expr]:
    """Return the operands of a sum, in a loop because it nests one level for each of them."""
    parts = [node.right]
    left = node.left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        parts.append(left.right)
        left = left.left
    return [left, *reversed(parts)]
