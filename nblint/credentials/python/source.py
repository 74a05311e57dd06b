"""Find credentials in a cell's source as its language reads it: Python with magics, shells, others."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Protocol, TypeAlias

from msgspec.structs import replace

from nblint.credentials.code.search import find_in_language
from nblint.credentials.hits import Hit
from nblint.credentials.judging.values import is_credential
from nblint.credentials.python.clients import client_calls
from nblint.credentials.python.tree import TreeSearch
from nblint.credentials.text.elements import find_elements
from nblint.credentials.text.headers import find_headers
from nblint.credentials.text.logins import find_logins
from nblint.credentials.text.pairs import Unquoted, find_pairs, find_right_assignments
from nblint.credentials.text.settings_files import find_settings
from nblint.credentials.text.shell import find_commands, find_shell
from nblint.credentials.text.sql import find_sql
from nblint.credentials.text.told import find_told
from nblint.multisearch import Literals
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import read_source
from nblint.reading.python.ipython import Magic
from nblint.reading.python.syntax import Problem
from nblint.secret_names.judge import Level, judge
from nblint.secret_names.stems import has_stem, names_in, stems

_MAGIC = lazy_pattern(r"\n[ \t]{0,40}[%!]")
_ASSIGNED_MAGIC = lazy_pattern(r"= ?[%!]")
# Where a password has no name: in a command line, or in `authentication("user", "…")`.
_PASSWORD_CALLS = Literals(
    "system( run( popen( call( output( command( credentials( token( authentication(".split()
)
_PASSWORD_PAIR = lazy_pattern(r"""auth\w{0,12}["']?\s{0,2}[=(:]""")
_BARE = lazy_pattern(r"(?:token|key|secret) [\w-]{32}")
# A literal ends at the end of its row at the latest; at the end of the cell if it has three quotes.
_LITERAL = lazy_pattern(
    r"""#[^\n]*|\"{3}(.*?)(?:\"{3}|\Z)|'{3}(.*?)(?:'{3}|\Z)"""
    r"""|"([^"\\\n]*(?:\\.[^"\\\n]*)*)"?|'([^'\\\n]*(?:\\.[^'\\\n]*)*)'?""",
    re.DOTALL,
)
_WORD = lazy_pattern(r"""[^\s"',;]{6,400}""")
# Not a generated value: most literals are short words and signs.
_PLAIN = lazy_pattern(r"[^0-9!@#$%^&*+=~]{0,15}")
_COMMENT = lazy_pattern(
    r"""(?:(?<![:\w"'])//|(?<![\w"'-])--(?= )|(?<![\w"'&])#)[^\n]{4,400}|(?<![\w"'])(?:/\*|<\#)(?:[^*\#]|\*(?!/)|\#(?!>)){4,2000}"""
)
# Bodies of `%%writefile`, by the file's name; others are read as plain text.
_SHELL_FILES = (".sh", ".bash", ".zsh", ".ps1", ".bat", "Dockerfile", "Makefile")
_VALUE_FILES = (".env", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".toml", ".properties", ".json",
                ".netrc", ".pypirc", ".npmrc", "credentials", "config", ".tfvars", ".xml")  # fmt: skip
_LANGUAGES = {"c#": "csharp", "js": "javascript", "ts": "typescript", "ir": "r"}
_HEREDOC = lazy_pattern(r"<<-?[ ]?[\"']?(\w{2,20})[\"']?\n(.{1,4000}?)\n[ \t]{0,20}\1\b", re.DOTALL)
_CODE_FILES = tuple(
    ".tf .hcl .js .ts .jsx .tsx .java .scala .cs .go .kt .php .rb .r .R .jl .rs .sql".split()
)
_SHELLS = frozenset("bash sh shell zsh shellscript powershell pwsh".split())
_SHELL_MAGICS = frozenset("bash sh script system ! sx shell powershell pwsh cmd zsh".split())
_FILE_MAGICS = frozenset("writefile file save".split())


Find: TypeAlias = Callable[[str, Collection[str]], Iterator[Hit]]


class PythonReading(Protocol):
    """A cell's Python, as `nblint.reading.python.cells.PythonCell` reads it."""

    @property
    def tree(self) -> ast.Module | None: ...
    @property
    def magics(self) -> tuple[Magic, ...]: ...
    @property
    def error(self) -> Problem | None: ...
    def column(self, row: int, offset: int) -> int: ...


def find_in_source(
    text: str, language: str, reading: PythonReading | None, extra: Collection[str] = ()
) -> Iterator[Hit]:
    """Find credentials in a cell as its language reads it.

    Args:
        text: The cell's source.
        language: The cell's language.
        reading: The source as IPython reads it; computed if needed.
        extra: Values that are not secrets, from the settings.
    """
    if language == "python":
        yield from _comments(text, extra)
        if _is_worth_reading(text):
            yield from _python(text, reading or PythonText(text), extra)
    elif language.lower() in _SHELLS:
        yield from _shell(text, language, extra)
    else:
        yield from _other_language(text, extra, language)


def _is_worth_reading(text: str) -> bool:
    """Tell whether a cell holds a literal that may be a credential, or a magic.

    A syntax tree costs a thousand times as much as this look at the words does.
    """
    highest = max((judge(name).level for name in set(names_in(text))), default=Level.NONE)
    # `re` finds what begins with one character ten times as fast.
    if highest is Level.PASSWORD or _MAGIC.search(f"\n{text}") or _ASSIGNED_MAGIC.search(text):
        return True
    lowered = text.lower()
    if _PASSWORD_CALLS.present(lowered) or _PASSWORD_PAIR.search(lowered) or _BARE.search(lowered):
        return True
    if next(client_calls(text), None) is not None:
        return True
    return any(
        not _PLAIN.fullmatch(word) and is_credential(word, Level.STRONG)
        for word in _words_of_literals(text)
    )


def _words_of_literals(text: str) -> set[str]:
    """Return the words of a cell's literals that can be a value.

    Only the last word of a literal can be one, unless the literal holds a credential-like name.
    """
    named = [start for start, _ in stems(text)]
    words: set[str] = set()
    for match in _LITERAL.finditer(text):
        if (group := match.lastindex) is None:
            continue  # a comment
        # A draft with quotes in quotes, such as `print('key = '…'')`, is not Python.
        behind = match.end()
        if text[behind : behind + 1].isalnum():
            words.update(_WORD.findall(text, behind, behind + 400))
        start, end = match.span(group)
        if end - start < 6:
            continue
        if _holds(named, start, end - start) or text.find(" -", start, end) >= 0:
            words.update(_WORD.findall(text, start, end))
        else:
            words.add(text[start:end].rpartition(" ")[2].strip())
    return words


def _shell(text: str, language: str, extra: Collection[str]) -> Iterator[Hit]:
    if language.lower() in ("powershell", "pwsh"):
        yield from find_headers(text, extra)
        yield from find_commands(text, extra)
        yield from find_in_language(text, "powershell", extra)
        yield from _in_comments(text, extra)
    else:
        yield from find_shell(text, extra)


def _other_language(text: str, extra: Collection[str], language: str = "") -> Iterator[Hit]:
    if language.lower() in ("", "python"):  # with mistakes, or unknown
        yield from find_pairs(text, Unquoted.CODE, extra)
    yield from find_in_language(text, _LANGUAGES.get(language.lower(), language.lower()), extra)
    yield from find_headers(text, extra)
    yield from find_sql(text, extra)
    if language.lower() == "r":
        yield from find_right_assignments(text, extra)
    yield from _in_comments(text, extra)


def _in_comments(text: str, extra: Collection[str]) -> Iterator[Hit]:
    """Find credentials in the comments of any language but Python."""
    for match in _COMMENT.finditer(text):
        finders: list[Find] = [find_logins, find_commands]
        if has_stem(match[0]):
            finders += [find_headers, _find_prose]
        for find in finders:
            yield from _moved(find(match[0], extra), match.start())


def _find_prose(text: str, extra: Collection[str]) -> Iterator[Hit]:
    return find_pairs(text, Unquoted.PROSE, extra)


def _python(text: str, reading: PythonReading, extra: Collection[str]) -> Iterator[Hit]:
    starts = [0, *accumulate(len(row) + 1 for row in text.split("\n"))]
    tree = reading.tree
    if tree is None and reading.error is not None:
        tree = _without_mistakes(text, reading.error)
    if tree is not None:

        def offset(row: int, column: int) -> int:
            in_text = row <= len(starts) - 1
            return starts[row - 1] + reading.column(row, column) - 1 if in_text else len(text)

        yield from TreeSearch(tree, text, offset, extra).find()
    if reading.tree is None and (not reading.magics or reading.error is not None):
        yield from _other_language(text, extra)
    for magic in reading.magics:
        if magic.kind == "cell":
            start = starts[min(magic.body_row - 1, len(starts) - 1)]
            first = text[starts[magic.row - 1] : start]
            yield from _moved(find_shell(first, extra), starts[magic.row - 1])
            yield from _moved(_body(magic.name, magic.argument, text[start:], extra), start)
        else:
            if magic.name == "r" and not magic.argument:
                # Databricks's: the rows below are R, and some R is Python (`x <- 1`).
                start = text.find("\n", starts[magic.row - 1]) + 1 or len(text)
                yield from _moved(_other_language(text[start:], extra, "r"), start)
                continue
            line = f"{'%' if magic.kind == 'line' else ''}{magic.name} {magic.argument}"
            lead = len(line) - len(magic.argument)
            for hit in find_shell(line, extra):
                row, column = magic.position(max(0, hit.start - lead))
                start = starts[row - 1] + column - 1
                yield replace(hit, start=start, end=start + hit.end - hit.start)


_MOST_MISTAKES = 5


def _without_mistakes(text: str, error: Problem) -> ast.Module | None:
    """Return the tree of a cell without the rows that are not Python, or None if they are too many.

    A name's value counts as much above a typing error as anywhere; rows and columns stay the same.
    """
    rows = text.split("\n")
    for _ in range(_MOST_MISTAKES):
        if not 0 < error.row <= len(rows):
            return None
        row = rows[error.row - 1]
        indent = row[: len(row) - len(row.lstrip())]
        rows[error.row - 1] = f"{indent}pass" if row.strip() != "pass" else ""
        read = read_source("\n".join(rows))
        if read.tree is not None or read.error is None:
            return read.tree
        error = read.error
    return None


def _body(name: str, argument: str, body: str, extra: Collection[str]) -> Iterator[Hit]:
    """Find credentials in the body of a cell magic, as the magic reads it."""
    if name in _SHELL_MAGICS:
        yield from _shell(body, name, extra)
    elif name in _FILE_MAGICS:
        path = (argument.split() or [""])[-1].strip("\"'")
        if path.endswith(".py"):
            yield from _python(body, PythonText(body), extra)
        elif path.endswith(_SHELL_FILES):
            yield from _shell(body, "pwsh" if path.endswith(".ps1") else "", extra)
        elif path.endswith(_CODE_FILES):
            yield from _other_language(body, extra)
            yield from find_elements(body, extra)
            for script in _HEREDOC.finditer(body):
                yield from _moved(find_shell(script[2], extra), script.start(2))
        elif path.endswith(_VALUE_FILES) or ".env" in path or "netrc" in path:
            yield from find_settings(path, body, extra)
        else:
            yield from find_headers(body, extra)
            yield from find_sql(body, extra)
            yield from find_pairs(body, Unquoted.PROSE, extra)
            yield from find_logins(body, extra)
            yield from find_told(body, extra)
            yield from find_commands(body, extra)
    elif name in ("markdown", "html", "latex", "md"):
        yield from find_pairs(body, Unquoted.PROSE, extra)
    elif name in ("env", "dotenv"):
        yield from find_pairs(body, Unquoted.LITERAL, extra)
    else:
        yield from _other_language(body, extra, name)


def _comments(text: str, extra: Collection[str]) -> Iterator[Hit]:
    position = 0
    named = [start for start, _ in stems(text)]
    for row in text.split("\n"):
        start = row.find("#")
        if start >= 0 and ("ogin" in row or " -" in row or _holds(named, position, len(row))):
            # A "#" in a literal does no harm: literals are judged with the tree.
            before = row[:start]
            if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
                comment = row[start:]
                yield from _moved(find_headers(comment, extra), position + start)
                yield from _moved(find_logins(comment, extra), position + start)
                yield from _moved(find_commands(comment, extra), position + start)
                yield from _moved(find_pairs(comment, Unquoted.PROSE, extra), position + start)
        position += len(row) + 1


def _holds(offsets: Sequence[int], start: int, length: int) -> bool:
    """Tell whether one of the offsets, which are in order, is in a part of a text."""
    first = bisect_left(offsets, start)
    return first < len(offsets) and offsets[first] < start + length


def _moved(hits: Iterable[Hit], by: int) -> Iterator[Hit]:
    for hit in hits:
        yield replace(hit, start=hit.start + by, end=hit.end + by)


class PythonText:
    """The Python of a text that is not a cell: an excerpt, or the body of `%%writefile x.py`."""

    def __init__(self, text: str) -> None:
        self._rows = text.split("\n")
        self._read = read_source(text)
        self.tree = self._read.tree
        self.magics = self._read.magics
        self.error = self._read.error

    def column(self, row: int, offset: int) -> int:
        """Return the 1-based column of a byte offset that `ast` gives for a 1-based row."""
        return self._read.column(self._rows, row, offset)
