"""Reading JSON: the fast decoder and Python's own say the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.document import model
from nblint.document.model import Notebook, Unreadable

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(st.characters(codec=None, categories=["Cs", "Lu"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def read(raw: bytes) -> object:
    """What a notebook with these bytes holds, or why it cannot be read."""
    try:
        return Notebook.parse("nb.ipynb", raw).data
    except Unreadable as reason:
        return reason.reason, reason.place


def read_slowly(raw: bytes) -> object:
    try:
        return model._load_leniently(raw)
    except Unreadable as reason:
        return reason.reason, reason.place


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_values_are_read_as_python_reads_them(
    value: object, ensure_ascii: bool, indent: int | None
) -> None:
    text = json.dumps({"cells": [], "value": value}, ensure_ascii=ensure_ascii, indent=indent)
    raw = text.encode("utf-8", "surrogatepass")
    # NaN equals nothing; how it is written does.
    assert repr(read(raw)) == repr(read_slowly(raw))


@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "-Infinity", "1e400", "-0", "-0.0", "1E5", "9007199254740993.0", "4.9e-324"),
        *("18446744073709551616", "-9223372036854775809", "1" * 400, "1" * 5000, "01", "1.", ".5"),
        *(r'"\ud800"', r'"\udc00x"', r'"\ud83d\ude00"', r'"\u0000"', r'"\x"', '"\t"', '"\x00"'),
        *('{"a": 1, "a": 2}', r'{"\u0061": 1, "a": 2}', "[" * 400 + "]" * 400, "tru", "1 x", ""),
        "[" * 100_000,
    ],
)
def test_odd_values_are_read_as_python_reads_them(value: str) -> None:
    raw = f'{{"cells": [], "value": {value}}}'.encode()
    assert repr(read(raw)) == repr(read_slowly(raw))


@pytest.mark.parametrize(
    "raw",
    [
        *(b'{"cells": ["\xff"]}', b'{"cells": ["\xc0\x80"]}', b'{"cells": ["\xed\xa0\x80"]}'),
        *(b'{"cells": [], "\xff": 1}', b'\xef\xbb\xbf{"cells": []}', b'\x0b{"cells": []}'),
        *(b'\n {"cells": []} \n', b'{"cells": []}\x00', b'{"cells": []}\n{}', b"", b" \n", b"{"),
    ],
)
def test_odd_bytes_are_read_as_python_reads_them(raw: bytes) -> None:
    assert repr(read(raw)) == repr(read_slowly(raw))
