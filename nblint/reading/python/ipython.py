"""Turns IPython's own syntax into plain Python: magics, shell lines, help requests, prompts.

``IPython.core.inputtransformer2`` defines what a cell means; importing it takes longer than a whole
check, so this module does the same, and tests compare the two. Unlike IPython, it keeps rows: a
tree parsed from the result points at the author's own lines.
"""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from nblint.patterns import lazy_pattern

_STRING_END = {
    "'": lazy_pattern(r"[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL),
    '"': lazy_pattern(r'[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL),
    "'''": lazy_pattern(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL),
    '"""': lazy_pattern(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL),
}
# A word has with it what may follow in any number before the next token that matters.
_TOKEN = lazy_pattern(
    r"""(?P<space>[ \t\f]+|\\\n)
    |(?P<comment>\#[^\n]*)
    |(?P<newline>\n)
    |[rRbBuUfFtT]{0,2}(?P<quote>\"\"\"|'''|"|')
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<word>\w[\w\ \t\f.,;]*)
    |(?P<operator>\*\*=|//=|>>=|<<=|==|!=|<=|>=|:=|->|[-+*/%@&|^]=|//|\*\*|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = lazy_pattern(r"(?:[ \t\f]|\\\n)*")  # the token of that name, as often as it comes
_HELP = lazy_pattern(
    r"(%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?[0-9]+\])*)(\?\??)$"  # as in IPython's HelpEnd
)
_LONGEST_HELP_TARGET = 500  # keeps the search above linear on hostile lines
_QUOTING_ROW = lazy_pattern(r"\n[ \t\f]*[,;/]")
_CELL_MAGIC = lazy_pattern(r"(?:[ \t\f]*\n)*%%(?!\w+\?)([^\n]*)(?:\n|\Z)")
_CLASSIC_PROMPT = lazy_pattern(r"[ \t]*(?:>>>|\.\.\.)[ \t]?")
_IPYTHON_PROMPT = lazy_pattern(r"(?:(?:\[nav\]|\[ins\])? )?In \[\d+\]: |[ \t]*\.{3,}: ?")


class Piece(Struct, frozen=True):
    """Where in the cell a part of a magic's argument comes from."""

    offset: int
    row: int
    column: int


def _offset(piece: Piece) -> int:
    return piece.offset


class Magic(Struct, frozen=True):
    """A magic or shell line and its place; rows and columns are 1-based, in code points.

    Attributes:
        kind: ``"line"``, ``"cell"`` or ``"shell"``.
        name: Without its ``%``; ``"!"`` or ``"!!"`` for shell lines.
        argument: The rest of the line as IPython passes it, backslash continuations joined.
        row: The row of its first character, the ``%`` or ``!``.
        column: The column of that character.
        pieces: Where the parts of the argument come from; see `position`.
        target: What ``x = %env X`` or ``x = !cmd`` assigns to, as it is written.
        body: The text below a cell magic.
        body_row: The row at which the body starts.
    """

    kind: Literal["line", "cell", "shell"]
    name: str
    argument: str
    row: int
    column: int
    pieces: tuple[Piece, ...]
    target: str | None = None
    body: str = ""
    body_row: int = 0

    def position(self, offset: int) -> tuple[int, int]:
        """Return the row and column of the argument's character `offset`."""
        piece = self.pieces[max(0, bisect_right(self.pieces, offset, key=_offset) - 1)]
        return piece.row, piece.column + offset - piece.offset

    def command(self, start: int) -> Magic:
        """Return the shell line whose ``!`` is the argument's character `start`."""
        pieces = _from(self.pieces, start + 1)
        command = self.argument[start + 1 :]
        return Magic("shell", "!", command, self.row, self.column, pieces, self.target)


class Plain(Struct, frozen=True):
    """Source without IPython's syntax, with as many rows as the original."""

    text: str
    magics: tuple[Magic, ...]


def dedent(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without the indentation that all rows share, and what each row lost.

    IPython removes it first of all.
    """
    return _compare(text, textwrap.dedent(text))


def strip_prompts(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without pasted prompts, and how many characters each row lost at its start.

    Prompts are ``>>>``, ``...`` and ``In [1]:``; in strings they stay.
    """
    rows = text.split("\n")
    starts = _rows_outside_strings(text)
    prompt = _IPYTHON_PROMPT if has_ipython_prompts(text) else _CLASSIC_PROMPT
    stripped = [
        row[found.end() :] if number in starts and (found := prompt.match(row)) else row
        for number, row in enumerate(rows)
    ]
    return _compare(text, textwrap.dedent("\n".join(stripped)))


def has_prompts(text: str) -> bool:
    """Tell whether the text looks like a pasted session."""
    return ">>>" in text or has_ipython_prompts(text)


def has_ipython_prompts(text: str) -> bool:
    """Tell whether the text starts with ``In [1]:``, which Python takes for an annotation."""
    if "]: " not in text or "In [" not in text:
        return False
    # IPython drops empty rows at the start, then looks at the next two, empty or not.
    rows = text.lstrip().split("\n", 2)[:2]
    return any(_IPYTHON_PROMPT.match(row) for row in rows)


def cell_magic(text: str) -> Magic | None:
    """Return the cell magic at the start of a cell; None without one.

    Args:
        text: The cell, without common indentation.
    """
    if "%%" not in text or not (found := _CELL_MAGIC.match(text)):
        return None
    line = found[1].rstrip()
    name, _, argument = line.partition(" ")
    row = text.count("\n", 0, found.start(1)) + 1
    pieces = (Piece(0, row, 3 + min(len(line), len(name) + 1)),)
    return Magic("cell", name, argument, row, 1, pieces, None, text[found.end() :], row + 1)


def to_python(text: str) -> Plain:
    """Replace every magic, shell line and help request by the call that IPython makes of it.

    Args:
        text: Source without carriage returns, common indentation, prompts and the cell magic.
    """
    parts: list[str] = []
    magics: list[Magic] = []
    done = 0
    row, counted = 1, 0
    for special in _specials(text):
        row += text.count("\n", counted, special.start)
        counted = special.start
        column = special.start - text.rfind("\n", 0, special.start)
        python, magic = _translate(
            text[special.start : special.end],
            special.escape,
            row,
            column,
            assigned=special.start > special.line,
        )
        if python is None:
            continue
        if magic:
            target = text[special.line : special.start].rpartition("=")[0].strip() or None
            magics.append(replace(magic, target=target) if target else magic)
        lost_rows = text.count("\n", special.start, special.end)
        parts += [text[done : special.start], python, "\n" * lost_rows]
        done = special.end
    parts.append(text[done:])
    return Plain("".join(parts), tuple(magics))


class _Special(Struct, frozen=True):
    """A piece of IPython's syntax, from its first character to the end of its line.

    Attributes:
        line: The offset of its logical line, before `start` for an assignment.
        start: The offset of its first character.
        end: The offset after its last character.
        escape: "!", "%", "?", ",", ";", "/", or "help" for `name?`.
    """

    line: int
    start: int
    end: int
    escape: str


def _specials(text: str) -> Iterator[_Special]:
    # No line has IPython's syntax in it without one of these.
    last = len(text) - 1 if _QUOTING_ROW.search("\n" + text) else max(map(text.rfind, "!%?"))
    position = 0
    while position <= last:
        special, position = _read_line(text, position)
        if special:
            yield special


def _read_line(text: str, start: int) -> tuple[_Special | None, int]:
    """Read a logical line: brackets, strings and backslashes continue it over line ends.

    Returns:
        The IPython syntax in it, if there is any, and the offset after the line.
    """
    scan = _LineScan(text, start)
    first, limit = scan.position, len(text)
    command = special = None
    if _is_escape(text, first):
        command = first
    elif scan.advance(limit, to_assignment=True):
        command = _assigned_command(text, scan.position - 1)
    if command is not None:
        limit = _end_of_command(text, command)
        special = _Special(first, command, limit, text[command])
    if not special or text.find("?", first, limit) >= 0:
        scan.advance(limit)
    end = limit if special else min(scan.position, limit)
    if scan.asks and (scan.depth == 0 or end == len(text)):
        stop = end - 1 if text[end - 1 : end] == "\n" else end
        if _HELP.search(text[max(first, stop - _LONGEST_HELP_TARGET) : stop]):
            special = _Special(first, first, stop, "help")
    return special, end


class _LineScan:
    """Goes through the tokens of a logical line, from the first one on.

    Attributes:
        position: The offset after the last token.
        depth: How many brackets are open there.
        asks: Whether the last token is a `?`.
    """

    def __init__(self, text: str, start: int) -> None:
        self.position = _after_space(text, start)
        self.depth = 0
        self.asks = False
        self._text = text
        self._has_ended = False

    def advance(self, limit: int, *, to_assignment: bool = False) -> bool:
        """Go on to the end of the line, but not beyond a limit.

        Args:
            limit: An offset: from there on, the text is not Python.
            to_assignment: Whether to stop after a `=` outside of brackets.

        Returns:
            Whether it has stopped there.
        """
        text, position, depth = self._text, self.position, self.depth
        is_there = False
        while position < limit and not (is_there or self._has_ended):
            token = _TOKEN.match(text, position)
            assert token is not None  # the last alternative matches anything
            kind, position = token.lastgroup, token.end()
            if kind == "space":
                continue
            if kind == "newline":
                self._has_ended = depth == 0
                continue
            value = token[0]
            self.asks = value == "?"
            if kind == "quote":
                position = _end_of_string(text, token, limit)
            elif kind == "open":
                depth += 1
            elif kind == "close":
                depth = max(0, depth - 1)
            else:
                is_there = to_assignment and value == "=" and depth == 0
        self.position, self.depth = position, depth
        return is_there


def _end_of_string(text: str, opening: re.Match[str], limit: int) -> int:
    """Return the offset after a string; one that is not closed ends with its row, or the text."""
    position = opening.end()
    if closing := _STRING_END[opening["quote"]].match(text, position):
        return closing.end()
    newline = text.find("\n", position) if len(opening["quote"]) == 1 else -1
    return limit if newline < 0 else newline


def _is_escape(text: str, position: int) -> bool:
    """Tell whether a line that starts at a position is a command to IPython."""
    character, following = text[position : position + 1], text[position + 1 : position + 2]
    match character:
        case "?" | "," | ";":
            return True
        case "!" | "%":
            return following != "="
        case "/":
            return following not in ("/", "=")
    return False


def _assigned_command(text: str, equals: int) -> int | None:
    """Return the offset of the command in ``x = %magic`` or ``x = !command``; None without one."""
    position = _after_space(text, equals + 1)
    if not _is_escape(text, position):
        return None
    if text[position] == "%":
        name = _TOKEN.match(text, _after_space(text, position + 1))
        is_name = name and name.lastgroup == "word" and not name[0][0].isdigit()
        return position if is_name else None
    has_target = text[text.rfind("\n", 0, equals) + 1 : equals].strip()
    return position if text[position] == "!" and has_target else None


def _after_space(text: str, position: int) -> int:
    """Return the offset of the first character from a position on that is not space."""
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _end_of_command(text: str, start: int) -> int:
    """Return the end of a command: of its line, or of the last one if backslashes continue it."""
    end = text.find("\n", start)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return (len(text) - text.endswith("\n")) if end < 0 else end


def _translate(
    command: str, escape: str, row: int, column: int, *, assigned: bool
) -> tuple[str | None, Magic | None]:
    """Return the Python that a command stands for, and its magic if it is one."""
    if escape == "help":
        found = _HELP.search(command[-_LONGEST_HELP_TARGET:])
        assert found is not None  # `_read_line` has just found it
        return _help(found[1], found[2], row, column)
    line, pieces = _join(command, row, column)
    double = line[:2] in ("!!", "??") and not assigned
    name, content = (line[:2], line[2:]) if double else (line[:1], line[1:])
    if escape == "?":
        if not content:
            return "get_ipython().show_usage()", None
        return _help(content, name, row, column)
    if escape == "!":
        magic = Magic("shell", name, content, row, column, _from(pieces, len(name)))
        call = "getoutput" if double or assigned else "system"
        return f"get_ipython().{call}({content!r})", magic
    name, _, argument = content.partition(" ")
    if escape == "%":
        skipped = min(len(line), len(name) + 2)
        magic = Magic("line", name, argument, row, column, _from(pieces, skipped))
        return f"get_ipython().run_line_magic({name!r}, {argument!r})", magic
    if escape == "/":
        return (f"{name}({', '.join(argument.split())})" if name else None), None
    if escape == ",":
        quoted = '", "'.join(argument.split())
        return f'{name}("{quoted}")', None
    return f'{name}("{argument}")', None


def _help(target: str, marks: str, row: int, column: int) -> tuple[str, Magic]:
    method = "pinfo2" if marks == "??" else "psearch" if "*" in target else "pinfo"
    magic = Magic("line", method, target, row, column, (Piece(0, row, column),))
    return f"get_ipython().run_line_magic({method!r}, {target!r})", magic


def _join(command: str, row: int, column: int) -> tuple[str, tuple[Piece, ...]]:
    """Join a command's rows at their backslashes; return also where each one comes from."""
    rows = command.split("\n")
    joined = ""
    pieces: list[Piece] = []
    for number, text in enumerate(rows):
        pieces.append(Piece(len(joined), row + number, column if number == 0 else 1))
        if number == len(rows) - 1:
            joined += text.rstrip()
        else:
            joined += text.rstrip()[:-1] + " "
    return joined, tuple(pieces)


def _from(pieces: tuple[Piece, ...], start: int) -> tuple[Piece, ...]:
    """Return the pieces of a line for what remains without its first characters."""
    kept = [piece for piece in pieces if piece.offset > start]
    before = [piece for piece in pieces if piece.offset <= start][-1]
    first = Piece(0, before.row, before.column + start - before.offset)
    return (first, *(replace(piece, offset=piece.offset - start) for piece in kept))


def _compare(before: str, after: str) -> tuple[str, tuple[int, ...]]:
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return after, tuple(max(0, len(old) - len(new)) for old, new in pairs)


def _rows_outside_strings(text: str) -> frozenset[int]:
    """Return the rows (0-based) that start outside any string."""
    inside: set[int] = set()
    row = position = 0
    while token := _TOKEN.match(text, position):
        end = token.end()
        if token["quote"] and (closing := _STRING_END[token["quote"]].match(text, end)):
            end = closing.end()
        rows = text.count("\n", position, end)
        if token["quote"]:
            inside.update(range(row + 1, row + rows + 1))
        row += rows
        position = end
    return frozenset(range(text.count("\n") + 1)) - inside
