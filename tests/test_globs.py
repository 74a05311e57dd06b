"""Globs match what pathspec says, and no glob runs away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from nblint.globs import glob_spec, matches

SEGMENTS = st.one_of(
    st.sampled_from(
        ["**", "*", "a", "b", "*a*b", "a*", "*a*a*", "?*?", "[!a]*b*", "**a", "\\*", "(*"]
    ),
    st.text("ab*?", min_size=1, max_size=6),
)
GLOBS = st.tuples(
    st.sampled_from(["", "/", "!", "!/"]),
    st.lists(SEGMENTS, min_size=1, max_size=6).map("/".join),
    st.sampled_from(["", "/"]),
).map("".join)
PATHS = st.lists(st.text("abc(*", min_size=1, max_size=6), min_size=1, max_size=7).map("/".join)


@given(st.lists(GLOBS, min_size=1, max_size=3), PATHS)
def test_they_match_what_pathspec_says(globs: list[str], path: str) -> None:
    usual = GitIgnoreSpec.from_lines(globs, backend="simple")
    assert glob_spec(tuple(globs)).check_file(path) == usual.check_file(path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 30 + "b", "a" * 250),
        ("*" * 60 + "b", "a" * 250),
        ("[!b]*" * 40 + "b", "a" * 250),
        ("**/a/" * 30 + "b", "a/" * 1000 + "c"),
        ("**/*a*a*a*a/" * 10 + "b", "aaaaaaaa/" * 400 + "c"),
        ("x*/" * 3 + "**/a/**/a/**/a/**/*a*a*b", "x/" * 3 + "a/" * 1000 + "a" * 200),
    ],
)
def test_no_glob_runs_away(glob: str, path: str) -> None:
    # Without the bound, each takes longer than anybody waits.
    assert not matches(path, (glob,))
