from hypothesis import given
from hypothesis import strategies as st

from nblint.document.rows import offset_of, position_of, row_starts, rows_of

texts = st.text("ab\r\n\f\u2028é", max_size=20)


def test_offsets() -> None:
    assert offset_of("a\r\nb\rc\nd", 1) == 0
    assert offset_of("a\r\nb\rc\nd", 2) == 3
    assert offset_of("a\r\nb\rc\nd", 3) == 5
    assert offset_of("a\r\nb\rc\nd", 4, 2) == 8
    assert offset_of("a", 9) == 1


def test_only_line_ends_end_a_row() -> None:
    assert rows_of("a\fb\u2028c\r\nd\re\n") == ["a\fb\u2028c", "d", "e", ""]


@given(texts)
def test_a_text_is_its_rows(text: str) -> None:
    assert len(rows_of(text)) == len(row_starts(text))
    for start, row in zip(row_starts(text), rows_of(text), strict=True):
        assert text.startswith(row, start)


@given(texts, st.data())
def test_positions_and_offsets_belong_together(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    assert offset_of(text, *position_of(text, offset)) == offset
