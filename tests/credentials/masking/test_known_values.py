"""KnownValues values are found wherever they stand, a few of them or thousands."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nblint.credentials.masking import known_values
from nblint.credentials.masking.known_values import KnownValues
from nblint.credentials.masking.masked import Hidden

WORDS = st.text("ab\"'\\\n", min_size=4, max_size=6)


@given(st.sets(WORDS, max_size=6), st.lists(WORDS | st.text("ab", max_size=2)))
def test_all_of_each_is_hidden(values: set[str], pieces: list[str]) -> None:
    text = "".join(pieces)
    covered: set[int] = set()
    for value in values:
        for start in range(len(text)):
            if text.startswith(value, start):
                covered.update(range(start, start + len(value)))
    # As the few that most notebooks hold, and as many.
    few = KnownValues(values)
    others = [f"other{number}" for number in range(known_values._FEW)]
    for found in (few.hidden_in(text), KnownValues([*values, *others]).hidden_in(text)):
        assert {at for part in found for at in range(part.start, part.end)} == covered
        assert all(one.end <= other.start for one, other in pairwise(found))


def test_what_overlaps_is_hidden_in_one_piece() -> None:
    assert KnownValues(["abcd", "cdef"]).hidden_in("xabcdefx") == [Hidden(1, 7)]
    assert KnownValues(["abcd"]).hidden_in("abcdabcd") == [Hidden(0, 4), Hidden(4, 8)]


def test_short_values_are_parts_of_too_many_words() -> None:
    assert KnownValues(["abc", ""]).hidden_in("abc") == []
