"""String constants of a syntax tree: what an expression is worth without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from urllib.parse import quote

# Calls that give back their text in another form: the literal inside is still the secret.
_WRAPPERS = frozenset(
    "SecretStr SecretBytes str bytes bytearray quote quote_plus Secret dedent Some Field field "
    "b64encode urlsafe_b64encode b64decode urlsafe_b64decode standard_b64decode unhexlify fromhex "
    "repr Variable StringVar InitVar Param Option Argument Query Header Form Body ib attrib Unicode CharField".split()
)
_TEXT_METHODS = frozenset(
    "strip lstrip rstrip encode decode lower upper removeprefix removesuffix casefold tag".split()
)
_LONGEST = 65_536
_DEEPEST = 60


class Constants:
    """Folds expressions to text.

    Args:
        tree: The tree whose plain assignments `name = "text"` are known; a name that is assigned
            twice is not.
    """

    def __init__(self, tree: ast.AST) -> None:
        self._tree = tree
        self._known: dict[str, ast.expr | None] | None = None

    def fold(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """Return what an expression of literals evaluates to.

        Args:
            node: The expression.
            depth: How deep it is nested already.

        Returns:
            The text; None for whatever is not made of literals alone.
        """
        if node is None or depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=str() as text):
                return text
            case ast.Constant(value=bytes() as data):
                return data.decode("latin-1")
            case ast.JoinedStr(values=parts):
                return self._joined(parts, "", depth)
            case ast.FormattedValue(value=value):
                return self.fold(value, depth + 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum(left, right, depth)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._percent(left, right, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.Name(id=name) if depth:
                known = self._names().get(name)
                return self.fold(known, depth + 10) if known is not None else None
        return None

    def _joined(self, nodes: list[ast.expr], separator: str, depth: int) -> str | None:
        parts = [self.fold(node, depth + 1) for node in nodes]
        if any(part is None for part in parts):
            return None
        return separator.join(part for part in parts if part is not None)[:_LONGEST]

    def _sum(self, left: ast.expr, right: ast.expr, depth: int) -> str | None:
        # "a" + "b" + … nests to the left, one level a literal: in a loop, not by recursion.
        parts = [right]
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            parts.append(left.right)
            left = left.left
        parts.append(left)
        return self._joined(parts[::-1], "", depth) if len(parts) <= 500 else None

    def _percent(self, left: ast.expr, right: ast.expr, depth: int) -> str | None:
        template = self.fold(left, depth + 1)
        if template is None:
            return None
        values = right.elts if isinstance(right, ast.Tuple) else [right]
        return self._filled(template, "%s", values, depth)

    def _filled(self, template: str, field: str, values: list[ast.expr], depth: int) -> str | None:
        """Fill a template in order; in a URL, a field whose value is computed stays as it is."""
        pieces = template.split(field)
        if not 1 <= len(pieces) - 1 <= len(values) <= 50:
            return None
        texts = [self.fold(value, depth + 1) for value in values[: len(pieces) - 1]]
        if None in texts and ("://" not in template or not any(texts)):
            return None
        filled = (text if text is not None else field for text in texts)
        rest = (value + piece for value, piece in zip(filled, pieces[1:], strict=True))
        return "".join((pieces[0], *rest))[:_LONGEST]

    def _call(self, node: ast.Call, depth: int) -> str | None:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr=method)) if (
                method in _TEXT_METHODS and isinstance(inner, (ast.Constant, ast.JoinedStr))
            ):
                return self.fold(inner, depth + 1)
            case ast.Call(func=func, args=[inner]) if depth and called_name(func).rpartition(".")[
                2
            ] in ("quote", "quote_plus"):
                text = self.fold(inner, depth + 1)
                return quote(text) if text is not None else None
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as separator), attr="join"),
                args=[ast.List(elts=parts) | ast.Tuple(elts=parts)],
            ):
                return self._joined(parts, separator, depth)
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as template), attr="format"),
                args=[*values],
                keywords=keywords,
            ):
                for keyword in keywords[:50]:
                    text = self.fold(keyword.value, depth + 1)
                    if text is not None and len(template) <= _LONGEST:
                        template = template.replace("{" + str(keyword.arg) + "}", text)
                if values:
                    return self._filled(template, "{}", values, depth)
                return template if keywords else None
        return None

    def _names(self) -> dict[str, ast.expr | None]:
        if self._known is None:
            self._known = {}
            for node in statements(self._tree):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Name):
                            seen = target.id in self._known
                            self._known[target.id] = None if seen else node.value
        return self._known


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a tree, and no expression: those are most of it."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                stack.extend(inner)


def literals(
    node: ast.expr, constants: Constants, depth: int = 0
) -> Iterator[tuple[ast.expr, str]]:
    """Yield every literal that an expression may evaluate to.

    Args:
        node: The expression.
        constants: What folds it.
        depth: How deep it is nested already.

    Yields:
        The node and its text: of `x or "a"` the `"a"`, of `"a" if y else "b"` both, of
        `SecretStr("a")` its argument; of a look-up, nothing.
    """
    if depth > _DEEPEST:
        return
    text = constants.fold(node)
    if text is not None:
        yield node, text
        return
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from literals(value, constants, depth + 1)
        case ast.IfExp(body=body, orelse=orelse):
            yield from literals(body, constants, depth + 1)
            yield from literals(orelse, constants, depth + 1)
        case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
            yield from literals(value, constants, depth + 1)
        case ast.Call(func=func, args=arguments, keywords=keywords):
            called = called_name(func).rpartition(".")[2]
            if called in _WRAPPERS:
                inner = arguments[:1] + [k.value for k in keywords if k.arg == "default"]
                for value in inner:
                    yield from literals(value, constants, depth + 1)
            elif called in _TEXT_METHODS and isinstance(func, ast.Attribute):
                yield from literals(func.value, constants, depth + 1)
        case ast.Lambda(body=body):
            yield from literals(body, constants, depth + 1)
        case (
            ast.JoinedStr(values=[ast.Constant(value=str() as text), *_])
            | ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Add())
        ) if len(text) > 12:
            # f"Bearer abc…{suffix}": what stands there is literal enough to judge.
            yield node, text


def called_name(node: ast.expr) -> str:
    """Return a call's dotted name as far as it is written out: `requests.auth.HTTPBasicAuth`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))
