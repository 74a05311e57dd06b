"""What the names of a notebook stand for: modules, literal strings, values of variables."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import TypeAlias

# The environment variables whose values an expression holds; EVERYTHING stands for all of them.
Held: TypeAlias = frozenset[str]
NOTHING: Held = frozenset()
EVERYTHING = "*"
# The path of what a copy of the environment is bound to.
COPY = "a copy of os.environ"

_CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_SEQUENCES = frozenset(["list", "reversed", "set", "sorted", "tuple"])
_MOST_STRINGS = 50  # that one expression may stand for
_LONGEST_STRING = 1000  # no variable has a longer name
_STARRED = {"os": ("environ", "getenv", "getenvb", "environb", "putenv", "unsetenv")}
# Methods and functions whose result shows what went in.
_TRANSPARENT_METHODS = frozenset({
    "capitalize", "center", "copy", "decode", "encode", "expandtabs", "format", "get", "hex",
    "items", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix",
    "replace", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "strip", "title",
    "upper", "values", "zfill",
})  # fmt: skip
_TRANSPARENT_FUNCTIONS = frozenset({
    "ascii", "base64.b64encode", "bytes", "dict", "format", "json.dumps", "list",
    "pandas.DataFrame", "pandas.Series", "pprint.pformat", "repr", "reversed", "set", "sorted",
    "str", "tuple",
    "IPython.display.Code", "IPython.display.HTML", "IPython.display.JSON",
    "IPython.display.Markdown", "IPython.display.Pretty",
})  # fmt: skip


class Scope:
    """The bindings of names, followed from cell to cell in the notebook's order.

    Args:
        variable_of: Returns the variables that an expression reads from the environment; None
            where it reads none.
    """

    def __init__(self, variable_of: Callable[[ast.expr], Held | None]) -> None:
        self._variable_of = variable_of
        self._paths: dict[str, str] = {}  # names of modules and what is imported from them
        self._strings: dict[str, tuple[str, ...]] = {}  # by name, `a.b` or `a['b']`
        self._containers: dict[str, ast.expr] = {}  # literal lists, tuples, sets and dicts
        self._held: dict[str, Held] = {}  # by the same
        self._itemized: set[str] = set()  # containers whose items stand in `_held`

    def path(self, node: ast.expr) -> str | None:
        """Return the full dotted name of an expression such as `o.environ`: `os.environ`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        root = self._paths.get(node.id, node.id)
        return ".".join((root, *reversed(parts))) if root else None

    def strings(self, node: ast.expr | None) -> tuple[str, ...] | None:
        """Return the strings that an expression can stand for; None if that cannot be told."""
        match node:
            case ast.Constant(value=str(text)):
                return (text,)
            case ast.Constant(value=bytes(text)):
                return (text.decode("utf-8", "replace"),)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._strings.get(_key(node) or "")
            case ast.IfExp():
                return _union([self.strings(node.body), self.strings(node.orelse)])
            case ast.BinOp(op=ast.Add()):
                return _product([self.strings(node.left), self.strings(node.right)])
            case ast.JoinedStr():
                return _product([self.strings(part) for part in node.values])
            case ast.FormattedValue(conversion=-1, format_spec=None) | ast.NamedExpr():
                return self.strings(node.value)
        return None

    def holds(self, node: ast.expr | None) -> Held:
        """Return the variables whose values can be seen in an expression's value."""
        if node is None:
            return NOTHING
        if (read := self._variable_of(node)) is not None:
            return read
        match node:
            case ast.Name() | ast.Attribute():
                return self._held.get(_key(node) or "", NOTHING)
            case ast.Subscript():
                key, container = _key(node), _key(node.value)
                if key is not None and (key in self._held or container in self._itemized):
                    return self._held.get(key, NOTHING)
                return self.holds(node.value)
            case ast.Call():
                return self._returned(node)
            case ast.BoolOp(op=ast.And()):
                return self.holds(node.values[-1])
            case ast.JoinedStr() | ast.BoolOp():
                return self._all(node.values)
            case ast.FormattedValue() | ast.NamedExpr() | ast.Starred() | ast.Await():
                return self.holds(node.value)
            case ast.BinOp(op=ast.Add() | ast.Mod() | ast.Mult() | ast.BitOr()):
                return self.holds(node.left) | self.holds(node.right)
            case ast.IfExp():
                return self.holds(node.body) | self.holds(node.orelse)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._all(node.elts)
            case ast.Dict():
                return self._all(node.values)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                with self.loops(node.generators):
                    return self.holds(node.elt)
            case ast.DictComp():
                with self.loops(node.generators):
                    return self.holds(node.value)
        return NOTHING

    def bind(self, target: ast.expr, value: ast.expr | None) -> None:
        """Bind what stands left of a `=`."""
        if isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else None
            if values is None or len(values) != len(target.elts):
                held = self.holds(value)
                for element in target.elts:
                    self._bind_held(element, held)
            else:
                for element, part in zip(target.elts, values, strict=True):
                    self.bind(element, part)
            return
        key = _key(target)
        if key is None:
            if isinstance(target, ast.Subscript):  # headers[name] = token
                self._add_held(target.value, self.holds(value))
            return
        held, strings = self.holds(value), self.strings(value)
        path = self.path(value) if value is not None else None
        if self._is_copy(value):
            path = COPY
        container: ast.expr | None = value if isinstance(value, _CONTAINERS) else None
        if isinstance(value, (ast.Name, ast.Attribute)):
            container = self._containers.get(_key(value) or "")
        self._forget(key)
        if isinstance(target, ast.Name):
            self._paths[key] = path or ""
        if held:
            self._held[key] = held
        if strings:
            self._strings[key] = strings
        if container is not None:
            self._containers[key] = container
        if isinstance(target, ast.Subscript) and (of := _key(target.value)):
            self._itemized.add(of)
            self._add_held(target.value, held)
        if isinstance(value, ast.Dict):
            self._bind_items(key, value)

    def bind_import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Bind the names of an import."""
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.asname or alias.name.partition(".")[0]
                self._paths[name] = alias.name if alias.asname else name
            elif alias.name == "*":
                for starred in _STARRED.get(node.module or "", ()):
                    self._paths[starred] = f"{node.module}.{starred}"
            else:
                self._paths[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"

    def bind_loop(self, target: ast.expr, iterated: ast.expr) -> None:
        """Bind the target of a `for` to what it runs over."""
        elements = self.elements(iterated)
        targets = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        held, gives = self.holds(iterated), self._gives(iterated)
        for position, element in enumerate(targets):
            is_name = self._names_all(iterated) or (
                EVERYTHING in held and gives == "items" and len(targets) == 2 and position == 0
            )
            self._bind_held(element, NOTHING if is_name else held)
            if is_name and isinstance(element, ast.Name):
                self._strings[element.id] = (EVERYTHING,)
            key = _key(element)
            if key is None or elements is None:
                continue
            chosen = elements if len(targets) == 1 else _column(elements, position)
            if strings := _union([self.strings(element) for element in chosen]):
                self._strings[key] = strings

    def bind_unknown(self, name: str, symbol: str | None = None) -> None:
        """Bind a name to something that cannot be told: a parameter, a function, a class.

        Args:
            name: The name.
            symbol: What stands for the unknown string in what `strings` returns.
        """
        self._forget(name)
        self._paths[name] = ""
        if symbol is not None:
            self._strings[name] = (symbol,)

    @contextmanager
    def loops(self, generators: list[ast.comprehension]) -> Iterator[None]:
        """Bind the targets of a comprehension, for as long as the context lasts."""
        with self.inner():
            for generator in generators:
                self.bind_loop(generator.target, generator.iter)
            yield

    @contextmanager
    def inner(self) -> Iterator[None]:
        """Open a scope of its own: what is bound in it is gone afterwards."""
        saved = dict(self._paths), dict(self._strings), dict(self._containers)
        held, itemized = dict(self._held), set(self._itemized)
        try:
            yield
        finally:
            self._paths, self._strings, self._containers = saved
            self._held, self._itemized = held, itemized

    def _returned(self, call: ast.Call) -> Held:
        arguments = (*call.args, *(keyword.value for keyword in call.keywords))
        if self.path(call.func) in _TRANSPARENT_FUNCTIONS:
            held = self._all(arguments)
            if EVERYTHING in held and self.path(call.func) in _SEQUENCES:
                return held if self._gives(call.args[0]) != "names" else NOTHING
            return held
        if isinstance(call.func, ast.Attribute) and call.func.attr in _TRANSPARENT_METHODS:
            of = call.func.value
            if call.func.attr == "get" and arguments:  # of a dict, by its key
                return self.holds(ast.Subscript(of, arguments[0], ast.Load()))
            shows_arguments = call.func.attr in ("format", "join", "replace")
            return self.holds(of) | (self._all(arguments) if shows_arguments else NOTHING)
        return NOTHING

    def _names_all(self, iterated: ast.expr) -> bool:
        """Tell whether running over something gives the names of all variables."""
        if isinstance(iterated, ast.Call):
            if self.path(iterated.func) in _SEQUENCES and iterated.args:
                return self._names_all(iterated.args[0])
            if isinstance(iterated.func, ast.Attribute) and iterated.func.attr == "keys":
                return EVERYTHING in self.holds(iterated.func.value)
            return False
        return isinstance(iterated, (ast.Name, ast.Attribute)) and EVERYTHING in self.holds(
            iterated
        )

    def _is_copy(self, value: ast.expr | None) -> bool:
        """Tell whether an expression is `os.environ.copy()` or `dict(os.environ)`."""
        if not isinstance(value, ast.Call):
            return False
        path = self.path(value.func)
        copied = value.args[0] if path == "dict" and len(value.args) == 1 else None
        return path == "os.environ.copy" or (
            copied is not None and self.path(copied) == "os.environ"
        )

    def _gives(self, iterated: ast.expr) -> str:
        """Tell what comes out of a mapping that a loop runs over: names, values or items."""
        if isinstance(iterated, ast.Call):
            if isinstance(iterated.func, ast.Attribute):
                return {"items": "items", "values": "values"}.get(iterated.func.attr, "names")
            if self.path(iterated.func) in _SEQUENCES and iterated.args:
                return self._gives(iterated.args[0])
        return "values" if isinstance(iterated, ast.Subscript) else "names"

    def _all(self, nodes: tuple[ast.expr, ...] | list[ast.expr]) -> Held:
        return NOTHING.union(*(self.holds(node) for node in nodes))

    def elements(self, iterated: ast.expr) -> list[ast.expr] | None:
        """Return the elements of a literal list, tuple, set or dict, also under a name."""
        if isinstance(iterated, (ast.Name, ast.Attribute)):
            iterated = self._containers.get(_key(iterated) or "", iterated)
        if isinstance(iterated, (ast.List, ast.Tuple, ast.Set)):
            return iterated.elts
        if isinstance(iterated, ast.Dict):
            return [key for key in iterated.keys if key is not None]
        if isinstance(iterated, ast.Call):
            if isinstance(iterated.func, ast.Attribute) and not iterated.args:
                inner = iterated.func.value
                if isinstance(inner, (ast.Name, ast.Attribute)):
                    inner = self._containers.get(_key(inner) or "", inner)
                if isinstance(inner, ast.Dict):
                    keys = [key for key in inner.keys if key is not None]
                    if iterated.func.attr == "keys":
                        return keys
                    if iterated.func.attr == "items" and len(keys) == len(inner.keys):
                        return [
                            ast.Tuple([k, v], ast.Load())
                            for k, v in zip(keys, inner.values, strict=True)
                        ]
                return None
            path = self.path(iterated.func)
            if path in _SEQUENCES and iterated.args:
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

    def _bind_held(self, target: ast.expr, held: Held) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.bind_unknown(node.id)
                if held:
                    self._held[node.id] = held

    def _add_held(self, container: ast.expr, held: Held) -> None:
        if held and (key := _key(container)):
            self._held[key] = self._held.get(key, NOTHING) | held

    def _bind_items(self, key: str, value: ast.Dict) -> None:
        self._itemized.add(key)
        for name, item in zip(value.keys, value.values, strict=True):
            if isinstance(name, ast.Constant):
                if held := self.holds(item):
                    self._held[f"{key}[{name.value!r}]"] = held
                if strings := self.strings(item):
                    self._strings[f"{key}[{name.value!r}]"] = strings

    def _forget(self, key: str) -> None:
        for kept in (self._strings, self._containers, self._held):
            kept.pop(key, None)
        if key in self._itemized:
            self._itemized.discard(key)
            for items in (self._strings, self._held):
                for stale in [name for name in items if name.startswith(f"{key}[")]:
                    del items[stale]


def _column(elements: list[ast.expr], position: int) -> list[ast.expr]:
    """Return one column of a list of pairs; nothing if it is no list of pairs."""
    rows = [e.elts for e in elements if isinstance(e, (ast.Tuple, ast.List))]
    if len(rows) < len(elements) or any(len(row) <= position for row in rows):
        return []
    return [row[position] for row in rows]


def _key(node: ast.expr) -> str | None:
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


def _union(found: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    strings: list[str] = []
    for part in found:
        if part is None:
            return None
        strings += part
    return tuple(dict.fromkeys(strings))[:_MOST_STRINGS] or None


def _product(found: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    results: tuple[str, ...] = ("",)
    for part in found:
        if part is None or len(results) * len(part) > _MOST_STRINGS:
            return None
        if max(map(len, results)) + max(map(len, part), default=0) > _LONGEST_STRING:
            return None
        results = tuple(before + after for before in results for after in part)
    return results
