"""Read code of any language as literals, names and marks, nested as its brackets are.

R, Julia, JavaScript, C#, Scala, Java, Go and their like differ in what statements mean, not in how
a literal, a name and a bracket are written. That much is enough to see what a literal is bound to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from nblint.patterns import lazy_pattern


def _pattern(row: str, end: str) -> re.Pattern[str]:
    """Return what matches a token, given what a literal cannot hold and what ends an open one."""
    return lazy_pattern(
        rf"""
        (?P<comment> //(?<!:)[^\n]* | /\*.*?(?:\*/|\Z) | \#=.*?(?:=\#|\Z) )
        | (?P<hash> \#[^\n]* )
        | @(?P<q>["'])\n(?P<here>.{{0,8000}}?)\n(?P=q)@
        | [A-Za-z$@]{{0,3}}
          (?: "{{3}}(?P<triple>.*?)(?:"{{3}}|\Z)
            | (?<=@)"(?P<verbatim>[^"]*(?:""[^"]*)*)(?:"|\Z)
            | (?<=[rR])"(?P<raw>\(.*?\))(?:"|\Z)
            | "(?P<double>[^"\\{row}]*(?:\\.[^"\\{row}]*)*)(?:"|{end})
          )
        | [bNrRuU]?'(?P<single>[^'\\{row}]*(?:\\.[^'\\{row}]*)*)(?:'|{end})
        | `(?P<back>[^`\\]*(?:\\.[^`\\]*)*)(?:`|\Z|\\)
        | (?P<name> [$@\#]{{0,2}}[^\W\d][\w$]* )
        | (?P<number> \d[\w.]* )
        | (?P<mark> <<?-|->>?|=>|\?\?=|\|\|=|&&=|:=|===?|!==?|\?\?|\?:|\?\.|\|\||&&|\|>|::|%[^%\s]{{0,10}}%|<>|\+=|~>|.)
        """,
        re.VERBOSE | re.DOTALL,
    )


# A literal ends with its row, except in languages where it may have several.
_TOKEN = _pattern(r"\n", r"(?=\n)|\Z|\\")
_TOKEN_OF_ROWS = _pattern("", r"\Z|\\")
_SPACE = lazy_pattern(r"[ \t\r]+")
_TEXTS = frozenset({"here", "triple", "verbatim", "raw", "double", "single", "back"})
# Languages in which "#" starts a comment, and a literal may have several rows.
_HASH = frozenset("r julia python powershell pwsh ruby perl elixir bash php".split())
_OPENS, _CLOSES = "([{", ")]}"
_DEEPEST = 60
# A statement goes on behind one of these, and before one.
_OPEN_ENDED = frozenset(
    "= := <- <<- => -> ?? ??= || ||= && | |> + * . , : ? ?: %>% ( [ <> else return".split()
)
_GOES_ON = frozenset("{ ? : . ?. ?? || && + | |> = . else".split())


class Token(Struct, frozen=True):
    """A literal, a name, a number or a mark.

    Attributes:
        kind: "text", "name", "number", "mark" or "row", the end of one.
        text: How it is written; a literal without its quotes.
        start: Where that starts.
        end: Where it ends.
        quote: What a literal starts with, such as `@"`.
    """

    kind: str
    text: str
    start: int
    end: int
    quote: str = ""


class Group(Struct, frozen=True):
    """What stands in brackets.

    Attributes:
        mark: The opening bracket.
        statements: Its statements, each with its items, which commas separate.
        start: Where the bracket opens.
        end: Where it closes.
    """

    mark: str
    statements: Sequence[Sequence[Sequence[Node]]]
    start: int
    end: int

    @property
    def items(self) -> list[Sequence[Node]]:
        """All items, such as the arguments of a call, without empty ones."""
        return [item for statement in self.statements for item in statement if item]


Node: TypeAlias = "Token | Group"


def tokens(text: str, language: str = "") -> Iterator[Token]:
    """Yield the tokens of code; comments are left out."""
    at, end = 0, len(text)
    while at < end:
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        if text[at] == "\n":
            yield Token("row", "\n", at, at + 1)
            at += 1
            continue
        match = _match(text, at, language)
        at = match.end()
        kind = match.lastgroup or "mark"
        if kind in ("comment", "hash"):
            continue
        if kind in _TEXTS:
            start, stop = match.span(kind)
            yield Token("text", match[kind], start, stop, text[match.start() : start])
        else:
            yield Token(kind, match[0], match.start(), at)


def _match(text: str, at: int, language: str) -> re.Match[str]:
    """Return the token at an offset, as the language suggests."""
    has_hash = language in _HASH
    match = (_TOKEN_OF_ROWS if has_hash else _TOKEN).match(text, at)
    assert match is not None
    sign = text[at]
    is_comment = match["comment"] is not None or match["hash"] is not None
    if is_comment and sign == "#":
        is_wrong = not has_hash and text[at + 1 : at + 2] not in (" ", "!")
    else:
        # In Julia, a transposed matrix is `a'`, and a single character `'a'`.
        is_julia = language == "julia" and match["single"] is not None
        is_escape = match["back"] is not None and language == "powershell"
        is_wrong = (is_comment and has_hash) or (is_julia and len(match["single"]) > 1) or is_escape
    return _MARK.match(text, at) or match if is_wrong else match


_MARK = lazy_pattern(r"(?P<name>\#[^\W\d][\w$]*)|(?P<mark>.)", re.DOTALL)


class _Open:
    """A bracket that is not closed yet."""

    def __init__(self, mark: str, start: int) -> None:
        self.mark = mark
        self.start = start
        self.statements: list[list[list[Node]]] = [[[]]]

    def add(self, node: Node) -> None:
        self.statements[-1][-1].append(node)

    def end_item(self) -> None:
        self.statements[-1].append([])

    def end_statement(self) -> None:
        if self.statements[-1] != [[]]:
            self.statements.append([[]])


def read(text: str, language: str = "") -> Group:
    """Return code as a group, whose mark is a brace, of its statements.

    Args:
        text: Code, in any language.
        language: Its name in lower case, if known; it says what a `#` is.
    """
    reader = _Reader()
    for token in tokens(text, language):
        reader.add(token)
    return reader.close(len(text))


class _Reader:
    """Nests tokens as their brackets are."""

    def __init__(self) -> None:
        self._stack = [_Open("{", 0)]
        self._last: Token | None = None
        self._row_ended = False

    def add(self, token: Token) -> None:
        top = self._stack[-1]
        if token.kind == "row":
            self._row_ended = top.mark == "{"
            return
        if self._row_ended and not self._goes_on(token):
            top.end_statement()
        self._row_ended, self._last = False, token
        if token.kind != "mark":
            top.add(token)
        elif token.text in _OPENS and len(self._stack) < _DEEPEST:
            self._stack.append(_Open(token.text, token.start))
        elif token.text in _CLOSES:
            self._close(_OPENS[_CLOSES.index(token.text)], token.end)
        elif token.text == ",":
            top.end_item()
        elif token.text == ";":
            top.end_statement()
        else:
            top.add(token)

    def close(self, end: int) -> Group:
        """Close what is left open, and return all."""
        while len(self._stack) > 1:
            self._close(self._stack[-1].mark, end)
        return Group("{", self._stack[0].statements, 0, end)

    def _goes_on(self, token: Token) -> bool:
        """Tell whether a statement continues in the row that a token begins."""
        last = self._last
        is_open = last is not None and last.kind != "text" and last.text in _OPEN_ENDED
        return is_open or (token.kind != "text" and token.text in _GOES_ON)

    def _close(self, mark: str, end: int) -> None:
        """Close the nearest bracket of a kind, and those in it that were left open."""
        if any(one.mark == mark for one in self._stack[1:]):
            while True:
                closed = self._stack.pop()
                group = Group(closed.mark, closed.statements, closed.start, end)
                self._stack[-1].add(group)
                if closed.mark == mark:
                    return
