"""Which cells of one notebook have become which of another."""

from collections.abc import Iterator, Sequence

# Comparing thousands of cells with each other would take minutes.
_MOST_COMPARISONS = 100_000


def paired(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Pair the texts of two lists that are alike, and those in the same place between such.

    Texts that are alike at both ends are not searched for. Of lists that differ in more than that,
    and are long, the texts in between are paired by their places.

    Args:
        one: The texts before.
        other: The texts afterwards.

    Yields:
        The index in each list, in order; None where a text is new or gone.
    """
    most = min(len(one), len(other))
    start = next((n for n in range(most) if one[n] != other[n]), most)
    end = next((n for n in range(most - start) if one[-1 - n] != other[-1 - n]), most - start)
    middle = one[start : len(one) - end], other[start : len(other) - end]
    yield from ((n, n) for n in range(start))
    for _, i1, i2, j1, j2 in _differences(*middle):
        for n in range(max(i2 - i1, j2 - j1)):
            i, j = i1 + n, j1 + n
            yield start + i if i < i2 else None, start + j if j < j2 else None
    yield from ((len(one) - n, len(other) - n) for n in range(end, 0, -1))


def _differences(
    one: Sequence[str], other: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    """Return how one list becomes the other, as `SequenceMatcher.get_opcodes` does."""
    if len(one) * len(other) > _MOST_COMPARISONS:
        return [("replace", 0, len(one), 0, len(other))]
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
