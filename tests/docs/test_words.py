"""One voice: wordings that no text of this repository uses, and what to write instead."""

import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.docs.pages import ROOT

# Regular expressions, in any case; a space stands for any space, also at the end of a line.
INSTEAD = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"by default as many as|as many as pay": "default: chosen automatically",
    "a line each|one a line": "one per line",
    "at the most": "at most",
    "beginnings of codes": "rule code prefixes",
    "goes? on to hold": "still applies",
    "in the stead of|in the place of": "instead of",
    "is another cell's, too": "duplicate cell id",
    "id is not one": "invalid cell id",
    "is no whole number": "must be a positive integer",
    "is none of (those|these)": "is not in the allowed list",
    "lends? (it|them)": "runs on",
    "not Python that can be read": "cannot be parsed as Python",
    "recorded but not found any more": "baseline entries are stale",
    "'s affair": "say who decides",
    "say whether": "Tell whether",
    "the header has no section": "missing section",
    r"there are (bash|circleci|text)\b": "choose from",
    "there is no output format": "unknown output format",
    "they are code of that repository": "plugins execute code from that repository",
}
# The changelog quotes past releases, and tests list words.
ASIDE = {"CHANGELOG.md", "tests/docs/test_words.py", "tests/rules/test_messages.py"}


class Wording(NamedTuple):
    """A wording to avoid, where it is used, and what to write instead."""

    row: int
    found: str
    instead: str


def expression(wording: str) -> re.Pattern[str]:
    """Compile a wording; lines may break in it, in comments as well."""
    return re.compile(wording.replace(" ", r"\s+(?:(?:#|//)\s+)?"), re.IGNORECASE)


EXPRESSIONS = [(expression(wording), instead) for wording, instead in INSTEAD.items()]


def wordings(text: str) -> Iterator[Wording]:
    """Yield the wordings to avoid in a text."""
    for pattern, instead in EXPRESSIONS:
        for match in pattern.finditer(text):
            yield Wording(text.count("\n", 0, match.start()) + 1, match[0], instead)


def texts() -> Iterator[tuple[str, str]]:
    """Yield the names of all text files that git tracks, and what they contain."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    for name in filter(None, listed.stdout.split("\0")):
        if name in ASIDE or not (ROOT / name).is_file():
            continue
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            yield name, data.decode("utf-8", "replace")


def test_one_voice() -> None:
    found = [
        f"{name}:{wording.row}: {wording.found!r}; write {wording.instead!r}"
        for name, text in texts()
        for wording in sorted(wordings(text))
    ]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It\nMends files.", [Wording(2, "Mends", "fix")]),
        ("# one a\n# line", [Wording(1, "one a\n# line", "one per line")]),
        ("Amend the commit, as documentation recommends.", []),
    ],
)
def test_a_wording_is_recognised(text: str, found: list[Wording]) -> None:
    assert list(wordings(text)) == found


@pytest.mark.parametrize("instead", INSTEAD.values())
def test_what_to_write_instead_is_itself_fine(instead: str) -> None:
    assert not list(wordings(instead))
