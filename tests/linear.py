"""Holds that expressions and what uses them read their worst input in bounded time.

An expression's worst input repeats what it starts with and goes on with, and never what must
follow. It is made from the expression itself, so that a new one is held without a list. Time is
the processor's, and is compared with a plain scan of the same text, measured beside it.
"""

import importlib
import re
import string
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

from nblint.patterns import Uncompiled

_PARSER: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
_EVERY = re.compile(".", re.DOTALL)
MEGABYTE = 1_000_000
# A pattern may cost that many plain scans: those that look some hundred characters ahead from
# everywhere need a hundred. A quadratic one needs thousands at a tenth of the size.
_MOST_SCANS = 250

_CHARACTERS = "a" + string.printable

Search = Callable[[str], object]


def patterns(value: object) -> Iterator[re.Pattern[str]]:
    """Yield the expressions in a value: itself, or what it is made of."""
    if isinstance(value, (re.Pattern, Uncompiled)) and isinstance(value.pattern, str):
        yield cast("re.Pattern[str]", value)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from patterns(inner)
    elif isinstance(value, dict):
        yield from patterns(list(value.values()))


def hold(searches: list[Search], units: list[str], size: int) -> None:
    """Hold that no search costs more than a fixed multiple of a plain scan of the same size.

    All are tried on a little. The slowest then reads a tenth, which a quadratic one does not pass;
    and all of it, unless the tenth cost hardly more scans than a hundredth: what grows with the
    square costs ten times as many.
    """
    runs = [(search, unit) for search in searches for unit in units]
    search, unit = max(runs, key=lambda run: _seconds(run[0], _text(run[1], size // 500)))
    few = _scans(search, _text(unit, size // 100))
    for part in (size // 10, size):
        text = _text(unit, part)
        for attempt in range(3):
            scans = _scans(search, text)
            if scans < _MOST_SCANS:
                break
            assert attempt < 2, f"{unit[:60]!r}: {part} characters"
        if scans < 1.5 * few:
            break


def _scans(search: Search, text: str) -> float:
    return _seconds(search, text) / _seconds(_EVERY.findall, text)


def _text(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _seconds(search: Search, text: str) -> float:
    start = time.process_time()
    search(text)
    return max(time.process_time() - start, 1e-5)


def worst_units(pattern: re.Pattern[str]) -> list[str]:
    """Return what makes an expression try and fail: its beginnings, each up to a repeat."""
    parsed = list(_PARSER.parse(pattern.pattern, pattern.flags))
    whole = "".join(_sample(node) for node in parsed)
    units = [whole]
    for index, node in enumerate(parsed):
        head = "".join(_sample(before) for before in parsed[:index])
        units += [head, *(head + run for run in _runs(node)), *_runs(node)]
    return list(dict.fromkeys(unit for unit in units if unit)) or ["a"]


def _runs(node: Any) -> Iterator[str]:
    """Yield long repeats of what a node repeats."""
    operation, value = str(node[0]), node[1]
    if "REPEAT" in operation:
        one = "".join(_sample(inner) for inner in value[2])
        yield one * min(int(value[1]), 60)
    for inner in _inside(operation, value):
        head = ""
        for child in inner:
            for run in _runs(child):
                yield head + run
            head += _sample(child)


def _inside(operation: str, value: Any) -> list[Any]:
    """Return the sequences of nodes in a node."""
    if operation == "BRANCH":
        return list(value[1])
    if operation == "SUBPATTERN":
        return [value[-1]]
    if "REPEAT" in operation:
        return [value[2]]
    return [value] if operation == "ATOMIC_GROUP" else []


def _sample(node: Any) -> str:
    """Return a short text that a node matches."""
    operation, value = str(node[0]), node[1]
    if operation == "LITERAL":
        return chr(value)
    if operation in ("IN", "NOT_LITERAL", "ANY"):
        return _character(operation, value)
    if "REPEAT" in operation:
        return "".join(_sample(inner) for inner in value[2]) * max(int(value[0]), 1)
    inside = _inside(operation, value)
    return "".join(_sample(inner) for inner in inside[0]) if inside else ""


def _character(operation: str, value: Any) -> str:
    if operation != "IN":
        return "b" if value == ord("a") else "a"
    return next((character for character in _CHARACTERS if _is_in(value, character)), "é")


def _is_in(members: Any, character: str) -> bool:
    negated = bool(members) and str(members[0][0]) == "NEGATE"
    return any(_holds(str(name), value, character) for name, value in members) != negated


def _holds(name: str, value: Any, character: str) -> bool:
    if name == "LITERAL":
        return chr(value) == character
    if name == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    if name == "CATEGORY":
        kind = str(value).rpartition("_")[2]
        holds = {
            "DIGIT": character.isdigit(), "SPACE": character.isspace(),
            "WORD": character.isalnum() or character == "_",
        }[kind]  # fmt: skip
        return holds != ("_NOT_" in str(value))
    return False
