"""Generate JSON from bytes: almost a notebook, and wrong wherever it can be."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_T = TypeVar("_T")

_KEYS = (
    *("cells", "worksheets", "cell_type", "source", "input", "metadata", "outputs", "attachments"),
    *("output_type", "text", "data", "traceback", "ename", "evalue", "id", "level", "tags", "name"),
    *("kernelspec", "language_info", "nbformat", "nbformat_minor", "vscode", "languageId"),
    *("polyglot_notebook", "kernelName", "text/plain", "text/html", "application/json", "nblint"),
    *("execution_count", "image/png", "papermill", "parameters", "password", "api_key"),
)
_WORDS = (
    *("code", "markdown", "raw", "heading", "python", "bash", "sql", "stream", "error"),
    *("display_data", "execute_result", "parameters", "injected-parameters", "stdout"),
    *("# Title\n", "## Purpose\n", "##Audience", "**Parameters**: x", "```\n", "<h1>x", "<!--"),
    *("a | b\n--- | ---\n", "%pip install x\n", "!ls $X\n", "%%bash\necho $X\n", "%%writefile a\n"),
    *("import os\nos.environ['X']\n", "os.getenv(", "password = 'x'\n", "open('/home/ann/x')\n"),
    *("# nblint: ignore[NBL1]\n", "nblint-ignore-NBL2", "<<<<<<< ours\n", "=======\n", "x = 1\n"),
    *("\ud800", "\udc00", "\x00", "\r", "\r\n", "\x0c", "\u2028", "\x1b[31m", "", "\ufeff"),
)
_NUMBERS = (0, 1, 3, 4, 5, -1, 2**31, 2**63, 10**30, -0.0, 1e308, float("nan"), float("-inf"))
_DEEPEST = 6


class Choices:
    """A sequence of decisions made from bytes; at their end, it always takes the first choice.

    Args:
        data: The bytes.
    """

    def __init__(self, data: bytes) -> None:
        self._rest = iter(data)

    def below(self, limit: int) -> int:
        """Return a number from 0 up to, but not including, a limit of at most 256."""
        return next(self._rest, 0) % limit

    def one_of(self, options: Sequence[_T]) -> _T:
        """Return one of the options."""
        return options[self.below(len(options))]


def notebook(data: bytes) -> bytes:
    """Return JSON that resembles a notebook.

    Args:
        data: The decisions to generate it from.
    """
    choices = Choices(data)
    top: dict[str, Any] = {
        "cells": [_cell(choices) for _ in range(choices.below(6))],
        "metadata": _object(choices, 2),
        "nbformat": 4,
        "nbformat_minor": choices.below(6),
    }
    if choices.below(8) == 7:
        top["nbformat"] = choices.one_of(_NUMBERS)
        top["worksheets"] = [{"cells": top.pop("cells")}]
    for _ in range(choices.below(3)):
        top[choices.one_of(_KEYS)] = _value(choices)
    return json.dumps(top, indent=choices.one_of((1, None, 4))).encode()


def _cell(choices: Choices) -> object:
    if choices.below(16) == 15:
        return _value(choices)
    cell: dict[str, Any] = {
        "cell_type": choices.one_of(("code", "markdown", "raw", "heading")),
        "id": choices.one_of(("a", "b", "c", "d e", "")),
        "metadata": _object(choices, 2),
        "source": _text(choices),
        "outputs": [_object(choices, 3) for _ in range(choices.below(3))],
    }
    for _ in range(choices.below(3)):
        cell[choices.one_of(_KEYS)] = _value(choices)
    if choices.below(4) == 3:
        cell.pop(choices.one_of(tuple(cell)))
    return cell


def _text(choices: Choices) -> object:
    words = [choices.one_of(_WORDS) for _ in range(choices.below(8))]
    return words if choices.below(2) else "".join(words)


def _object(choices: Choices, depth: int) -> dict[str, object]:
    return {choices.one_of(_KEYS): _value(choices, depth) for _ in range(choices.below(5))}


def _value(choices: Choices, depth: int = 0) -> object:
    kinds: tuple[Callable[[], object], ...] = (
        lambda: choices.one_of(_WORDS),
        lambda: choices.one_of(_NUMBERS),
        lambda: choices.one_of((None, True, False)),
        lambda: _text(choices),
        lambda: [_value(choices, depth + 1) for _ in range(choices.below(4))],
        lambda: _object(choices, depth + 1),
    )
    return choices.one_of(kinds if depth < _DEEPEST else kinds[:3])()
