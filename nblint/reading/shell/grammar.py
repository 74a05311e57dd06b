"""The shell's grammar, as far as variables need it: simple commands and their words.

POSIX's with bash's additions: https://www.gnu.org/software/bash/manual/bash.html. Nothing is
executed or expanded.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from nblint.patterns import lazy_pattern

NAME = lazy_pattern(r"[A-Za-z_]\w*", re.ASCII)
_PARAMETER = lazy_pattern(r"[#!]?([A-Za-z_]\w*)(?:\[[^\]}]*\])?(:?[-=?+])?", re.ASCII)
# From the end of `${NAME` on: a default is short, and nested at most once.
_REST_OF_PARAMETER = lazy_pattern(r"[^{}]{0,300}(?:\{[^{}]{0,300}\}[^{}]{0,300}){0,3}\}")
# Blanks, continued lines and comments between words.
_SPACE = lazy_pattern(r"(?:[ \t\r]|\\\n|#[^\n]*)+")
# Characters that only mean themselves: in a word, and between double quotes.
_PLAIN = lazy_pattern(r"[^ \t\r\n;&|<>()'\"\\$`]+")
_PLAIN_QUOTED = lazy_pattern(r'[^"\\$`]+')
_REDIRECTION = lazy_pattern(r"<<<|<<-?|[<>]\(|>>|>\||>&|<&|<>|[<>]")
_DOUBLE = frozenset(["&&", "||", ";;", "|&"])
_SPECIAL = frozenset("0123456789@*#?$!-")
_DEEPEST = 20  # substitutions within substitutions


class ShellUse(Struct, frozen=True):
    """A variable that a script uses, or all of them at once.

    Attributes:
        kind: ``"read"``, ``"write"``, or ``"dump"`` for a command that prints every variable.
        name: The variable; for a dump, the command.
        start: The offset of its first character in the script.
        end: The offset after its last character.
        default: The text of ``${NAME:-default}``.
        guarded: The script can do without the variable.
        shown: Its value is part of the script's output.
        tested: Only its length, or whether it is set, is used: ``${#NAME}``, ``${NAME:+set}``.
    """

    kind: Literal["read", "write", "dump"]
    name: str
    start: int
    end: int
    default: str | None = None
    guarded: bool = False
    shown: bool = False
    tested: bool = False


class Word(Struct, frozen=True):
    """A word of a command.

    Attributes:
        text: The word without its quotes, with its expansions as they are written.
        start: The offset of its first character.
        end: The offset after its last character.
        expansions: The variables in it.
    """

    text: str
    start: int
    end: int
    expansions: tuple[ShellUse, ...]


class ShellCommand(Struct):
    """A simple command: the words between two separators.

    Attributes:
        words: Its words, assignments and name included.
        inputs: The variables in its here-documents and redirections.
        diverted: Its output goes to a file or into a substitution.
        pipe: The command that reads its output.
    """

    words: list[Word] = []
    inputs: list[ShellUse] = []
    diverted: bool = False
    pipe: ShellCommand | None = None


def parse(script: str) -> list[ShellCommand]:
    """Return the simple commands of a script, including those in substitutions."""
    return _Parser(script).parse()


class _HereDocument(Struct, frozen=True):
    """A here-document whose operator has been read."""

    delimiter: str
    tabs: bool  # whether tabs before the delimiter are ignored: `<<-`
    quoted: bool  # whether the delimiter is quoted, and nothing in the body expanded
    command: ShellCommand


class _Parser:
    """Reads a script's simple commands; positions are offsets in the script."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0
        self.commands: list[ShellCommand] = []
        self.documents: list[_HereDocument] = []  # whose bodies follow this line

    def parse(self) -> list[ShellCommand]:
        self._parse_commands("")
        return [command for command in self.commands if command.words or command.inputs]

    def _parse_commands(self, until: str, *, diverted: bool = False) -> None:
        """Read commands until the closing character, or the end of the script."""
        self.depth += 1
        command = self._new_command(diverted)
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == until and self.depth > 1:
                break
            if space := _SPACE.match(self.text, self.position):
                self.position = space.end()
            elif character == "\n":
                self.position += 1
                self._read_documents()
                command = self._new_command(diverted)
            elif character in ";&|()":
                command = self._next_command(command, diverted)
            elif character in "<>":
                self._redirect(command)
            else:
                self._read_word(command)
        self.depth -= 1

    def _new_command(self, diverted: bool) -> ShellCommand:
        command = ShellCommand(diverted=diverted)
        self.commands.append(command)
        return command

    def _next_command(self, command: ShellCommand, diverted: bool) -> ShellCommand:
        """Read the operator after a command; return the command that follows it."""
        operator = self.text[self.position : self.position + 2]
        if operator == "&>":  # redirects this one
            self.position += 1
            return command
        operator = operator if operator in _DOUBLE else operator[:1]
        self.position += len(operator)
        following = self._new_command(diverted)
        if operator in ("|", "|&"):
            command.pipe = following
        return following

    def _read_word(self, command: ShellCommand) -> None:
        word = self._word()
        if word.text.isdigit() and self.text[self.position : self.position + 1] in ("<", ">"):
            self._redirect(command, stream=word.text)
        else:
            command.words.append(word)

    def _redirect(self, command: ShellCommand, stream: str = "1") -> None:
        found = _REDIRECTION.match(self.text, self.position)
        assert found is not None  # at "<" or ">"
        operator = found[0]
        if operator.endswith("("):  # a process substitution is a word
            self.position += 1
            command.words.append(self._word())
            return
        self.position = found.end()
        while self.text[self.position : self.position + 1] in (" ", "\t"):
            self.position += 1
        if self.text[self.position : self.position + 1] in ("", "\n", ";", "|", ")"):
            return
        start = self.position
        word = self._word()
        if self.position == start:
            self.position += 1
        elif operator in ("<<", "<<-"):
            quoted = any(mark in self.text[word.start : word.end] for mark in "'\"\\")
            document = _HereDocument(word.text, operator == "<<-", quoted, command)
            self.documents.append(document)
        else:
            command.inputs += word.expansions
            to_terminal = operator == ">&" or word.text in ("/dev/stdout", "/dev/tty")
            if operator.startswith(">") and stream == "1" and not to_terminal:
                command.diverted = True

    def _read_documents(self) -> None:
        """Read the bodies of the here-documents whose operators were on the line before."""
        for document in self.documents:
            start = self.position
            while self.position < len(self.text):
                end = self.text.find("\n", self.position)
                end = len(self.text) if end < 0 else end
                row = self.text[self.position : end]
                if (row.lstrip("\t") if document.tabs else row).rstrip("\r") == document.delimiter:
                    if not document.quoted:
                        document.command.inputs += _expansions(self.text[: self.position], start)
                    self.position = min(end + 1, len(self.text))
                    break
                self.position = end + 1
            self.position = min(self.position, len(self.text))
        self.documents.clear()

    def _word(self) -> Word:
        """Read a word, which ends at a blank or an operator outside quotes."""
        start = self.position
        parts: list[str] = []
        expansions: list[ShellUse] = []
        while self.position < len(self.text):
            if plain := _PLAIN.match(self.text, self.position):
                parts.append(plain[0])
                self.position = plain.end()
                continue
            character = self.text[self.position]
            if character in " \t\r\n;&|<>)" or (character == "(" and self.position > start):
                break
            if character == "'":
                parts.append(self._single_quoted())
            elif character == '"':
                self.position += 1
                self._double_quoted(parts, expansions)
            else:
                self._character(parts, expansions)
        self.position = min(self.position, len(self.text))
        return Word("".join(parts), start, self.position, tuple(expansions))

    def _single_quoted(self) -> str:
        end = self.text.find("'", self.position + 1)
        end = len(self.text) if end < 0 else end
        quoted = self.text[self.position + 1 : end]
        self.position = end + 1
        return quoted

    def _double_quoted(self, parts: list[str], expansions: list[ShellUse]) -> None:
        while self.position < len(self.text):
            if plain := _PLAIN_QUOTED.match(self.text, self.position):
                parts.append(plain[0])
                self.position = plain.end()
            elif self.text[self.position] == '"':
                self.position += 1
                return
            else:
                self._character(parts, expansions)

    def _character(self, parts: list[str], expansions: list[ShellUse]) -> None:
        """Read what means the same bare and in double quotes: one character, or an expansion."""
        character = self.text[self.position]
        if character == "\\":
            parts.append(self.text[self.position + 1 : self.position + 2])
            self.position += 2
        elif character in "$`":
            self._expansion(parts, expansions)
        else:
            parts.append(character)
            self.position += 1

    def _expansion(self, parts: list[str], expansions: list[ShellUse]) -> None:
        """Read `$NAME`, `${NAME…}`, `$(…)`, `` `…` `` or a lone `$`."""
        start = self.position
        following = self.text[start + 1 : start + 2]
        if self.text[start] == "`":
            end = self.text.find("`", start + 1)
            end = len(self.text) if end < 0 else end
            self._nested(start + 1, end)
            self.position = end + 1
        elif following == "(":
            self.position += 2
            if self.depth < _DEEPEST:
                self._parse_commands(")", diverted=True)
            self.position += 1
        elif following == "'":  # $'…' is a quotation
            self.position += 1
            return
        else:
            uses, self.position = _expansion(self.text, start)
            expansions += uses
        parts.append(self.text[start : self.position])

    def _nested(self, start: int, end: int) -> None:
        """Read the script between two backquotes."""
        if self.depth >= _DEEPEST:
            return
        inner = _Parser(self.text[:end])
        inner.position, inner.depth = start, self.depth
        inner._parse_commands("", diverted=True)
        self.commands += inner.commands


def _expansions(text: str, start: int) -> list[ShellUse]:
    """Return the expansions from `start` on in a text where quotes have no meaning."""
    uses: list[ShellUse] = []
    while (start := text.find("$", start)) >= 0:
        found, end = _expansion(text, start)
        if text[start - 1 : start] != "\\":
            uses += found
        start = max(end, start + 1)
    return uses


def _expansion(text: str, start: int) -> tuple[list[ShellUse], int]:
    """Read `$NAME` or `${NAME…}` at `start`; return the variables in it, and its end."""
    if not text.startswith("${", start):
        if text[start + 1 : start + 5].lower() == "env:":  # PowerShell's, not a POSIX shell's
            return [], start + 5
        if found := NAME.match(text, start + 1):
            return [ShellUse("read", found[0], start, found.end())], found.end()
        return [], start + (2 if text[start + 1 : start + 2] in _SPECIAL else 1)
    found = _PARAMETER.match(text, start + 2)
    rest = _REST_OF_PARAMETER.match(text, found.end() if found else start + 2)
    if rest is None:
        return [], start + 2
    if found is None:
        return [], rest.end()
    operator = found[2] or ""
    if text.startswith("${!", start) and rest[0] in ("*}", "@}"):
        return [], rest.end()  # the names that start with it
    nested = _expansions(text[: rest.end() - 1], found.end())
    kind: Literal["read", "write"] = "write" if operator.endswith("=") else "read"
    default = rest[0][:-1] if operator.endswith(("-", "=")) else None
    guarded = operator.endswith(("-", "+", "="))
    tested = operator.endswith("+") or text.startswith("${#", start)
    use = ShellUse(kind, found[1], start, rest.end(), default, guarded, tested=tested)
    return [use, *nested], rest.end()
