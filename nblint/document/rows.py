r"""The rows of a text, as findings count them.

They end at `\n`, `\r\n` and `\r`, and at nothing else: `str.splitlines` also splits at form feeds
and other separators, which editors do not.
"""

from bisect import bisect_right
from functools import lru_cache

from nblint.patterns import lazy_pattern

_END = lazy_pattern(r"\r\n|\r|\n")


def rows_of(text: str) -> list[str]:
    """Split a text into its rows, without their ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


@lru_cache(maxsize=16)
def row_starts(text: str) -> list[int]:
    """Return the 0-based offsets in which the rows of a text begin."""
    return [0, *(end.end() for end in _END.finditer(text))]


def offset_of(text: str, row: int, column: int = 1) -> int:
    """Return the 0-based offset of a 1-based row and column in a text, or its end if past it."""
    starts = row_starts(text)
    if row > len(starts):
        return len(text)
    return min(starts[row - 1] + column - 1, len(text))


def position_of(text: str, offset: int) -> tuple[int, int]:
    """Return the 1-based row and column of a 0-based offset in a text."""
    starts = row_starts(text)
    row = bisect_right(starts, offset)
    return row, offset - starts[row - 1] + 1
