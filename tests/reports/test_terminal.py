"""Rows on a terminal, with carets below what is meant."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.reports.terminal import has_color, printable, underlined


def columns(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in ("W", "F")
        else 1
        for char in text
    )


def above(shown: str, carets: str) -> str:
    """Return what the carets underline, without combining marks."""
    start, end = len(carets) - len(carets.lstrip()), len(carets)
    return "".join(
        char
        for index, char in enumerate(shown)
        if start <= columns(shown[:index]) < end and not unicodedata.combining(char)
    )


@pytest.mark.parametrize(
    "before",
    [
        "",
        "x = ",
        "\tx = ",
        "日本語 = ",
        "e\u0301te\u0301 = ",
        "😀",
        "\x0c",
        "\x1b[31m",
        "\u202e",
        "½ ",
    ],
)
def test_carets_stand_below_what_is_meant(before: str) -> None:
    row = f"{before}HERE, and more"
    shown, carets = underlined(row, len(before), len(before) + 4, 76)
    assert above(shown, carets) == "HERE"
    assert set(carets) <= {" ", "^"}
    assert "\t" not in shown


LENGTHS = st.integers(0, 90) | st.just(1000)


@given(st.integers(20, 80), LENGTHS, LENGTHS, st.sampled_from(["x", "漢", "\t", "e\u0301"]))
def test_a_long_row_is_cut_around_what_is_meant(
    width: int, before: int, after: int, filling: str
) -> None:
    start = len(filling) * before
    row = f"{filling * before}HERE{filling * after}"
    shown, carets = underlined(row, start, start + 4, width)
    assert above(shown, carets) == "HERE"
    assert columns(shown) <= width
    assert len(carets) <= width


def test_the_end_of_a_row_and_a_part_that_is_longer_than_the_room() -> None:
    assert underlined("abc", 3, 3, 20) == ("abc", "   ^")
    assert underlined("", 0, 0, 20) == ("", "^")
    assert underlined("abc", 1, 1, 20) == ("abc", " ^")
    assert underlined("x" * 50, 0, 50, 20) == (f"{'x' * 19}…", "^" * 19)
    shown, carets = underlined("y" * 30 + "x" * 50, 30, 80, 20)
    assert set(above(shown, carets)) <= {"x", "…"}
    assert len(above(shown, carets)) > 8


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60), st.integers(10, 50))
def test_no_row_is_too_long_or_does_harm(row: str, start: int, length: int, width: int) -> None:
    start = min(start, len(row))
    shown, carets = underlined(row, start, min(start + length, len(row)), width)
    assert printable(shown) == shown
    assert len(carets) <= width + 8, "an escape is not cut in two"
    assert "^" in carets


@pytest.mark.parametrize(
    ("terminal", "environment", "colors"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_who_gets_colors(terminal: bool, environment: dict[str, str], colors: bool) -> None:
    assert has_color(terminal, environment) is colors
