"""Know what names stand for: modules, strings, literal lists and dicts."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import zip_longest
from typing import ClassVar, cast

from nblint.reading.python.constants import Constants, Folds, Strings
from nblint.reading.python.visitor import below

CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
SEQUENCES = frozenset(["list", "reversed", "set", "sorted", "tuple"])
MOST_STRINGS = 50  # that one expression may stand for
_MOST_ELEMENTS = 1000  # of one list
# Methods of strings whose results are computed.
_CASES = frozenset(["lower", "lstrip", "rstrip", "strip", "upper"])


class Names(Constants):
    """What names are bound to by literals, imports and plain assignments."""

    most: ClassVar[int] = MOST_STRINGS

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}  # names of modules and what is imported from them
        self._strings: dict[str, tuple[str, ...]] = {}  # by name, `a.b` or `a['b']`
        self._containers: dict[str, ast.expr] = {}  # literal lists, tuples, sets and dicts

    def path(self, node: ast.expr) -> str | None:
        """Return the full dotted name of an expression such as `o.environ`: `os.environ`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Call):
            root = self._path_of_call(node)
        elif isinstance(node, ast.Name):
            root = self._paths.get(node.id, node.id)
        else:
            return None
        return ".".join((root, *reversed(parts))) if root else None

    def _path_of_call(self, call: ast.Call) -> str | None:
        """Return the path of `partial(os.getenv, …)` and of `__import__("os")`."""
        if not isinstance(call.func, (ast.Name, ast.Attribute)) or len(call.args) != 1:
            return None
        path, argument = self.path(call.func), call.args[0]
        if path == "functools.partial":
            return self.path(argument)
        if path in ("__import__", "importlib.import_module") and isinstance(argument, ast.Constant):
            return str(argument.value)
        return None

    def name(self, node: ast.Name | ast.Attribute, depth: int) -> Strings:
        """Return the strings that a name stands for."""
        return self._strings.get(key_of(node) or "")

    def item(self, node: ast.Subscript, depth: int) -> Strings:
        """Return the strings that an item can be: those of any item if its key is computed."""
        found = self._strings.get(key_of(node) or "")
        if found is None and not isinstance(node.slice, ast.Constant):
            return self._strings.get(any_item(key_of(node.value) or ""))
        return found

    def choice(self, node: ast.IfExp, depth: int) -> Strings:
        """Return the strings of both sides of `a if x else b`."""
        return union(self.strings(side, depth + 1) for side in (node.body, node.orelse))

    def assigned(self, node: ast.NamedExpr, depth: int) -> Strings:
        """Return the strings of `name := value`."""
        return self.strings(node.value, depth + 1)

    def call(self, node: ast.Call, depth: int) -> Strings:
        """Return what methods of strings without arguments return, besides what is joined."""
        match node:
            case ast.Call(func=ast.Attribute(value=of, attr=method), args=[], keywords=[]) if (
                method in _CASES
            ):
                strings = self.strings(of, depth + 1)
                if strings is None or any("\0" in text for text in strings):
                    return None  # it stands for a parameter
                return tuple(getattr(text, method)() for text in strings)
        return super().call(node, depth)

    folds: ClassVar[Folds] = {
        **Constants.folds,
        ast.Name: name,
        ast.Attribute: name,
        ast.Subscript: item,
        ast.IfExp: choice,
        ast.NamedExpr: assigned,
        ast.Call: call,
    }

    def elements(self, iterated: ast.expr) -> list[ast.expr] | None:
        """Return the elements of a literal list, tuple, set or dict, or of a name bound to one."""
        match self.container(iterated) or iterated:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return elements
            case ast.Dict(keys=keys):
                return [key for key in keys if key is not None]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._both(left, right)
            case ast.Call(func=ast.Attribute(value=of, attr=method), args=[]):
                return self._given_by(of, method)
            case ast.Call(func=function, args=arguments):
                return self._built(self.path(function), arguments)
        return None

    def choices(self, node: ast.expr) -> Strings:
        """Return the strings that an expression can stand for, or that a list of them holds."""
        if (strings := self.strings(node)) is not None:
            return strings
        elements = self.elements(node)
        return union(map(self.strings, elements)) if elements else None

    def container(self, node: ast.expr | None) -> ast.expr | None:
        """Return the literal list, tuple, set or dict that an expression is or is bound to."""
        if isinstance(node, CONTAINERS):
            return node
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._containers.get(key_of(node) or "")
        if isinstance(node, ast.Call) and self.path(node.func) == "dict" and not node.args:
            keys = [ast.Constant(k.arg) if k.arg else None for k in node.keywords]
            return ast.Dict([*keys], [k.value for k in node.keywords])
        return None

    def _both(self, left: ast.expr, right: ast.expr) -> list[ast.expr] | None:
        """Return the elements of `["a"] + names`."""
        first, second = self.elements(left), self.elements(right)
        if first is None or second is None or len(first) + len(second) > _MOST_ELEMENTS:
            return None
        return [*first, *second]

    def _built(self, function: str | None, arguments: list[ast.expr]) -> list[ast.expr] | None:
        """Return the elements of `sorted(x)`, `enumerate(x)` and `zip(x, y)`."""
        if function == "zip":
            return self._zipped(arguments)
        if not arguments or (function not in SEQUENCES and function != "enumerate"):
            return None
        elements = self.elements(arguments[0])
        if function != "enumerate" or elements is None:
            return elements
        return [_pair(ast.Constant(None), element) for element in elements]

    def _zipped(self, arguments: list[ast.expr]) -> list[ast.expr]:
        columns = [self.elements(argument) or () for argument in arguments]
        nothing = ast.Constant(None)
        rows = zip_longest(*columns, fillvalue=nothing)
        return [ast.Tuple([*row], ast.Load()) for row in rows]

    def _given_by(self, of: ast.expr, method: str) -> list[ast.expr] | None:
        """Return the elements of `d.items()` and the like, and of `"A B".split()`."""
        if method == "split":
            words = [word for string in self.strings(of) or () for word in string.split()]
            return [ast.Constant(word) for word in words[:_MOST_ELEMENTS]] or None
        mapping = self.container(of)
        if not isinstance(mapping, ast.Dict):
            return None
        keys = [key for key in mapping.keys if key is not None]
        is_whole = len(keys) == len(mapping.keys)
        match method:
            case "keys":
                return keys
            case "values" if is_whole:
                return mapping.values
            case "items" if is_whole:
                return [*map(_pair, keys, mapping.values)]
        return None


def _pair(first: ast.expr, second: ast.expr) -> ast.expr:
    return ast.Tuple([first, second], ast.Load())


def column_of(elements: list[ast.expr], position: int) -> list[ast.expr]:
    """Return one column of a list of tuples; an empty list if it is not one."""
    rows = [e.elts for e in elements if isinstance(e, (ast.Tuple, ast.List))]
    if len(rows) < len(elements) or any(len(row) <= position for row in rows):
        return []
    return [row[position] for row in rows]


def key_of(node: ast.expr) -> str | None:
    """Return the key that a value is kept under: `name`, `a.b`, `a['b']`."""
    suffix = ""
    for _ in range(10):
        if isinstance(node, ast.Name):
            return node.id + suffix
        if isinstance(node, ast.Attribute):
            suffix, node = f".{node.attr}{suffix}", node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            suffix, node = f"[{node.slice.value!r}]{suffix}", node.value
        else:
            break
    return None


def bound_in(statement: ast.stmt, known: dict[ast.stmt, frozenset[str]]) -> frozenset[str]:
    """Return the keys of what a statement binds, and the statements in it.

    Args:
        statement: The statement.
        known: Keeps the keys, because every `elif` above a statement asks again.
    """
    if statement not in known:
        keys: set[str] = set()
        nodes = below(statement)
        while nodes:
            node = nodes.pop()
            if isinstance(node, ast.stmt):
                keys |= bound_in(node, known)
                continue
            is_bound = isinstance(getattr(node, "ctx", None), ast.Store)
            if is_bound and (key := key_of(cast("ast.expr", node))):
                keys.add(key)
            nodes += below(node)
        known[statement] = frozenset(keys)
    return known[statement]


def any_item(container: str) -> str:
    """Return the key for the strings that any item of a container can be."""
    return f"{container}[]"


def union(found: Iterable[Strings]) -> Strings:
    """Return all strings that several expressions can stand for; None if one is not known."""
    strings: list[str] = []
    for part in found:
        if part is None:
            return None
        strings += part
    return tuple(dict.fromkeys(strings))[:MOST_STRINGS] or None


def called_name(node: ast.expr) -> str:
    """Return the dotted name that a call spells out: `requests.auth.HTTPBasicAuth`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))
