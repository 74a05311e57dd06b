"""Search for many literals at once; with the extra `fast`, in one pass of an automaton.

Both ways find the same. `ahocorasick_rs` reads a text once, whatever the number of literals.
Without it, literals that share a rare character are searched for together, at the places of that
character, because a search for one character skips most of a text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

try:
    import ahocorasick_rs
except ImportError:  # the extra is not installed
    HAS_AUTOMATON = False
else:
    HAS_AUTOMATON = True

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

# The characters of public notebooks, the most frequent first; the others are rarer.
_FREQUENT = " etsnaoirdlpc\nb\".uhmf_g,1>0y</;:2-&v=3A4w(5)6789'kxTINS{C}[E"
# What a pass over a text costs, in units of one hit in a thousand characters.
_PASS = 20
# Compiling the expressions takes as long as searching this many characters for each literal in
# turn; calling them, as long as searching this many for one literal.
_MANY = 40_000
_SHORT = 10_000
# The characters beyond Latin-1 that are a letter of ASCII in another case.
_ALIKE = {"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"}
_LOWER = bytes(ord(chr(byte).lower()) for byte in range(256))  # of Latin-1


def narrow(text: str) -> str:
    """Return a text with one byte for each character, which is searched several times as fast.

    Offsets stay the same; a character beyond Latin-1 becomes a question mark.
    """
    return text if text.isascii() else text.encode("latin-1", "replace").decode("latin-1")


def narrow_lower(text: str) -> str:
    """Return a text as `narrow` does, in lower case; Python's own way takes twice as long.

    What `re.IGNORECASE` takes for a letter of ASCII becomes that letter.
    """
    if text.isascii():
        return text.lower()
    for alike, letter in _ALIKE.items():
        text = text.replace(alike, letter)
    return text.encode("latin-1", "replace").translate(_LOWER).decode("latin-1")


def places_of(literal: str, text: str) -> Iterator[int]:
    """Yield the offsets of a literal in a text, in order; they may overlap."""
    at = text.find(literal)
    while at >= 0:
        yield at
        at = text.find(literal, at + 1)


def matches_at(
    places: Iterable[int], pattern: re.Pattern[str], text: str
) -> Iterator[re.Match[str]]:
    """Yield the matches of an expression that begin at one of some places, as `finditer` does.

    Where an expression begins with a word in any case, or with the begin of a row, `re` tries it at
    each character; it takes less to look for that word or line end first.

    Args:
        places: Offsets in order, of all places where a match can begin.
        pattern: The expression.
        text: The text.
    """
    end = 0
    for at in places:
        if at >= end and (match := pattern.match(text, at)) is not None:
            end = max(match.end(), at + 1)
            yield match


class Literals:
    """Literals to search for; their places may overlap.

    Attributes:
        all: The literals, in a fixed order.
    """

    def __init__(self, literals: Iterable[str]) -> None:
        self.all = tuple(literals)
        self._searched = 0

    def present(self, text: str) -> set[str]:
        """Return the literals that a text holds."""
        if HAS_AUTOMATON:
            return {self.all[index] for index in {match[0] for match in self._matches(text)}}
        if self._are_few(text):
            return {literal for literal in self.all if literal in text}
        return {literal for group in self._groups for literal in group.present(text)}

    def places(self, text: str) -> dict[str, list[int]]:
        """Return the offsets of each literal that a text holds, in order."""
        found: dict[str, list[int]] = {}
        if HAS_AUTOMATON:
            for index, start, _ in self._matches(text):
                found.setdefault(self.all[index], []).append(start)
        elif self._are_few(text):
            for literal in self.all:
                if literal in text:
                    found[literal] = list(places_of(literal, text))
        else:
            for group in self._groups:
                for literal, start in group.matches(text):
                    found.setdefault(literal, []).append(start)
        return found

    def _are_few(self, text: str) -> bool:
        """Tell whether so few characters were searched that compiled expressions do not pay off."""
        self._searched += len(text)
        return self._searched < _MANY or len(text) * len(self.all) < _SHORT

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half of a surrogate pair, which no literal holds
            whole = text.encode("utf-8", "replace").decode("utf-8")
            return self._automaton.find_matches_as_indexes(whole, overlapping=True)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        # The largest and fastest kind: there are few literals, and they are short.
        kind = ahocorasick_rs.Implementation.DFA
        return ahocorasick_rs.AhoCorasick(self.all, implementation=kind, store_patterns=False)

    @cached_property
    def _groups(self) -> tuple[_Group, ...]:
        """Group the literals around few and rare characters."""
        # A group with a character alone would stop at each of its places.
        groups = [_Group.of(one, [one]) for one in self.all if len(one) == 1]
        longer = {one for one in self.all if len(one) > 1}
        holders = {char: {one for one in longer if char in one} for char in set("".join(longer))}
        while holders:
            anchor = min(holders, key=lambda char: (_cost(char, holders[char]), char))
            chosen = holders[anchor]
            groups.append(_Group.of(anchor, sorted(chosen)))
            holders = {char: rest for char, held in holders.items() if (rest := held - chosen)}
        return tuple(groups)


def _cost(anchor: str, literals: Collection[str]) -> float:
    """Return what a search for a character costs for each literal that holds it."""
    rank = _FREQUENT.find(anchor) if anchor in _FREQUENT else len(_FREQUENT)
    frequency = 320 / (rank + 3)  # of a thousand characters, by Zipf's law
    looks = len({literal.partition(anchor)[0] for literal in literals})
    return (_PASS + frequency * (1 + looks / 2)) / len(literals)


class _Group(Struct, frozen=True):
    """Literals that share a character.

    Attributes:
        pattern: Matches that character where one of the literals is around it.
        literals: The literals, and the offset of the character in each.
    """

    pattern: re.Pattern[str]
    literals: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, anchor: str, literals: Sequence[str]) -> _Group:
        """Return the group of literals that share a character."""
        around = []
        for literal in literals:
            before, _, after = literal.partition(anchor)
            behind = f"(?<={re.escape(before + anchor + after)})" if before else ""
            around.append(re.escape(after) + behind)
        # Alternatives that begin with a character cost little where another one follows.
        pattern = re.compile(f"{re.escape(anchor)}(?={'|'.join(around)})")
        return cls(pattern, tuple((literal, literal.index(anchor)) for literal in literals))

    def matches(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield each literal with its offset; the offsets of one literal are in order."""
        for match in self.pattern.finditer(text):
            for literal, at in self.literals:
                start = match.start() - at
                if start >= 0 and text.startswith(literal, start):
                    yield literal, start

    def present(self, text: str) -> set[str]:
        """Return the literals that a text holds."""
        if len(self.literals) == 1:
            return {literal for literal, _ in self.literals if literal in text}
        return {literal for literal, _ in self.matches(text)}
