"""Find the known credentials of a notebook in any text, even thousands in a long one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nblint.credentials.masking.masked import Hidden

# Shorter values are parts of too many words.
_SHORTEST = 4
# Up to this many are searched for one by one.
_FEW = 16


class KnownValues:
    """Values to search for.

    Args:
        values: The values; very short ones are left out.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted({value for value in values if len(value) >= _SHORTEST})
        # By their beginnings, then by their lengths: tokens of one format share both.
        self._by_beginning: dict[str, dict[int, set[str]]] = {}
        for value in self._values:
            by_length = self._by_beginning.setdefault(value[:_SHORTEST], {})
            by_length.setdefault(len(value), set()).add(value)

    def hidden_in(self, text: str) -> list[Hidden]:
        """Return the parts of a text that are known values, those that overlap joined."""
        parts: list[Hidden] = []
        for start, end in sorted(self.places(text)):
            if parts and start < parts[-1].end:
                parts[-1] = Hidden(parts[-1].start, max(end, parts[-1].end))
            else:
                parts.append(Hidden(start, end))
        return parts

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where values start and end in a text, in any order; they may overlap."""
        if len(self._values) <= _FEW:
            for value in self._values:
                start = text.find(value)
                while start >= 0:
                    yield start, start + len(value)
                    start = text.find(value, start + 1)
            return
        for start in range(len(text) - _SHORTEST + 1):
            if by_length := self._by_beginning.get(text[start : start + _SHORTEST]):
                for length, values in by_length.items():
                    if text[start : start + length] in values:
                        yield start, start + length
