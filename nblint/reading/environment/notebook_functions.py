"""The functions of a notebook that read variables whose names they are given."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Place
from nblint.reading.environment.scope import NOTHING, Held, Scope
from nblint.reading.environment.uses import Exposure, Fallback, Read, Uses, Write
from nblint.reading.python.constants import Strings

# The most uses of one function, and names of one parameter, that are followed.
_MOST = 100


class NotebookFunction:
    """A function of the notebook, and what it does with variables that its parameters name.

    In its body, each parameter stands for a symbol, which each call replaces by its argument.

    Args:
        key: Its key among the functions: its name, or `.name` for a method.
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

    @property
    def is_using(self) -> bool:
        """Whether it uses variables that its parameters name, or returns values of variables."""
        return bool(self.reads or self.writes or self.exposures or self.returns)

    def strings(self, call: FunctionCall, scope: Scope) -> Mapping[str, Strings]:
        """Return what the parameters stand for in a call."""
        parameters = self.parameters
        if parameters[:1] in (["self"], ["cls"]):
            parameters = parameters[1:]
        given = dict(zip(parameters, call.positional, strict=False)) | call.keywords
        if self.rest:
            given[self.rest] = _together(call.positional[len(parameters) :])
        return {p: given.get(p, scope.strings(self.defaults.get(p))) for p in self.symbols}


class FunctionCall(Struct, frozen=True):
    """A call of one of the notebook's functions.

    Attributes:
        key: The function's key.
        positional: What its positional arguments stand for.
        keywords: What its keyword arguments stand for.
        place: Its place.
        order: The position in the notebook's run from top to bottom.
        late: It is itself in a function.
        caught: A missing variable is caught.
        present: Variables that are known to be set.
    """

    key: str
    positional: tuple[Strings, ...]
    keywords: dict[str, Strings]
    place: Place = Place()
    order: int = 0
    late: bool = False
    caught: bool = False
    present: frozenset[str] = frozenset()


class NotebookFunctions:
    """All functions of a notebook, and their calls.

    Args:
        uses: Where the uses of calls are recorded.
        scope: The notebook's names.
    """

    def __init__(self, uses: Uses, scope: Scope) -> None:
        self._uses = uses
        self._scope = scope
        self._functions: dict[str, NotebookFunction] = {}
        self.objects: set[str] = set()  # the notebook's classes, and names bound to their objects
        self._calls: list[FunctionCall] = []

    @property
    def using(self) -> set[str]:
        """The names of those that use variables, or return the values of some."""
        return {key.lstrip(".") for key, function in self._functions.items() if function.is_using}

    def __contains__(self, key: object) -> bool:
        return key in self._functions

    def define(self, key: str, arguments: ast.arguments) -> NotebookFunction:
        """Add a function; a later one of the same name replaces it."""
        function = self._functions[key] = NotebookFunction(key, arguments)
        return function

    def bind_object(self, name: str, made_by: ast.expr) -> None:
        """Bind a name to the result of a call, which may be an object of a notebook's class."""
        if isinstance(made_by, ast.Name) and made_by.id in self.objects:
            self.objects.add(name)
        else:
            self.objects.discard(name)

    def owner(self, name: str | None) -> NotebookFunction | None:
        """Return the function whose parameter is part of a variable's name; None without one."""
        if name is None or "\0" not in name:
            return None
        return self._functions.get(name.split("\0")[1].rpartition(":")[0])

    def call_of(self, node: ast.Call) -> FunctionCall | None:
        """Return a call of what may be one of the functions; None for other calls."""
        key = self.key_of(node)
        if key is None:
            return None
        positional = tuple(map(self._scope.choices, node.args))
        keywords = {k.arg: self._scope.choices(k.value) for k in node.keywords if k.arg}
        return FunctionCall(key, positional, keywords)

    def record(self, call: FunctionCall) -> None:
        """Record a call, which is followed when all functions are known."""
        self._calls.append(call)

    def returned(self, node: ast.Call) -> Held:
        """Return the variables whose values a call returns."""
        function = self._functions.get(self.key_of(node) or "")
        if function is None or not function.returns or (call := self.call_of(node)) is None:
            return NOTHING
        strings = function.strings(call, self._scope)
        filled = [n for name in function.returns for n in _filled(name, function, strings)]
        return frozenset(name for name in filled if name is not None)

    def finish(self) -> None:
        """Record what calls do, and what functions do that are never called."""
        for call in self._calls:
            if (function := self._functions.get(call.key)) is not None:
                self._follow(call, function)
        for function in self._functions.values():
            if not function.called:
                self._uses.reads += [replace(read, name=None) for read in function.reads]
                self._uses.writes += [replace(write, name=None) for write in function.writes]

    def key_of(self, node: ast.Call) -> str | None:
        """Return the key that the called function has, if the notebook defines it."""
        if isinstance(node.func, ast.Name):
            return node.func.id
        if not isinstance(node.func, ast.Attribute):
            return None
        of = node.func.value
        of = of.func if isinstance(of, ast.Call) else of  # C().method("X")
        is_own = isinstance(of, ast.Name) and (of.id in ("self", "cls") or of.id in self.objects)
        return f".{node.func.attr}" if is_own else None

    def _follow(self, call: FunctionCall, function: NotebookFunction) -> None:
        """Record what a function does in a call of it."""
        function.called = True
        strings = function.strings(call, self._scope)
        for read in function.reads[:_MOST]:
            for name in _filled(read.name, function, strings):
                self._uses.reads.append(_read_in(call, read, name, function, strings))
        for write in function.writes[:_MOST]:
            for name in _filled(write.name, function, strings):
                self._uses.writes.append(
                    replace(write, name=name, place=call.place, order=call.order)
                )
        for exposure in function.exposures[:_MOST]:
            for name in _filled(exposure.name, function, strings):
                if name is not None:
                    self._uses.exposures.append(replace(exposure, name=name, place=call.place))


def _read_in(
    call: FunctionCall,
    read: Read,
    name: str | None,
    function: NotebookFunction,
    strings: Mapping[str, Strings],
) -> Read:
    """Return a read of a function as a call of it makes it."""
    text = _filled(read.fallback.text, function, strings)[0] if read.fallback else None
    return replace(
        read,
        name=name,
        place=call.place,
        order=call.order,
        late=call.late,
        guarded=read.guarded or call.caught or name in call.present,
        fallback=Fallback(text) if text else None,
        optional=None,
    )


def _together(arguments: tuple[Strings, ...]) -> Strings:
    """Return what the arguments of `*names` stand for."""
    found: list[str] = []
    for strings in arguments:
        if strings is None:
            return None
        found += strings
    return tuple(found)


def _filled(
    name: str | None, function: NotebookFunction, strings: Mapping[str, Strings]
) -> tuple[str | None, ...]:
    """Return the names that a name with symbols stands for; None for one that is unknown."""
    names = [name or ""]
    for parameter, symbol in function.symbols.items():
        if symbol in (name or ""):
            choices = strings[parameter]
            if choices is None:
                return (None,)
            names = [filled.replace(symbol, s) for filled in names for s in choices][:_MOST]
    return tuple(None if "\0" in filled else filled for filled in names)
