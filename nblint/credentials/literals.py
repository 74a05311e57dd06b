"""Finds many literals in one pass, with the extra `fast`; without it, one after another.

Both ways find the same. `ahocorasick_rs` reads a text once however many literals there are, which
is what a prefilter spends its time on.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

try:
    import ahocorasick_rs
except ImportError:  # the extra is not installed
    HAS_AUTOMATON = False
else:
    HAS_AUTOMATON = True

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick


def narrow(text: str) -> str:
    """Return a text of one byte a character, with which searching is several times as fast.

    Offsets stay; a character beyond Latin-1 is a question mark.
    """
    return text if text.isascii() else text.encode("latin-1", "replace").decode("latin-1")


class Literals:
    """Literals to look for; places may overlap.

    Attributes:
        all: The literals, in a fixed order.
    """

    def __init__(self, literals: Iterable[str]) -> None:
        self.all = tuple(literals)

    def present(self, text: str) -> set[str]:
        """Return the literals that a text holds."""
        if not HAS_AUTOMATON:
            return {literal for literal in self.all if literal in text}
        return {self.all[index] for index in {match[0] for match in self._matches(text)}}

    def places(self, text: str) -> dict[str, list[int]]:
        """Return where each literal that a text holds starts, in order."""
        found: dict[str, list[int]] = {}
        if HAS_AUTOMATON:
            for index, start, _ in self._matches(text):
                found.setdefault(self.all[index], []).append(start)
            return found
        for literal in self.all:
            at = text.find(literal)
            while at >= 0:
                found.setdefault(literal, []).append(at)
                at = text.find(literal, at + 1)
        return found

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half of a surrogate pair, which no literal has
            whole = text.encode("utf-8", "replace").decode("utf-8")
            return self._automaton.find_matches_as_indexes(whole, overlapping=True)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        # The largest and fastest kind: there are few literals, and they are short.
        kind = ahocorasick_rs.Implementation.DFA
        return ahocorasick_rs.AhoCorasick(self.all, implementation=kind, store_patterns=False)
