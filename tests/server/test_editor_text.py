import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from nblint.server.editor_text import EditorText, position_encoding

NAMES = ["utf-8", "utf-16", "utf-32"]
CHARACTERS = st.text(st.sampled_from("ab é🔑\n\r\f\u2028\x85"), max_size=12)


@given(CHARACTERS, st.sampled_from(NAMES))
def test_positions_and_offsets_are_each_others_inverse(content: str, name: str) -> None:
    text = EditorText(content, 1, "", position_encoding(name))
    for offset in range(len(content) + 1):
        # Between the two characters of a line end there is no position.
        if content[offset - 1 : offset + 1] != "\r\n":
            assert text.offset(text.position(offset)) == offset


@given(CHARACTERS, CHARACTERS, st.sampled_from(NAMES), st.integers(0, 12), st.integers(0, 12))
def test_changes(content: str, new: str, name: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(content)), min(other, len(content))))
    text = EditorText(content, 1, "", position_encoding(name))
    where = text.range(start, end)
    start, end = text.offset(where.start), text.offset(where.end)
    changed = text.changed([types.TextDocumentContentChangePartial(where, new)], 2)
    assert changed.content == content[:start] + new + content[end:]
    assert changed.version == 2
    whole = changed.changed([types.TextDocumentContentChangeWholeDocument("x")], 3)
    assert whole.content == "x"


@pytest.mark.parametrize(("name", "units"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_units(name: str, units: int) -> None:
    assert position_encoding(name).units("🔑") == units
    assert position_encoding(name).points("🔑x", units) == 1


def test_positions_that_are_none() -> None:
    text = EditorText("a🔑\r\nb", 1, "", position_encoding(None))
    assert text.offset(types.Position(0, 99)) == 2, "the end of the line"
    assert text.offset(types.Position(9, 0)) == 5, "the end of the text"
    assert text.offset(types.Position(0, 2)) in (1, 2), "the middle of a character"
    assert text.line(9) == types.Range(types.Position(1, 0), types.Position(1, 1))
    assert EditorText("\ud800x", 1, "", position_encoding("utf-8")).position(2) == types.Position(
        0, 4
    )
