"""The comments of a cell, in whatever language it is: what only looks like one stands in a string.

Each language's strings and comments are told apart from left to right, as its own lexer does.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nblint.document.model import Cell
from nblint.patterns import lazy_pattern
from nblint.reading.python.special import PYTHON_BODIES


class Comment(NamedTuple):
    """A comment.

    Attributes:
        opening: What opens it: "#", "//", "--", "/*" or "<!--".
        text: The comment as it is written, with its opening and its end.
        start: The offset of its opening in the cell's source.
    """

    opening: str
    text: str
    start: int


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
_OPENINGS = ("<!--", "/*", "//", "--", "#")
_CELL_MAGIC = lazy_pattern(r"%%(\w+)")


def comments(cell: Cell) -> Iterator[Comment]:
    """Yield the comments of a cell, in order.

    Args:
        cell: A markdown cell, whose comments are HTML's, or a code cell.
    """
    for found in _lexer(cell).finditer(cell.source):
        if (written := found["comment"]) is not None:
            opening = next(one for one in _OPENINGS if written.startswith(one))
            yield Comment(opening, written, found.start())


def _lexer(cell: Cell) -> "re.Pattern[str]":
    """Return what tells strings and comments of a cell apart."""
    if cell.type == "markdown":
        return _MARKUP_ONLY
    if cell.type != "code":
        return _ANY
    magic = _CELL_MAGIC.match(cell.first_line)
    language = magic[1].lower() if magic and magic[1] not in PYTHON_BODIES else cell.language
    return _LANGUAGES.get(language, _ANY)
