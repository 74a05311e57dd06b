"""What the names of a notebook stand for: modules, literal strings, values of variables."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias, cast

from nblint.reading.environment.uses import EVERYTHING
from nblint.reading.python.literals import (
    MOST_STRINGS,
    SEQUENCES,
    Names,
    any_item,
    column_of,
    key_of,
    union,
)

# The environment variables whose values an expression holds.
Held: TypeAlias = frozenset[str]
NOTHING: Held = frozenset()
Mark: TypeAlias = dict[str, tuple[tuple[str, ...] | None, Held | None]]
# The path of what a copy of the environment is bound to.
COPY = "a copy of os.environ"

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


class Scope(Names):
    """The bindings of names, followed from cell to cell in the notebook's order.

    Args:
        variable_of: Returns the variables that an expression reads from the environment; None
            where it reads none.
    """

    def __init__(self, variable_of: Callable[[ast.expr], Held | None]) -> None:
        super().__init__()
        self._variable_of = variable_of
        self._held: dict[str, Held] = {}  # by the same
        self._itemized: set[str] = set()  # containers whose items stand in `_held`
        self._bound: dict[ast.stmt, frozenset[str]] = {}  # what statements bind

    def holds(self, node: ast.expr | None) -> Held:
        """Return the variables whose values can be seen in an expression's value."""
        if node is None:
            return NOTHING
        if (read := self._variable_of(node)) is not None:
            return read
        match node:
            case ast.Name() | ast.Attribute():
                return self._held.get(key_of(node) or "", NOTHING)
            case ast.Subscript():
                key, container = key_of(node), key_of(node.value)
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
        key = key_of(target)
        if key is None:
            if isinstance(target, ast.Subscript):  # headers[name] = token
                self.add(target.value, self.holds(value))
            return
        held, strings = self.holds(value), self.strings(value)
        path = self.path(value) if value is not None else None
        if self._is_copy(value):
            path = COPY
        container = self.container(value)
        if container is None and isinstance(value, (ast.BinOp, ast.Call)):
            elements = self.elements(value)
            container = ast.List(elements, ast.Load()) if elements else None
        self._forget(key)
        if isinstance(target, ast.Name):
            self._paths[key] = path or ""
        if held:
            self._held[key] = held
        if strings:
            self._strings[key] = strings
        if container is not None:
            self._containers[key] = container
        if isinstance(target, ast.Subscript) and (of := key_of(target.value)):
            self._itemized.add(of)
            self.add(target.value, held)
        if isinstance(container, ast.Dict):
            self._bind_items(key, container)

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
            key = key_of(element)
            if key is None or elements is None:
                symbols = self.strings(iterated)
                if key and len(targets) == 1 and symbols and "\0" in symbols[0]:
                    self._strings[key] = symbols  # a parameter stands for each of its elements
                continue
            chosen = elements if len(targets) == 1 else column_of(elements, position)
            if strings := union([self.strings(element) for element in chosen]):
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

    @contextmanager
    def class_body(self, name: str) -> Iterator[None]:
        """Open the scope of a class; its attributes can be told afterwards: `Name.attribute`."""
        with self.inner():
            yield
            strings = {k[4:]: v for k, v in self._strings.items() if k.startswith("self.")}
            held = {k[4:]: v for k, v in self._held.items() if k.startswith("self.")}
        self._strings |= {name + attribute: kept for attribute, kept in strings.items()}
        self._held |= {name + attribute: kept for attribute, kept in held.items()}

    def bind_attribute(self, target: ast.expr) -> None:
        """Bind what a class binds in its body to what its methods call it: `self.attribute`."""
        if isinstance(target, ast.Name):
            for of in ("self", "cls"):
                self.bind(ast.Attribute(ast.Name(of), target.id), target)

    def mark(self, branches: list[ast.stmt]) -> Mark:
        """Return what those names stand for now that some statements bind."""
        keys = frozenset[str]().union(*map(self._bound_in, branches))
        return {key: (self._strings.get(key), self._held.get(key)) for key in keys}

    def _bound_in(self, statement: ast.stmt) -> frozenset[str]:
        """Return what a statement binds; an `elif` is asked as often as it has others above it."""
        if statement not in self._bound:
            keys: set[str] = set()
            nodes: list[ast.AST] = [*ast.iter_child_nodes(statement)]
            while nodes:
                node = nodes.pop()
                if isinstance(node, ast.stmt):
                    keys |= self._bound_in(node)
                    continue
                is_bound = isinstance(getattr(node, "ctx", None), ast.Store)
                if is_bound and (key := key_of(cast("ast.expr", node))):
                    keys.add(key)
                nodes += ast.iter_child_nodes(node)
            self._bound[statement] = frozenset(keys)
        return self._bound[statement]

    def again(self, mark: Mark) -> Mark:
        """Return what the names of an earlier mark stand for now."""
        return {key: (self._strings.get(key), self._held.get(key)) for key in mark}

    def reset(self, mark: Mark) -> None:
        """Go back to what names stood for."""
        for key, (strings, held) in mark.items():
            self._set(key, strings, held or NOTHING)

    def join(self, other: Mark, start: Mark) -> None:
        """Let names stand for what they do now and for what they did at the end of another branch.

        Args:
            other: The end of the other branch.
            start: Where the two parted.
        """
        for key, (theirs, held) in other.items():
            ours = self._strings.get(key)
            if theirs and ours:
                strings = union([theirs, ours])
            else:  # bound to what cannot be told in one of them, or in one of them alone
                strings = None if start[key][0] else theirs or ours
            self._set(key, strings, self._held.get(key, NOTHING) | (held or NOTHING))

    def _set(self, key: str, strings: tuple[str, ...] | None, held: Held) -> None:
        self._strings.pop(key, None)
        self._held.pop(key, None)
        if strings:
            self._strings[key] = strings
        if held:
            self._held[key] = held

    def _returned(self, call: ast.Call) -> Held:
        arguments = (*call.args, *(keyword.value for keyword in call.keywords))
        if self.path(call.func) in _TRANSPARENT_FUNCTIONS:
            held = self._all(arguments)
            key = key_of(call.args[0]) if call.args else None
            is_mapping = EVERYTHING in held or key in self._itemized
            if held and is_mapping and self.path(call.func) in SEQUENCES:
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
            if self.path(iterated.func) in SEQUENCES and iterated.args:
                return self._names_all(iterated.args[0])
            if isinstance(iterated.func, ast.Attribute) and iterated.func.attr == "keys":
                return EVERYTHING in self.holds(iterated.func.value)
            return False
        return isinstance(iterated, (ast.Name, ast.Attribute)) and EVERYTHING in self.holds(
            iterated
        )

    def _is_copy(self, value: ast.expr | None) -> bool:
        """Tell whether it is `os.environ.copy()`, `dict(os.environ)` or `{**os.environ}`."""
        if isinstance(value, ast.Dict) and value.keys == [None]:
            return self.path(value.values[0]) == "os.environ"
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
            if self.path(iterated.func) in SEQUENCES and iterated.args:
                return self._gives(iterated.args[0])
        return "values" if isinstance(iterated, ast.Subscript) else "names"

    def _all(self, nodes: tuple[ast.expr, ...] | list[ast.expr]) -> Held:
        return NOTHING.union(*(self.holds(node) for node in nodes))

    def _bind_held(self, target: ast.expr, held: Held) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.bind_unknown(node.id)
                if held:
                    self._held[node.id] = held

    def add(self, container: ast.expr, held: Held) -> None:
        """Note that a container holds values of variables besides what it holds already."""
        if held and (key := key_of(container)):
            self._held[key] = self._held.get(key, NOTHING) | held

    def _bind_items(self, key: str, value: ast.Dict) -> None:
        self._itemized.add(key)
        few = value.values if len(value.values) <= MOST_STRINGS else []
        if strings := union([self.strings(item) for item in few]):
            self._strings[any_item(key)] = strings
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
