"""A text in which parts are hidden, and that knows where the rest of it went."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

HIDDEN = "…"


class Hidden(NamedTuple):
    """A part of a text, by its offsets, and what stands in its place."""

    start: int
    end: int
    shown: str = HIDDEN


class Masked:
    """A text in which parts are hidden one after the other, and that knows where the rest went.

    Attributes:
        text: The text as it may be shown.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._steps: list[_Step] = []

    def hide(self, parts: Iterable[Hidden]) -> None:
        """Replace parts of the text as it is now; they are sorted and do not overlap."""
        step = _Step(parts)
        if not step.parts:
            return
        pieces, end = [], 0
        for part in step.parts:
            pieces += [self.text[end : part.start], part.shown]
            end = part.end
        self.text = "".join([*pieces, self.text[end:]])
        self._steps.append(step)

    def keep(self, start: int, end: int) -> None:
        """Cut off what stands before and after two offsets of the text as it is now."""
        self.hide([Hidden(0, start, ""), Hidden(end, len(self.text), "")])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the original text now begins and ends, by its offsets.

        Of what is hidden, the replacement as a whole belongs to the part.
        """
        for step in self._steps:
            start, end = step.moved(start, to_end=False), step.moved(end, to_end=True)
        return start, end


class _Step:
    """Parts that are hidden together; a report asks for thousands of offsets among them."""

    def __init__(self, parts: Iterable[Hidden]) -> None:
        self.parts = list(parts)
        self._starts = [part.start for part in self.parts]
        self._changes = [0]  # by how much what stands before each part has become longer
        for part in self.parts:
            longer = len(part.shown) - (part.end - part.start)
            self._changes.append(self._changes[-1] + longer)

    def moved(self, offset: int, *, to_end: bool) -> int:
        before = bisect_left(self._starts, offset)
        if not before:
            return offset
        part = self.parts[before - 1]
        if offset < part.end:
            end = len(part.shown) if to_end else 0
            return part.start + self._changes[before - 1] + end
        return offset + self._changes[before]
