"""Plain markdown is read without markdown-it, and must mean what it means to markdown-it."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nblint.reading.markdown.blocks import parsed_blocks
from nblint.reading.markdown.plain import plain_blocks

HEADER = """\
# Phishing triage

## Purpose

Rank the mails that people *report*
by how likely they are **phishing**, see [the list](https://example.org/list).

## Data Sources
* `reports` of the mail gateway
* [Feeds](https://example.org/feeds) of the team

## Description (How does it work?)
1. Read the reports.
2. Rank them.

## Parameters

| Parameter | Description |
| --- | :---: |
| DAYS | How many days back |
| LIMIT |  |

Name | Value
:-- | ---
x | 1
## References
"""

# Openings that decide what a row is, inside and outside of what is plain; and what may follow them.
OPENINGS = (
    "", "", "", "", " ", "   ", "    ", "\t", "# ", "## ", "#", "###### ", "####### ", "- ", "* ",
    "+ ", "-", "1. ", "2. ", "1) ", "1.", "10. ", "> ", "```", "````", "~~~", "`", "|", "| ",
    "<div>", "<!-- ", "<b>", "[a]: ", "[a](b)", "![a](b)", "*", "**", "_", "__", "'", '"', "(",
    "\\", "&amp;", "---", "===", "***", "- - -", "* * *", "__ _", "|---|", "--- | ---", "|:-:|---|",
    ":--", "$$", "\xa0",
)  # fmt: skip
ENDINGS = (
    "", "", "text", "text", "a b  ", "C#", "text #", "text ##", "text\\", "| b", "a | b |", "a | b",
    " --- | ---", "- item", "# no", "1. x", "[a]: b", "   ", "<b>", "\xa0", "é", "`a|b` |",
    "\u2028x", "- ", "---", "===", "\x0c", "\x00", "2",
)  # fmt: skip

row = st.tuples(st.sampled_from(OPENINGS), st.sampled_from(ENDINGS)).map("".join)
rows_of_any_kind = st.lists(row, max_size=8).map("\n".join)
plain_row = st.sampled_from(
    ["", "", "Text", "`x` y", "# T", "## T ", "- a", "- b ", "* c", "1. d", "2. e", "1) f",
     "| a | b |", "|---|---|", "| c | |", "| --- |", "| d |", "[a](b) c", "**x**", "_y_ z",
     "a | b", "--- | ---", "c | d", "--|--|--", "a | b | c", "a | b |", "> e", "> `f` g", "> **h**",
     "```", "```py", "````", "<div>", "</DIV>", "<p class='i'>j</p>  ", "<h2/>", "---", "*** ",
     "___", "![k](l) m"]
)  # fmt: skip


def assert_same(source: str) -> bool:
    plain = plain_blocks(source)
    assert plain is None or plain == parsed_blocks(source)
    return plain is not None


@given(rows_of_any_kind)
def test_rows_of_any_kind(source: str) -> None:
    assert_same(source)


@given(st.lists(plain_row, max_size=9).map("\n".join))
def test_rows_that_are_plain(source: str) -> None:
    assert_same(source)


@example("<d\u0131v>\n# a\n")
@example("<D\u0130V>\n# a\n")
@example("<\u017fummary>\n# a\n")
@given(st.text("ab1#-*_+|:.)`[](<>!\\ \n\t", max_size=40))
def test_any_characters(source: str) -> None:
    assert_same(source)


@given(st.integers(0, 2**32))
def test_a_header_with_changes(seed: int) -> None:
    chosen = random.Random(seed)
    rows = HEADER.split("\n")
    for _ in range(chosen.randint(1, 4)):
        index = chosen.randrange(len(rows))
        change = chosen.randrange(4)
        if change == 0:
            del rows[index]
        elif change == 1:
            rows.insert(index, chosen.choice(OPENINGS) + chosen.choice(ENDINGS))
        elif change == 2:
            rows[index] = chosen.choice(OPENINGS) + rows[index]
        else:
            rows[index] += chosen.choice(ENDINGS)
    assert_same("\n".join(rows))


def test_a_header_is_plain() -> None:
    assert assert_same(HEADER)


@pytest.mark.parametrize(
    "source",
    ["a\n---", "> a\n>b", "> # a", "- a\n  b", "- a\n\n- b", "a | b\n--- | ---\nc\nd", "```\na",
     "a | b\n    --- | ---\nc | d", "```\na\n  ```", "~~~\na\n~~~", "<b>", "<!-- a -->", "- - -",
     "<p>a | b\n--- | ---", "```a | b\n--- | ---\n```", "\ta", "[a]: b", "- # a", "a\n1. b",
     "# a|\n|--|--|\n--|--", "| a |\n| - |\nb"],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_markdown_it(source: str) -> None:
    assert plain_blocks(source) is None
