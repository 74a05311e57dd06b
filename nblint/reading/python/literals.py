"""What expressions of a notebook are known to be: modules, strings, literal lists and dicts."""

from __future__ import annotations

import ast
from itertools import zip_longest

CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
SEQUENCES = frozenset(["list", "reversed", "set", "sorted", "tuple"])
MOST_STRINGS = 50  # that one expression may stand for
_LONGEST_STRING = 1000  # no variable has a longer name
_MOST_ELEMENTS = 1000  # of one list
# Methods of strings whose results are worked out.
_CASES = frozenset(["lower", "lstrip", "rstrip", "strip", "upper"])


class Names:
    """What names are bound to, as far as literals, imports and plain assignments tell."""

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

    def strings(self, node: ast.expr | None) -> tuple[str, ...] | None:
        """Return the strings that an expression can stand for; None if that cannot be told."""
        match node:
            case ast.Constant(value=str(text)):
                return (text,)
            case ast.Constant(value=bytes(text)):
                return (text.decode("utf-8", "replace"),)
            case ast.Subscript():
                found = self._strings.get(key_of(node) or "")
                if found is None and not isinstance(node.slice, ast.Constant):
                    return self._strings.get(any_item(key_of(node.value) or ""))
                return found
            case ast.Name() | ast.Attribute():
                return self._strings.get(key_of(node) or "")
            case ast.Call(func=ast.Attribute(attr=method, value=of), args=[], keywords=[]):
                return self._cased(of, method) if method in _CASES else None
            case ast.Call(func=ast.Attribute(attr="format", value=of), keywords=[]):
                return self._filled(of, "{}", node.args)
            case ast.BinOp(op=ast.Mod()):
                right = node.right
                return self._filled(
                    node.left, "%s", right.elts if isinstance(right, ast.Tuple) else [right]
                )
            case ast.IfExp():
                return union([self.strings(node.body), self.strings(node.orelse)])
            case ast.BinOp(op=ast.Add()):
                return _product([self.strings(node.left), self.strings(node.right)])
            case ast.JoinedStr():
                return _product([self.strings(part) for part in node.values])
            case ast.FormattedValue(conversion=-1, format_spec=None) | ast.NamedExpr():
                return self.strings(node.value)
        return None

    def elements(self, iterated: ast.expr) -> list[ast.expr] | None:
        """Return the elements of a literal list, tuple, set or dict, also under a name."""
        iterated = self.container(iterated) or iterated
        if isinstance(iterated, (ast.List, ast.Tuple, ast.Set)):
            return iterated.elts
        if isinstance(iterated, ast.Dict):
            return [key for key in iterated.keys if key is not None]
        if isinstance(iterated, ast.BinOp) and isinstance(iterated.op, ast.Add):
            left, right = self.elements(iterated.left), self.elements(iterated.right)
            both = None if left is None or right is None else [*left, *right]
            return both if both is None or len(both) <= _MOST_ELEMENTS else None
        if not isinstance(iterated, ast.Call):
            return None
        if isinstance(iterated.func, ast.Attribute) and not iterated.args:
            return self._given_by(iterated.func.value, iterated.func.attr)
        path = self.path(iterated.func)
        if path in SEQUENCES and iterated.args:
            return self.elements(iterated.args[0])
        if path == "enumerate" and iterated.args:
            number = ast.Constant(None)
            elements = self.elements(iterated.args[0])
            return elements and [ast.Tuple([number, e], ast.Load()) for e in elements]
        if path == "zip":
            columns = [self.elements(argument) for argument in iterated.args]
            rows = zip_longest(*(column or () for column in columns), fillvalue=None)
            nothing = ast.Constant(None)
            return [ast.Tuple([e or nothing for e in row], ast.Load()) for row in rows]
        return None

    def choices(self, node: ast.expr) -> tuple[str, ...] | None:
        """Return the strings that an expression can stand for, or that a list of them holds."""
        if (strings := self.strings(node)) is not None:
            return strings
        elements = self.elements(node)
        return union([self.strings(element) for element in elements]) if elements else None

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

    def _given_by(self, of: ast.expr, method: str) -> list[ast.expr] | None:
        """Return the elements of `d.items()` and its like, and of `"A B".split()`."""
        if method == "split":
            words = [word for string in self.strings(of) or () for word in string.split()]
            return [ast.Constant(word) for word in words[:_MOST_ELEMENTS]] or None
        mapping = self.container(of)
        if not isinstance(mapping, ast.Dict):
            return None
        keys = [key for key in mapping.keys if key is not None]
        if method == "keys":
            return keys
        if len(keys) < len(mapping.keys):
            return None
        if method == "values":
            return mapping.values
        pairs = zip(keys, mapping.values, strict=True)
        return [ast.Tuple([k, v], ast.Load()) for k, v in pairs] if method == "items" else None

    def _cased(self, of: ast.expr, method: str) -> tuple[str, ...] | None:
        strings = self.strings(of)
        if strings is None or any("\0" in string for string in strings):  # stands for a parameter
            return None
        return tuple(getattr(string, method)() for string in strings)

    def _filled(
        self, template: ast.expr, mark: str, arguments: list[ast.expr]
    ) -> tuple[str, ...] | None:
        """Return what comes of `"A_{}".format(x)` and `"A_%s" % x`."""
        strings = self.strings(template)
        if strings is None or len(strings) > 1:
            return None
        first, *rest = strings[0].split(mark)
        if len(rest) != len(arguments) or any(m in "".join((first, *rest)) for m in "{}%"):
            return None
        parts: list[tuple[str, ...] | None] = [(first,)]
        for argument, text in zip(arguments, rest, strict=True):
            parts += [self.strings(argument), (text,)]
        return _product(parts)


def column_of(elements: list[ast.expr], position: int) -> list[ast.expr]:
    """Return one column of a list of pairs; nothing if it is no list of pairs."""
    rows = [e.elts for e in elements if isinstance(e, (ast.Tuple, ast.List))]
    if len(rows) < len(elements) or any(len(row) <= position for row in rows):
        return []
    return [row[position] for row in rows]


def key_of(node: ast.expr) -> str | None:
    """Return what a value is kept under: `name`, `a.b`, `a['b']`."""
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


def any_item(container: str) -> str:
    """Return what the strings are kept under that any item of a container can be."""
    return f"{container}[]"


def union(found: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    strings: list[str] = []
    for part in found:
        if part is None:
            return None
        strings += part
    return tuple(dict.fromkeys(strings))[:MOST_STRINGS] or None


def _product(found: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    results: tuple[str, ...] = ("",)
    for part in found:
        if part is None or len(results) * len(part) > MOST_STRINGS:
            return None
        if max(map(len, results)) + max(map(len, part), default=0) > _LONGEST_STRING:
            return None
        results = tuple(before + after for before in results for after in part)
    return results
