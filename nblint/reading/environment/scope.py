"""Follow what the names of a notebook stand for: modules, strings, values of variables."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias

from nblint.reading.environment.idioms import COPY, WORDS, is_about_variables
from nblint.reading.environment.uses import EVERYTHING
from nblint.reading.python.constants import Strings
from nblint.reading.python.names import (
    MOST_STRINGS,
    SEQUENCES,
    Names,
    any_item,
    bound_in,
    column_of,
    key_of,
    union,
)

# The environment variables whose values an expression holds.
Held: TypeAlias = frozenset[str]
NOTHING: Held = frozenset()
Mark: TypeAlias = dict[str, tuple[Strings, Held | None]]
_STARRED = {"os": ("environ", "getenv", "getenvb", "environb", "putenv", "unsetenv")}
# Methods and functions whose result shows their input.
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
_SHOWING_ARGUMENTS = frozenset(["format", "join", "replace"])
# The fields whose values can be seen in an expression's value.
_SEEN_PARTS: dict[type, tuple[str, ...]] = {
    ast.Await: ("value",),
    ast.Dict: ("values",),
    ast.FormattedValue: ("value",),
    ast.IfExp: ("body", "orelse"),
    ast.JoinedStr: ("values",),
    ast.List: ("elts",),
    ast.NamedExpr: ("value",),
    ast.Set: ("elts",),
    ast.Starred: ("value",),
    ast.Tuple: ("elts",),
}


class Scope(Names):
    """The names of a notebook, followed from cell to cell in its order.

    Args:
        variable_of: Returns the variables that an expression reads from the environment; None if
            it reads none.

    Attributes:
        followed: The names that have come to stand for variables, or for what reads them.
        is_irrelevant: Whether the code at hand uses no variables: its expressions hold none.
    """

    def __init__(self, variable_of: Callable[[ast.expr], Held | None]) -> None:
        super().__init__()
        self.followed: set[str] = set()
        self.is_irrelevant = False
        self._variable_of = variable_of
        self._held: dict[str, Held] = {}  # by the same
        self._itemized: set[str] = set()  # containers whose items stand in `_held`
        self._bound: dict[ast.stmt, frozenset[str]] = {}  # what statements bind

    def holds(self, node: ast.expr | None) -> Held:
        """Return the variables whose values can be seen in an expression's value."""
        if node is None or self.is_irrelevant:
            return NOTHING
        if (read := self._variable_of(node)) is not None:
            return read
        kind = node.__class__
        if (parts := _SEEN_PARTS.get(kind)) is not None:
            return self._all(part for name in parts for part in _parts(node, name))
        look = self._looks.get(kind)
        return look(self, node) if look is not None else NOTHING

    def _held_by_name(self, node: ast.Name | ast.Attribute) -> Held:
        return self._held.get(key_of(node) or "", NOTHING)

    def _held_by_item(self, node: ast.Subscript) -> Held:
        key, container = key_of(node), key_of(node.value)
        if key is not None and (key in self._held or container in self._itemized):
            return self._held.get(key, NOTHING)
        return self.holds(node.value)

    def _held_by_operation(self, node: ast.BinOp) -> Held:
        is_transparent = isinstance(node.op, (ast.Add, ast.Mod, ast.Mult, ast.BitOr))
        return self.holds(node.left) | self.holds(node.right) if is_transparent else NOTHING

    def _held_by_choice(self, node: ast.BoolOp) -> Held:
        return self._all(node.values[-1:] if isinstance(node.op, ast.And) else node.values)

    def _held_by_loop(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Held:
        with self.loops(node.generators):
            return self.holds(node.elt)

    def _held_by_mapping_loop(self, node: ast.DictComp) -> Held:
        with self.loops(node.generators):
            return self.holds(node.value)

    def _held_by_call(self, call: ast.Call) -> Held:
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        path = self.path(call.func)
        if path in _TRANSPARENT_FUNCTIONS:
            held = self._all(arguments)
            return NOTHING if path in SEQUENCES and self._lists_names(call, held) else held
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _TRANSPARENT_METHODS:
            return NOTHING
        of, method = call.func.value, call.func.attr
        if method == "get" and arguments:  # of a dict, by its key
            return self.holds(ast.Subscript(of, arguments[0], ast.Load()))
        return self._all([of, *arguments] if method in _SHOWING_ARGUMENTS else [of])

    def _lists_names(self, call: ast.Call, held: Held) -> bool:
        """Tell whether a call makes a list of a mapping's names, such as `sorted(os.environ)`."""
        if not held or not call.args:
            return False
        is_mapping = EVERYTHING in held or key_of(call.args[0]) in self._itemized
        return is_mapping and self._gives(call.args[0]) == "names"

    _looks: ClassVar[dict[type, Callable[[Any, Any], Held]]] = {
        ast.Name: _held_by_name,
        ast.Attribute: _held_by_name,
        ast.Subscript: _held_by_item,
        ast.Call: _held_by_call,
        ast.BinOp: _held_by_operation,
        ast.BoolOp: _held_by_choice,
        ast.ListComp: _held_by_loop,
        ast.SetComp: _held_by_loop,
        ast.GeneratorExp: _held_by_loop,
        ast.DictComp: _held_by_mapping_loop,
    }

    def bind(self, target: ast.expr, value: ast.expr | None) -> None:
        """Bind what stands left of a `=`."""
        if isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value)
        elif (key := key_of(target)) is not None:
            self._bind_key(key, target, value)
        elif isinstance(target, ast.Subscript):  # headers[name] = token
            self.add(target.value, self.holds(value))

    def _unpack(self, targets: list[ast.expr], value: ast.expr | None) -> None:
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        if len(values) == len(targets):
            for target, part in zip(targets, values, strict=True):
                self.bind(target, part)
        else:
            held = self.holds(value)
            for target in targets:
                self._bind_held(target, held)

    def _bind_key(self, key: str, target: ast.expr, value: ast.expr | None) -> None:
        # Read the value before the old one is forgotten: `x = x + "…"`.
        held, strings, container = self.holds(value), self.strings(value), self._contained(value)
        path = self.path(value) if value is not None else None
        if self._is_copy(value):
            path = COPY
        self._forget(key)
        if isinstance(target, ast.Name):
            self._bind_path(key, path or "")
        self._set(key, strings, held)
        if isinstance(target, ast.Subscript) and (of := key_of(target.value)):
            self._itemized.add(of)
            self.add(target.value, held)
        if container is not None:
            self._containers[key] = container
        if isinstance(container, ast.Dict):
            self._bind_items(key, container)

    def _contained(self, value: ast.expr | None) -> ast.expr | None:
        """Return the list or dict that a value is, written out or computed from others."""
        container = self.container(value)
        if container is None and isinstance(value, (ast.BinOp, ast.Call)):
            elements = self.elements(value)
            return ast.List(elements, ast.Load()) if elements else None
        return container

    def bind_import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Bind the names of an import."""
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.asname or alias.name.partition(".")[0]
                self._bind_path(name, alias.name if alias.asname else name)
            elif alias.name == "*":
                for starred in _STARRED.get(node.module or "", ()):
                    self._bind_path(starred, f"{node.module}.{starred}")
            else:
                self._bind_path(alias.asname or alias.name, f"{node.module or ''}.{alias.name}")

    def _bind_path(self, name: str, path: str) -> None:
        self._paths[name] = path
        if path and is_about_variables(path, WORDS):
            self.followed.add(name)

    def bind_loop(self, target: ast.expr, iterated: ast.expr) -> None:
        """Bind the target of a `for` to what it runs over."""
        elements = self.elements(iterated)
        targets = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        held, gives = self.holds(iterated), self._gives(iterated)
        gives_pairs = EVERYTHING in held and gives == "items" and len(targets) == 2
        for position, element in enumerate(targets):
            is_name = self._names_all(iterated) or (gives_pairs and position == 0)
            self._bind_held(element, NOTHING if is_name else held)
            if is_name and isinstance(element, ast.Name):
                self._strings[element.id] = (EVERYTHING,)
            key = key_of(element)
            column = position if len(targets) > 1 else None
            if key and (strings := self._given_to(iterated, elements, column)):
                self._strings[key] = strings

    def _given_to(
        self, iterated: ast.expr, elements: list[ast.expr] | None, column: int | None
    ) -> Strings:
        """Return the strings that a loop binds a target to; of several targets, to the column's."""
        if elements is not None:
            chosen = elements if column is None else column_of(elements, column)
            return union(map(self.strings, chosen))
        symbols = self.strings(iterated) if column is None else None
        # The symbol of a parameter stands for each of its elements.
        return symbols if symbols and "\0" in symbols[0] else None

    def bind_unknown(self, name: str, symbol: str | None = None) -> None:
        """Bind a name to something unknown: a parameter, a function, a class.

        Args:
            name: The name.
            symbol: What `strings` returns for it.
        """
        self._forget(name)
        self._paths[name] = ""
        if symbol is not None:
            self._strings[name] = (symbol,)

    @contextmanager
    def loops(self, generators: list[ast.comprehension]) -> Iterator[None]:
        """Bind the targets of a comprehension while the context lasts."""
        with self.inner():
            for generator in generators:
                self.bind_loop(generator.target, generator.iter)
            yield

    @contextmanager
    def inner(self) -> Iterator[None]:
        """Open an inner scope: what is bound in it is gone afterwards."""
        saved = dict(self._paths), dict(self._strings), dict(self._containers)
        held, itemized = dict(self._held), set(self._itemized)
        try:
            yield
        finally:
            self._paths, self._strings, self._containers = saved
            self._held, self._itemized = held, itemized

    @contextmanager
    def class_body(self, name: str) -> Iterator[None]:
        """Open the scope of a class; afterwards its attributes are known as `Name.attribute`."""
        with self.inner():
            yield
            strings = {k[4:]: v for k, v in self._strings.items() if k.startswith("self.")}
            held = {k[4:]: v for k, v in self._held.items() if k.startswith("self.")}
        self._strings |= {name + attribute: kept for attribute, kept in strings.items()}
        for attribute, kept in held.items():
            self._hold(name + attribute, kept)

    def bind_attribute(self, target: ast.expr) -> None:
        """Bind a name of a class's body also as its methods know it: `self.attribute`."""
        if isinstance(target, ast.Name):
            for of in ("self", "cls"):
                self.bind(ast.Attribute(ast.Name(of), target.id), target)

    def mark(self, branches: list[ast.stmt]) -> Mark:
        """Return what the names that some statements bind stand for now."""
        keys = NOTHING.union(*(bound_in(branch, self._bound) for branch in branches))
        return {key: (self._strings.get(key), self._held.get(key)) for key in keys}

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
            else:  # unknown in one branch, or bound in only one
                strings = None if start[key][0] else theirs or ours
            self._set(key, strings, self._held.get(key, NOTHING) | (held or NOTHING))

    def _set(self, key: str, strings: Strings, held: Held) -> None:
        self._strings.pop(key, None)
        self._held.pop(key, None)
        if strings:
            self._strings[key] = strings
        if held:
            self._hold(key, held)

    def _hold(self, key: str, held: Held) -> None:
        self._held[key] = held
        self.followed.add(key.partition(".")[0].partition("[")[0])

    def _names_all(self, iterated: ast.expr) -> bool:
        """Tell whether iterating over something yields the names of all variables."""
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
        """Tell whether a value is `os.environ.copy()`, `dict(os.environ)` or `{**os.environ}`."""
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
        """Return what a loop over a mapping yields: names, values or items."""
        if isinstance(iterated, ast.Call):
            if isinstance(iterated.func, ast.Attribute):
                return {"items": "items", "values": "values"}.get(iterated.func.attr, "names")
            if self.path(iterated.func) in SEQUENCES and iterated.args:
                return self._gives(iterated.args[0])
        return "values" if isinstance(iterated, ast.Subscript) else "names"

    def _all(self, nodes: Iterable[ast.expr]) -> Held:
        return NOTHING.union(*(self.holds(node) for node in nodes))

    def _bind_held(self, target: ast.expr, held: Held) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.bind_unknown(node.id)
                if held:
                    self._hold(node.id, held)

    def add(self, container: ast.expr, held: Held) -> None:
        """Add values of variables to what a container holds."""
        if held and (key := key_of(container)):
            self._hold(key, self._held.get(key, NOTHING) | held)

    def _bind_items(self, key: str, value: ast.Dict) -> None:
        self._itemized.add(key)
        few = value.values if len(value.values) <= MOST_STRINGS else []
        if strings := union([self.strings(item) for item in few]):
            self._strings[any_item(key)] = strings
        for name, item in zip(value.keys, value.values, strict=True):
            if isinstance(name, ast.Constant):
                if held := self.holds(item):
                    self._hold(f"{key}[{name.value!r}]", held)
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


def _parts(node: ast.expr, name: str) -> list[ast.expr]:
    """Return the expressions in a field of a node."""
    part = getattr(node, name)
    return part if isinstance(part, list) else [part]
