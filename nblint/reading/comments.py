"""The comments of a cell, in whatever language it is: what only looks like one stands in a string.

Each language's strings and comments are told apart from left to right, as its own lexer does.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nblint.document.model import Cell
from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import PYTHON_BODIES


class Comment(NamedTuple):
    """A comment.

    Attributes:
        opening: What opens it: "#", "//", "--", "/*" or "<!--".
        text: What stands between its opening and its end.
        row: The row of its opening, 1-based.
        column: The column of its opening, 1-based.
    """

    opening: str
    text: str
    row: int
    column: int


# Strings: between quotes, with backslashes; over several rows where the language allows that.
_DOUBLE, _SINGLE = r'"(?:[^"\\\r\n]|\\.)*"?', r"'(?:[^'\\\r\n]|\\.)*'?"
_DOUBLE_ROWS, _SINGLE_ROWS = r'"(?:[^"\\]|\\.)*"?', r"'(?:[^'\\]|\\.)*'?"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*(?:""")?|' r"'''(?:[^'\\]|\\.|'(?!''))*(?:''')?"
_VERBATIM = r"'[^']*'?"
_BACKTICKS = r"`(?:[^`\\]|\\.)*`?"


def _language(strings: tuple[str, ...], *comments: str) -> "re.Pattern[str]":
    return lazy_pattern(f"(?P<string>{'|'.join(strings)})|(?P<comment>{'|'.join(comments)})", re.S)


def _row(opening: str) -> str:
    return rf"{opening}[^\r\n]*"


_BLOCK, _MARKUP = r"/\*.*?(?:\*/|\Z)", r"<!--.*?(?:-->|\Z)"
_MARKUP_ONLY = _language(("(?!)",), _MARKUP)
_HASHES = _language((_DOUBLE_ROWS, _SINGLE_ROWS), _row(r"\#"))
_C_LIKE = _language((_BACKTICKS, _TRIPLE, _DOUBLE, _SINGLE), _row("//"), _BLOCK)
_SQL_LIKE = _language((_DOUBLE_ROWS, _VERBATIM), _row("--"), _BLOCK)
_PYTHON = _language((_TRIPLE, _DOUBLE, _SINGLE), _row(r"\#"))
# In a shell, `#` opens a comment only at the beginning of a word: not in `$#` and `${name#x}`.
_SHELL = _language((r"\\.", _DOUBLE_ROWS, _VERBATIM), _row(r"(?<![^\s;&|()])\#"))
# Nobody knows the language: what opens a comment in any of them, unless a quote is open in its row.
_ANY = _language((_DOUBLE, _SINGLE), _row(r"\#"), _row("//"), _row("--"), _BLOCK, _MARKUP)

_LANGUAGES = {
    name: pattern
    for names, pattern in (
        ("python python3 python2 py coconut sage", _PYTHON),
        ("bash sh zsh ksh shell script sx system", _SHELL),
        ("r julia ruby perl powershell pwsh elixir octave", _HASHES),
        (
            "javascript js typescript ts c# csharp f# fsharp c c++ cpp java kotlin go rust scala",
            _C_LIKE,
        ),
        ("sql sqlite bigquery spark lua haskell", _SQL_LIKE),
        ("html svg xml markdown", _MARKUP_ONLY),
    )
    for name in names.split()
}
_MAGIC = lazy_pattern(r"\s*%%?(\w+)")


def comments(cell: Cell) -> Iterator[Comment]:
    """Yield the comments of a cell, in order.

    Args:
        cell: A markdown cell, whose comments are HTML's, or a code cell.
    """
    source = cell.source
    for found in _lexer(cell).finditer(source):
        if found["comment"] is None:
            continue
        written = found["comment"]
        opening = next(mark for mark in ("<!--", "/*", "//", "--", "#") if written.startswith(mark))
        end = {"<!--": "-->", "/*": "*/"}.get(opening, "")
        row, column = position_of(source, found.start())
        yield Comment(opening, written[len(opening) :].removesuffix(end), row, column)


def _lexer(cell: Cell) -> "re.Pattern[str]":
    if cell.type == "markdown":
        return _MARKUP_ONLY
    if cell.type != "code":
        return _ANY
    magic = _MAGIC.match(cell.first_line) if cell.first_line.lstrip().startswith("%") else None
    if magic is None or magic[1] in PYTHON_BODIES:
        return _LANGUAGES.get(cell.language, _ANY)
    if cell.first_line.lstrip().startswith("%%"):
        return _LANGUAGES.get(magic[1].lower(), _ANY)
    return _LANGUAGES.get(cell.language, _ANY)
