"""Texts read in another way, such as with their escapes decoded, that know where they come from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from nblint.document.json_strings import ESCAPE, character
from nblint.patterns import lazy_pattern

# Between two literals that one text is written as: adjacent in Python and C, with a plus in most
# languages, with dots in PHP, Perl and Lua, with an ampersand in Visual Basic. Line ends may be
# escaped, and Python's literals have prefixes.
_GAP = r"""(?:[ \t\r\n\\]|\#[^\n"'`]{0,120}\n){0,120}"""
# The mark comes first, and then what must stand before it: `re` searches for a mark much faster.
_LITERALS = lazy_pattern(
    r"""["'`\\](?:(?<=[\w+/=.~%:-]["'`])"""
    + _GAP
    + r"(?:(?:\+{1,2}|\.{1,2}|&|\|\||<>|~)"
    + _GAP
    + r""")?[rbfuRBFU]{0,2}["'`]|(?<=[\w+/=.~%:-]\\)\r?\n)(?=[\w+/=.~%:-])"""
)
# Between the strings of a list, as a notebook stores the lines of a source.
_ITEMS = lazy_pattern(r'"\s{0,200},\s{0,200}"(?![^"\\\n]{0,200}"\s{0,20}:)')


class _Part(Struct, frozen=True):
    start: int
    end: int
    text: str


class View:
    """A text with parts replaced that maps its offsets to those of the original.

    Args:
        original: The original text.
        parts: The parts to replace, in order, with what they become.

    Attributes:
        text: The text with the parts replaced.
        is_same: Whether nothing was replaced.
    """

    def __init__(self, original: str, parts: Iterable[tuple[int, int, str]]) -> None:
        self._parts = [_Part(*part) for part in parts]
        self._starts: list[int] = []
        pieces: list[str] = []
        end = length = 0
        for part in self._parts:
            pieces += original[end : part.start], part.text
            self._starts.append(length + part.start - end)
            length += part.start - end + len(part.text)
            end = part.end
        self.text = "".join([*pieces, original[end:]])
        self.is_same = not self._parts

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text starts and ends in the original."""
        return self._origin(start, is_end=False), self._origin(end - 1, is_end=True) + 1

    def _origin(self, offset: int, *, is_end: bool) -> int:
        before = bisect_right(self._starts, offset) - 1
        if before < 0:
            return offset
        # Parts that became nothing stand at one offset; the last one of them counts.
        part, begun = self._parts[before], self._starts[before]
        if offset < begun + len(part.text):
            return part.end - 1 if is_end else part.start
        return part.end + offset - begun - len(part.text)


class Reading(Struct, frozen=True):
    """A text read in several steps.

    Attributes:
        text: The text after all steps.
        views: What each step made of the text before it.
    """

    text: str
    views: tuple[View, ...] = ()

    def then(self, step: Callable[[str], View]) -> Reading:
        """Return the text after a further step."""
        view = step(self.text)
        return Reading(view.text, (*self.views, view))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text starts and ends in the first text."""
        for view in reversed(self.views):
            start, end = view.origin(start, end)
        return start, end


def with_decoded_escapes(text: str) -> View:
    r"""Return a text with JSON's escapes decoded: `\u0067` is a `g`, `\/` a slash."""
    return View(text, ((*match.span(), character(match)) for match in ESCAPE.finditer(text)))


def with_joined_literals(text: str) -> View:
    """Return code with adjacent and added literals as one: `"gh" "p_"`, `'gh' + 'p_'`."""
    return View(text, ((start, end, "") for start, end in joints(text)))


def with_joined_items(text: str) -> View:
    """Return JSON with the strings of each list as one."""
    return View(text, ((*match.span(), "") for match in _ITEMS.finditer(text)))


def joints(text: str) -> Iterator[tuple[int, int]]:
    """Yield where one literal ends and the next one, which is joined with it, begins."""
    for match in _LITERALS.finditer(text):
        yield match.span()
