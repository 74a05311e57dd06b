"""Keys that occur twice in an object: no parser says so, and none is missed here."""

import json
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from nblint.document.json_strings import duplicate_keys, may_have_duplicate_keys

SPACES = st.sampled_from(["", " ", "\n  ", "\t"])
# As they are written: quotes, escapes, names and colons in them.
STRINGS = st.lists(
    st.sampled_from(["a", "b", '\\"', "\\u0022", "\\u0061", '\\":', "\\\\", ": ", "{", "é"]),
    max_size=3,
).map(lambda parts: f'"{"".join(parts)}"')


@st.composite
def written(draw: st.DrawFn, depth: int = 3) -> str:
    """A value as it may be written, whose objects may have a key twice."""
    space = draw(SPACES)
    kind = draw(st.sampled_from(["string", "number", "list", "object"] if depth else ["string"]))
    if kind == "string":
        return space + draw(STRINGS)
    if kind == "number":
        return space + draw(st.sampled_from(["1", "null", "-2.5e3"]))
    inner = draw(st.lists(written(depth - 1), max_size=3))
    if kind == "list":
        return f"{space}[{','.join(inner)}{space}]"
    keys = [draw(STRINGS) for _ in inner]
    members = [f"{space}{key}{space}:{value}" for key, value in zip(keys, inner, strict=True)]
    return f"{space}{{{','.join(members)}{space}}}"


def has_duplicates(text: str) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len(dict(pairs)) < len(pairs)
        return dict(pairs)

    json.loads(text, object_pairs_hook=look)
    return found


@given(written())
@example('{"a" : 1, "a": {}}')
@example('{"a": 1, "\\u0061": 2}')
@example('{"a": 1, "a": "\\u0022\\u0022"}')
def test_none_is_missed(text: str) -> None:
    raw = text.encode()
    may_have = may_have_duplicate_keys(raw, msgspec.json.decode(raw))
    assert has_duplicates(text) == any(duplicate_keys(text))
    assert may_have or not has_duplicates(text)
    assert not may_have or has_duplicates(text) or "\\u0022" in text
