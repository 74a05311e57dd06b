"""The functions of a notebook that read variables whose names they are given."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from nblint.document.model import Place
from nblint.reading.environment.scope import NOTHING, Held, Scope
from nblint.reading.environment.uses import Exposure, Fallback, Read, Uses, Write
from nblint.reading.python.constants import Strings

# Of what one function does, and of the names that a parameter can stand for.
_MOST = 100


class Helper:
    """A function of the notebook, and what it does with variables that its parameters name.

    In its body, a parameter stands for a symbol, which each call replaces by its argument.

    Args:
        key: What it is kept under: its name, or `.name` of a method.
        arguments: Its parameters.
    """

    def __init__(self, key: str, arguments: ast.arguments) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        self.parameters = [argument.arg for argument in positional]
        keyword_only = [argument.arg for argument in arguments.kwonlyargs]
        self.rest = arguments.vararg.arg if arguments.vararg else None
        rest = [self.rest] if self.rest else []
        self.symbols = {p: f"\0{key}:{p}\0" for p in (*self.parameters, *keyword_only, *rest)}
        defaults = arguments.defaults
        self.defaults: dict[str, ast.expr | None] = dict(
            zip(self.parameters[len(self.parameters) - len(defaults) :], defaults, strict=True)
        )
        self.defaults.update(zip(keyword_only, arguments.kw_defaults, strict=True))
        self.reads: list[Read] = []
        self.writes: list[Write] = []
        self.exposures: list[Exposure] = []
        self.returns: Held = NOTHING
        self.called = False

    def strings(self, call: Call, scope: Scope) -> Mapping[str, Strings]:
        """Return what the parameters stand for in a call."""
        parameters = self.parameters
        if parameters[:1] in (["self"], ["cls"]):
            parameters = parameters[1:]
        given = dict(zip(parameters, call.positional, strict=False)) | call.keywords
        if self.rest:
            given[self.rest] = _together(call.positional[len(parameters) :])
        return {p: given.get(p, scope.strings(self.defaults.get(p))) for p in self.symbols}


class Call(NamedTuple):
    """A call of one of the notebook's functions.

    Attributes:
        key: What the function is kept under.
        positional: What its arguments stand for.
        keywords: The same of those that are named.
        place: Where it stands.
        order: The position in the notebook's run from top to bottom.
        late: It stands in a function itself.
        caught: A missing variable is caught.
        present: Variables that were asked for before.
    """

    key: str
    positional: tuple[Strings, ...]
    keywords: dict[str, Strings]
    place: Place = Place()
    order: int = 0
    late: bool = False
    caught: bool = False
    present: frozenset[str] = frozenset()


class Helpers:
    """All functions of a notebook, and the calls of them.

    Args:
        uses: Where it is noted what calls do.
        scope: The notebook's names.
    """

    def __init__(self, uses: Uses, scope: Scope) -> None:
        self._uses = uses
        self._scope = scope
        self._helpers: dict[str, Helper] = {}
        self.objects: set[str] = set()  # the notebook's classes, and names bound to their objects
        self._calls: list[Call] = []

    def __contains__(self, key: object) -> bool:
        return key in self._helpers

    def define(self, key: str, arguments: ast.arguments) -> Helper:
        """Note a function; a later one of the same name replaces it."""
        helper = self._helpers[key] = Helper(key, arguments)
        return helper

    def bind_object(self, name: str, made_by: ast.expr) -> None:
        """Note that a name is bound to what a call gives: maybe an object of the notebook's."""
        if isinstance(made_by, ast.Name) and made_by.id in self.objects:
            self.objects.add(name)
        else:
            self.objects.discard(name)

    def owner(self, name: str | None) -> Helper | None:
        """Return the function whose parameter a variable's name holds, if it holds one."""
        if name is None or "\0" not in name:
            return None
        return self._helpers.get(name.split("\0")[1].rpartition(":")[0])

    def call_of(self, node: ast.Call) -> Call | None:
        """Return a call of what may be one of the functions."""
        key = self._key(node)
        if key is None:
            return None
        positional = tuple(map(self._scope.choices, node.args))
        keywords = {k.arg: self._scope.choices(k.value) for k in node.keywords if k.arg}
        return Call(key, positional, keywords)

    def note(self, call: Call) -> None:
        """Note a call; it counts when all functions are known."""
        self._calls.append(call)

    def returned(self, node: ast.Call) -> Held:
        """Return the variables whose values a call gives back."""
        helper = self._helpers.get(self._key(node) or "")
        if helper is None or not helper.returns or (call := self.call_of(node)) is None:
            return NOTHING
        strings = helper.strings(call, self._scope)
        filled = [n for name in helper.returns for n in _filled(name, helper, strings)]
        return frozenset(name for name in filled if name is not None)

    def finish(self) -> None:
        """Note what the calls do, and what functions do that nobody calls."""
        for call in self._calls:
            if (helper := self._helpers.get(call.key)) is not None:
                self._note_call(call, helper)
        for helper in self._helpers.values():
            if not helper.called:
                self._uses.reads += [replace(read, name=None) for read in helper.reads]
                self._uses.writes += [replace(write, name=None) for write in helper.writes]

    def _key(self, node: ast.Call) -> str | None:
        """Return what the function that is called is kept under."""
        if isinstance(node.func, ast.Name):
            return node.func.id
        if not isinstance(node.func, ast.Attribute):
            return None
        of = node.func.value
        of = of.func if isinstance(of, ast.Call) else of  # C().method("X")
        is_own = isinstance(of, ast.Name) and (of.id in ("self", "cls") or of.id in self.objects)
        return f".{node.func.attr}" if is_own else None

    def _note_call(self, call: Call, helper: Helper) -> None:
        helper.called = True
        strings = helper.strings(call, self._scope)
        for read in helper.reads[:_MOST]:
            for name in _filled(read.name, helper, strings):
                text = _filled(read.fallback.text, helper, strings)[0] if read.fallback else None
                self._uses.reads.append(
                    replace(
                        read,
                        name=name,
                        place=call.place,
                        order=call.order,
                        late=call.late,
                        guarded=read.guarded or call.caught or name in call.present,
                        fallback=Fallback(text) if text else None,
                        optional=None,
                    )
                )
        for write in helper.writes[:_MOST]:
            for name in _filled(write.name, helper, strings):
                self._uses.writes.append(
                    replace(write, name=name, place=call.place, order=call.order)
                )
        for exposure in helper.exposures[:_MOST]:
            for name in _filled(exposure.name, helper, strings):
                if name is not None:
                    self._uses.exposures.append(replace(exposure, name=name, place=call.place))


def _together(arguments: tuple[Strings, ...]) -> Strings:
    """Return what the arguments of `*names` stand for."""
    found: list[str] = []
    for strings in arguments:
        if strings is None:
            return None
        found += strings
    return tuple(found)


def _filled(
    name: str | None, helper: Helper, strings: Mapping[str, Strings]
) -> tuple[str | None, ...]:
    """Return the names that a name with symbols stands for; None where that cannot be told."""
    names = [name or ""]
    for parameter, symbol in helper.symbols.items():
        if symbol in (name or ""):
            choices = strings[parameter]
            if choices is None:
                return (None,)
            names = [filled.replace(symbol, s) for filled in names for s in choices][:_MOST]
    return tuple(None if "\0" in filled else filled for filled in names)
