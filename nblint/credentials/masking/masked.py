"""A text with hidden parts that maps offsets of the original."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from msgspec import Struct

HIDDEN = "…"


class Hidden(Struct, frozen=True):
    """A part of a text, by its offsets, and what is shown instead."""

    start: int
    end: int
    shown: str = HIDDEN


class Masked:
    """A text in which parts are hidden step by step, and that maps offsets of the original.

    Attributes:
        text: The text as it may be shown.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._steps: list[_Step] = []

    def hide(self, parts: Iterable[Hidden]) -> None:
        """Replace parts of the current text; they must be sorted and not overlap."""
        if not (listed := list(parts)):
            return
        step = _Step(listed)
        pieces, end = [], 0
        for part in step.parts:
            pieces += [self.text[end : part.start], part.shown]
            end = part.end
        self.text = "".join([*pieces, self.text[end:]])
        self._steps.append(step)

    def keep(self, start: int, end: int) -> None:
        """Keep only what is between two offsets of the current text."""
        self.hide([Hidden(0, start, ""), Hidden(end, len(self.text), "")])

    def replacements(self) -> list[tuple[int, int]]:
        """Return where in the current text something is shown instead of a hidden part, in order."""
        found: list[tuple[int, int]] = []
        for step in self._steps:
            found = [
                (step.moved(start, to_end=False), step.moved(end, to_end=True))
                for start, end in found
            ]
            found += step.replacements()
        return sorted(found)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the original text starts and ends now.

        If an end is within a hidden part, all of its replacement is included.
        """
        for step in self._steps:
            start, end = step.moved(start, to_end=False), step.moved(end, to_end=True)
        return start, end


class _Step:
    """Parts that were hidden together; a report maps thousands of offsets through them."""

    def __init__(self, parts: list[Hidden]) -> None:
        self.parts = parts
        self._starts = [part.start for part in self.parts]
        self._changes = [0]  # how much longer the text before each part has become
        for part in self.parts:
            longer = len(part.shown) - (part.end - part.start)
            self._changes.append(self._changes[-1] + longer)

    def replacements(self) -> Iterator[tuple[int, int]]:
        for part, change in zip(self.parts, self._changes, strict=False):
            if part.shown:
                yield part.start + change, part.start + change + len(part.shown)

    def moved(self, offset: int, *, to_end: bool) -> int:
        before = bisect_left(self._starts, offset)
        if not before:
            return offset
        part = self.parts[before - 1]
        if offset < part.end:
            end = len(part.shown) if to_end else 0
            return part.start + self._changes[before - 1] + end
        return offset + self._changes[before]
