"""Finds the known credentials of a notebook in any text: also thousands in a long one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nblint.credentials.masked import Hidden

# A shorter value is a part of too many words.
_SHORTEST = 4
# Up to so many are looked for one by one, as a notebook's few are.
_FEW = 16


class Known:
    """Values, and what they look like in a literal.

    Args:
        values: The values.
    """

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values for form in (value, repr(value)[1:-1])}
        self._forms = sorted(form for form in forms if len(form) >= _SHORTEST)
        # By their beginnings, and then their lengths: tokens of a format share both.
        self._by_beginning: dict[str, dict[int, set[str]]] = {}
        for form in self._forms:
            by_length = self._by_beginning.setdefault(form[:_SHORTEST], {})
            by_length.setdefault(len(form), set()).add(form)

    def hidden_in(self, text: str) -> list[Hidden]:
        """Return the parts of a text that are known values; of those that overlap, the union."""
        parts: list[Hidden] = []
        for start, end in sorted(self._places(text)):
            if parts and start < parts[-1].end:
                parts[-1] = Hidden(parts[-1].start, max(end, parts[-1].end))
            else:
                parts.append(Hidden(start, end))
        return parts

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        if len(self._forms) <= _FEW:
            for form in self._forms:
                start = text.find(form)
                while start >= 0:
                    yield start, start + len(form)
                    start = text.find(form, start + 1)
            return
        for start in range(len(text) - _SHORTEST + 1):
            if by_length := self._by_beginning.get(text[start : start + _SHORTEST]):
                for length, forms in by_length.items():
                    if text[start : start + length] in forms:
                        yield start, start + length
