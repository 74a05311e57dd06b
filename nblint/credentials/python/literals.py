"""Find the literals that an expression may evaluate to, and fold those that are put together."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

from nblint.reading.python.constants import Constants, Folds, Strings
from nblint.reading.python.names import called_name

# Calls that give back their text in another form: the literal inside is still the secret.
_WRAPPERS = frozenset(
    "SecretStr SecretBytes str bytes bytearray quote quote_plus Secret dedent Some Field field "
    "b64encode urlsafe_b64encode b64decode urlsafe_b64decode standard_b64decode unhexlify fromhex "
    "repr Variable StringVar InitVar Param Option Argument Query Header Form Body ib attrib Unicode CharField".split()
)
_TEXT_METHODS = frozenset(
    "strip lstrip rstrip encode decode lower upper removeprefix removesuffix casefold tag".split()
)
_QUOTES = frozenset({"quote", "quote_plus"})
_DEEPEST = 60
_MOST_FIELDS = 50
_NAME = 10  # how many levels of depth a name counts for


class LooseConstants(Constants):
    """Folds expressions to text that is near enough to search it for credentials.

    Unlike `Constants`, it ignores methods (`.strip()`) and the formats of fields, and it leaves
    fields of a URL as they are if their values are computed.

    Args:
        tree: The tree. What `name = "text"` assigns in it is known, unless a name is assigned
            twice.
    """

    longest: ClassVar[int] = 65_536

    def __init__(self, tree: ast.AST) -> None:
        self._tree = tree
        self._known: dict[str, ast.expr | None] | None = None

    def fold(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """Return the text of an expression of literals; None if it is not made of literals."""
        strings = self.strings(node, depth)
        return strings[0] if strings is not None else None

    def name(self, node: ast.Name, depth: int) -> Strings:
        """Return what a name in an expression stands for; a bare name is found where it is assigned."""
        return self.strings(self._assigned().get(node.id), depth + _NAME) if depth else None

    def field(self, node: ast.FormattedValue, depth: int) -> Strings:
        """Return what a field of an f-string stands for, in any format."""
        return self.strings(node.value, depth + 1)

    def call(self, node: ast.Call, depth: int) -> Strings:
        """Return what a method of a literal stands for, or `quote(…)`."""
        match node.func:
            case ast.Attribute(value=ast.Constant() | ast.JoinedStr() as inner, attr=method) if (
                method in _TEXT_METHODS
            ):
                return self.strings(inner, depth + 1)
            case ast.Attribute(value=ast.Constant(value=str() as template), attr="format"):
                return self._formatted(template, node, depth)
            case ast.Attribute(attr="join"):
                return super().call(node, depth)
            case ast.Name(id=called) | ast.Attribute(attr=called) if called in _QUOTES and depth:
                text = self.fold(node.args[0], depth + 1) if len(node.args) == 1 else None
                return (quote(text),) if text is not None else None
        return None

    def _formatted(self, template: str, node: ast.Call, depth: int) -> Strings:
        for keyword in node.keywords[:_MOST_FIELDS]:
            text = self.fold(keyword.value, depth + 1)
            if text is not None and len(template) <= self.longest:
                template = template.replace("{" + str(keyword.arg) + "}", text)
        if node.args:
            return self._filled(template, "{}", node.args, depth)
        return (template,) if node.keywords else None

    def filled(self, template: ast.expr, field: str, values: list[ast.expr], depth: int) -> Strings:
        """Return a template filled in order; in a URL, fields with computed values stay."""
        text = self.fold(template, depth + 1)
        return self._filled(text, field, values, depth) if text is not None else None

    def _filled(self, template: str, field: str, values: list[ast.expr], depth: int) -> Strings:
        first, *rest = template.split(field)
        if not 1 <= len(rest) <= len(values) <= _MOST_FIELDS:
            return None
        texts = [self.fold(value, depth + 1) for value in values[: len(rest)]]
        if None in texts and ("://" not in template or not any(texts)):
            return None
        filled = (text if text is not None else field for text in texts)
        pieces = (value + piece for value, piece in zip(filled, rest, strict=True))
        return ("".join((first, *pieces))[: self.longest],)

    def assigned(self, node: ast.expr) -> ast.expr | None:
        """Return what a name is assigned, if it is assigned once; any other expression as it is."""
        return self._assigned().get(node.id) if isinstance(node, ast.Name) else node

    def _assigned(self) -> dict[str, ast.expr | None]:
        if self._known is None:
            self._known = {}
            assignments = (n for n in statements(self._tree) if isinstance(n, ast.Assign))
            for node in assignments:
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        seen = target.id in self._known
                        self._known[target.id] = None if seen else node.value
        return self._known

    folds: ClassVar[Folds] = {
        **Constants.folds,
        ast.Name: name,
        ast.FormattedValue: field,
        ast.Call: call,
    }


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a tree without its expressions, which are most of it."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                stack.extend(inner)


def literals(
    node: ast.expr, constants: LooseConstants, depth: int = 0
) -> Iterator[tuple[ast.expr, str]]:
    """Yield every literal that an expression may evaluate to.

    Args:
        node: The expression.
        constants: Folds it.
        depth: How deep it is nested.

    Yields:
        Nodes and their texts: the `"a"` of `x or "a"`, both literals of `"a" if y else "b"`, the
        argument of `SecretStr("a")`; nothing for a look-up.
    """
    if depth > _DEEPEST:
        return
    text = constants.fold(node)
    if text is None:
        text = _beginning(node)
    if text is not None:
        yield node, text
        return
    for inner in _passed_on(node):
        yield from literals(inner, constants, depth + 1)


def _passed_on(node: ast.expr) -> list[ast.expr]:
    """Return the parts of an expression that it may evaluate to."""
    match node:
        case ast.BoolOp(values=values):
            return values
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
            return [value]
        case ast.Lambda(body=body):
            return [body]
        case ast.Subscript(value=ast.Dict(values=values)):
            return values  # `{"dev": "…"}[stage]`
        case ast.Call(func=ast.Name(id="next"), args=[_, default]):
            return [default]
        case ast.Call(func=func, args=arguments, keywords=keywords):
            called = called_name(func).rpartition(".")[2]
            if called in _WRAPPERS:
                return arguments[:1] + [k.value for k in keywords if k.arg == "default"]
            if called in _TEXT_METHODS and isinstance(func, ast.Attribute):
                return [func.value]
    return []


def _beginning(node: ast.expr) -> str | None:
    """Return the literal that `f"Bearer abc…{suffix}"` starts with, if it is long enough to judge."""
    match node:
        case (
            ast.JoinedStr(values=[ast.Constant(value=str() as text), *_])
            | ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Add())
        ) if len(text) > 12:
            return text
    return None
