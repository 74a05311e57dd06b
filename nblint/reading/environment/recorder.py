"""Records what single expressions do with the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from msgspec.structs import replace

from nblint.document.model import Place
from nblint.document.rows import offset_of
from nblint.patterns import lazy_pattern
from nblint.reading.environment.idioms import ENVIRONS, GETTERS, GIVING, READABLE
from nblint.reading.environment.notebook_functions import NotebookFunctions
from nblint.reading.environment.relevance import Relevance
from nblint.reading.environment.scope import Held, Scope
from nblint.reading.environment.uses import (
    EVERYTHING,
    Exposure,
    Fallback,
    Read,
    Replacement,
    Uses,
    Write,
)
from nblint.reading.python.cells import PythonCell
from nblint.reading.shell.grammar import ShellUse
from nblint.reading.shell.variables import read_shell

_ALL: Held = frozenset([EVERYTHING])
_VARIABLE = lazy_pattern(r"\$(?:\{([^}$]{1,200})\}|(\w+))")


class Recorder:
    """Records uses for the visitor of a notebook's trees.

    Args:
        uses: Where they are recorded.
        sources: The sources of the notebook's Python cells.
        everything: Whether to visit also the code that can have none.
    """

    def __init__(self, uses: Uses, sources: Iterable[str], *, everything: bool) -> None:
        self.uses = uses
        self.scope = Scope(self.variable_of)
        self.relevance = Relevance(sources, self.scope.followed, everything=everything)
        self.functions = NotebookFunctions(uses, self.scope)
        self.cell: PythonCell
        self.instead: Place | None = None  # the place of nodes that are part of a shell line
        self.magic_values: dict[ast.Call, Held] = {}
        self.late = False
        self.present: frozenset[str] = frozenset()  # variables that are known to be set here
        self.absent: frozenset[str] = frozenset()  # variables that are known not to be set here
        self.caught = False  # a missing variable is caught here

    def record_read(
        self,
        node: ast.expr,
        name: ast.expr | None,
        *,
        required: bool = False,
        asks: bool = False,
        guarded: bool = False,
        fallback: Fallback | None = None,
        optional: Replacement | None = None,
    ) -> None:
        """Record a read; `node` is all of it, `name` names the variable."""
        place, order = self.place(node), self.uses.next()
        for string in self.scope.strings(name) or (None,):
            known = guarded or self.caught or string in self.present
            read = Read(string, place, order, self.late, required, known, asks, fallback, optional)
            if owner := self.functions.owner(string):
                owner.reads.append(read)
            elif string != EVERYTHING:
                self.uses.reads.append(read)

    def record_shell(self, node: ast.expr, use: ShellUse) -> None:
        """Record a read by a shell that Python starts."""
        fallback = Fallback(use.default) if use.default else None
        place, order = self.place(node), self.uses.next()
        if "\0" not in use.name:
            self.uses.reads.append(
                Read(use.name, place, order, self.late, guarded=use.guarded, fallback=fallback)
            )

    def record_write(
        self,
        node: ast.expr,
        name: ast.expr | None,
        *,
        guarded: bool = False,
        copies: bool = False,
        removes: bool = False,
    ) -> None:
        """Record a write; `node` is all of it, `name` names the variable."""
        place, order = self.place(node), self.uses.next()
        for string in self.scope.strings(name) or (None,):
            kept = guarded or copies or string in self.absent
            write = Write(string, place, order, kept, copies, removes)
            if owner := self.functions.owner(string):
                owner.writes.append(write)
            elif string != EVERYTHING:
                self.uses.writes.append(write)

    def record_name(self, node: ast.expr, name: str | None, *, guarded: bool = False) -> None:
        """Record a write of a variable whose name is known."""
        if name is not None:
            guarded = guarded or name in self.absent
            self.uses.writes.append(Write(name, self.place(node), self.uses.next(), guarded))

    def record_mapping(self, mapping: ast.expr) -> None:
        """Record the writes of `os.environ.update({…})` and `os.environ |= {…}`."""
        if isinstance(mapping, ast.Dict):
            for key, value in zip(mapping.keys, mapping.values, strict=True):
                if key is None:
                    self.record_mapping(value)
                else:
                    self.record_write(key, key)
        elif isinstance(mapping, ast.Call) and self.scope.path(mapping.func) == "dict":
            for keyword in mapping.keywords:
                self.record_name(keyword.value, keyword.arg)
        elif elements := self.scope.elements(mapping):
            for element in elements:
                for string in self.scope.strings(element) or ():
                    self.record_name(mapping, string)

    def record_updates(self, mappings: list[ast.expr], keywords: list[ast.keyword]) -> None:
        """Record the writes of a call such as `os.environ.update({…}, X=…)`."""
        for mapping in mappings:
            self.record_mapping(mapping)
        for keyword in keywords:
            if keyword.arg is None:
                self.record_mapping(keyword.value)
            else:
                self.record_name(keyword.value, keyword.arg)

    def record_expanded(self, node: ast.Call) -> None:
        """Record what `os.path.expandvars` reads."""
        text = argument(node, 0, "path")
        pieces = text.values if isinstance(text, ast.JoinedStr) else [text]
        for piece in pieces:
            for string in self.scope.strings(piece) or ():
                for found in _VARIABLE.finditer(string):
                    name = found[1] or found[2]
                    read = Read(name, self.place(node), self.uses.next(), self.late)
                    self.uses.reads.append(read)

    def record_method(
        self,
        node: ast.Call,
        method: str,
        name: ast.expr | None,
        default: ast.expr | None,
        *,
        discarded: bool,
    ) -> None:
        """Record what a method of `os.environ` does."""
        if method == "setdefault":
            self.record_write(node, name, guarded=True)
            self.record_read(node, name, fallback=self.fallback(node, name, default))
        elif method == "pop":
            if not discarded:
                self.record_read(node, name, required=default is None)
            self.record_write(node, name, removes=True)
        elif method == "update":
            self.record_updates(node.args, node.keywords)
        elif method in ("__getitem__", "__contains__"):
            self.record_read(node, name, required=True, asks=method == "__contains__")
        elif method == "__setitem__":
            self.record_write(node, name)

    def record_command(self, node: ast.Call, command: ast.expr | None, path: str) -> None:
        """Record what a shell reads that the function at `path` starts."""
        for script in self.scope.strings(command) or ():
            for use in read_shell(script):
                if use.kind == "read":
                    self.record_shell(node, use)
                if path == "os.system" and (use.shown or use.kind == "dump"):
                    held = EVERYTHING if use.kind == "dump" else use.name
                    self.expose(frozenset([held]), self.place(node), "os.system()")

    def record_call(self, node: ast.Call) -> None:
        """Record the call of a notebook's function, or of one that may be defined later."""
        key = self.functions.key_of(node)
        if not (key in self.functions or self.late):
            return
        if (call := self.functions.call_of(node)) is not None:
            self.functions.record(
                replace(
                    call,
                    place=self.place(node),
                    order=self.uses.next(),
                    late=self.late,
                    caught=self.caught,
                    present=self.present,
                )
            )

    def expose(self, held: Held, place: Place, by: str) -> None:
        """Record that values are shown in the outputs."""
        for name in sorted(held):
            exposure = Exposure(name, place, by)
            if owner := self.functions.owner(name):
                owner.exposures.append(exposure)
            else:
                self.uses.exposures.append(exposure)

    def fallback(
        self, call: ast.Call, name: ast.expr | None, default: ast.expr | None
    ) -> Fallback | None:
        """Return the string that stands in for a missing variable; None without one."""
        strings = self.scope.strings(default)
        text = next(filter(None, strings or ()), None)
        if text is None or name is None:
            return None
        if self.instead is not None:
            return Fallback(text)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault":
            alone = f"{self.text(call.func.value)}[{self.text(name)}]"
            return Fallback(text, Replacement(self.place(call), alone))
        if len(call.args) + len(call.keywords) != 2:
            return Fallback(text)
        alone = f"{self.text(call.func)}({self.text(name)})"
        return Fallback(text, Replacement(self.place(call), alone))

    def without(self, node: ast.expr, whole: ast.expr) -> Replacement | None:
        """Return the replacement of `read or "x"` by `read` alone."""
        simple = isinstance(whole, ast.BoolOp) and len(whole.values) == 2
        if not simple or self.instead is not None:
            return None
        return Replacement(self.place(whole), self.text(node))

    def as_get(self, node: ast.Subscript) -> Replacement | None:
        """Return the replacement of `os.environ["X"]` that gives None instead of failing."""
        if self.instead is not None:
            return None
        text = f"{self.text(node.value)}.get({self.text(node.slice)})"
        return Replacement(self.place(node), text)

    def variable_of(self, node: ast.expr) -> Held | None:
        """Return the variables that an expression reads; None where it reads none."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            return _ALL if self.scope.path(node) in READABLE else None
        if isinstance(node, ast.Subscript):
            is_read = self.scope.path(node.value) in READABLE
            return frozenset(self.scope.strings(node.slice) or ()) if is_read else None
        if not isinstance(node, ast.Call):
            return None
        if node in self.magic_values:
            return self.magic_values[node]
        path = self.scope.path(node.func) or ""
        if path in GETTERS or path in GIVING:
            names = frozenset(self.scope.strings(argument(node, 0, "key")) or ())
            default = argument(node, 1, "default")
            return names | self.scope.holds(default)
        return self.functions.returned(node) or None

    def is_environ(self, node: ast.expr) -> bool:
        """Tell whether an expression is the environment itself."""
        return self.scope.path(node) in ENVIRONS

    def place(self, node: ast.expr | ast.stmt) -> Place:
        """Return the place of a node."""
        return self.instead or self.cell.place(node)

    def text(self, node: ast.expr) -> str:
        """Return the source of a node."""
        place, source = self.cell.place(node), self.cell.source
        start = offset_of(source, place.row or 1, place.column or 1)
        return source[start : offset_of(source, place.end_row or 1, place.end_column or 1)]


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return an argument by its position or name."""
    if len(call.args) > position:
        found = call.args[position]
        return None if isinstance(found, ast.Starred) else found
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def keys_of(node: ast.expr) -> ast.expr:
    """Return `os.environ` for `os.environ.keys()`; any other node as it is."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return node.func.value if node.func.attr == "keys" else node
    return node
