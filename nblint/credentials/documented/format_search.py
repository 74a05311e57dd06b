"""Find tokens in the formats of `formats.py`, and private keys.

A cheap prefilter comes first, then each format's expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct

from nblint.credentials.documented.formats import FORMATS, Format
from nblint.credentials.documented.private_keys import KEY_MARKS, find_private_keys
from nblint.credentials.hits import Hit
from nblint.credentials.secret import Secret
from nblint.multisearch import Literals, narrow
from nblint.patterns import lazy_pattern


class FormatMatch(Struct, frozen=True):
    """A token in a documented format, and the part of it that may be shown."""

    format: Format
    start: int
    end: int
    prefix: str


# The characters of credentials become "a", others that may occur in the same word "b".
_RUN, _WORD, _BETWEEN = b"ab "
_KINDS = bytes(
    _RUN if chr(byte).isalnum() or byte in b"_+/-" else _WORD if byte in b".=%~:@" else _BETWEEN
    for byte in range(128)
).ljust(256)
_SHORTEST = 20
_SHORTEST_RUN = b"a" * 16


# Where a word starts, and the word. A plain tuple, because a notebook has thousands.
LongWord: TypeAlias = tuple[int, str]


def long_words(text: str) -> list[LongWord]:
    """Return the long words of a text in order: only they can hold a token.

    They are a few percent of a text, so searching them for every literal costs little. Most long
    words are dotted names and URLs; a token has a long part without dots.
    """
    kinds = narrow(text).encode("latin-1").translate(_KINDS)
    words: list[LongWord] = []
    end = 0
    # Searching for a run of one letter skips most of the text; splitting it into words would not.
    while (run := kinds.find(_SHORTEST_RUN, end)) >= 0:
        start = kinds.rfind(b" ", end, run) + 1 or end
        end = kinds.find(b" ", run)
        if end < 0:
            end = len(kinds)
        if end - start >= _SHORTEST:
            words.append((start, text[start:end]))
    return words


_OTHERS = tuple(row for row in FORMATS if not row.by_prefix)
# Formats with spaces: what they match is not a single word.
_SPACED = frozenset(
    row for row in _OTHERS if any(mark in row.pattern for mark in (r"\s", r"\n", r"\$"))
)
SPACED_LITERALS = frozenset(literal for row in _SPACED for literal in row.literals)
_BY_LITERAL: dict[str, list[Format]] = {}
for _row in FORMATS:
    for _literal in _row.literals:
        _BY_LITERAL.setdefault(_literal, []).append(_row)
_LITERALS = Literals(_BY_LITERAL.keys() - SPACED_LITERALS)


def present_formats(
    text: str, words: Iterable[LongWord] | None = None, spaced: Container[str] | None = None
) -> tuple[Format, ...]:
    """Return the formats that may occur in a text: the prefilter for `find_formats`.

    Args:
        text: Any text, such as all of a notebook.
        words: Its `long_words`, if known.
        spaced: The `SPACED_LITERALS` that it holds, if known.
    """
    if words is None:
        words = long_words(text)
    if spaced is None:
        spaced = text
    # Half of the words are repeated.
    joined = " ".join(dict.fromkeys([word for _, word in words]))
    known = _LITERALS.present(joined) if joined else set()
    known.update(literal for literal in SPACED_LITERALS if literal in spaced)
    likely = {row for literal in known for row in _BY_LITERAL[literal]}
    found = {row for row in likely if row in _SPACED or _compile(row).search(joined)}
    return tuple(row for row in FORMATS if row in found) if found else ()


def find_formats(
    text: str, formats: Collection[Format] | None = None, placeholders: Collection[str] = ()
) -> Iterator[FormatMatch]:
    """Find every value in a documented format.

    Args:
        text: Decoded text of any kind.
        formats: The formats that can occur in it: `present_formats` of it or of a larger text.
        placeholders: Values that are not secrets, from the settings.

    Yields:
        One match for each value, in the order of the table.
    """
    for row in present_formats(text) if formats is None else formats:
        for literal in row.literals:
            for start, end in _spans(row, literal, text):
                value = text[start:end]
                if _is_genuine(row, value, text, start, end, placeholders):
                    grouped = row.before or _compile(row).groups
                    yield FormatMatch(row, start, end, "" if grouped else literal)


def documented_hits(
    text: str,
    formats: Collection[Format] | None = None,
    placeholders: Collection[str] = (),
    *,
    keys: bool = True,
) -> Iterator[Hit]:
    """Find tokens and private keys.

    Args:
        text: Decoded text of any kind.
        formats: The formats that can occur in it, if known, as for `find_formats`.
        placeholders: Values that are not secrets, from the settings.
        keys: Whether it may hold a private key.
    """
    for found in find_formats(text, formats, placeholders):
        row, value = found.format, Secret(text[found.start : found.end])
        yield Hit(
            *(row.name, row.kind, found.start, found.end, value),
            *(found.prefix, True, "", row.variable),
        )
    if keys and any(mark in text for mark in KEY_MARKS):
        for start, end, body in find_private_keys(text):
            yield Hit("private-key", "private key", start, end, Secret(body), "", True)


@cache
def _compile(row: Format) -> re.Pattern[str]:
    return re.compile(row.pattern)


@cache
def _compile_before(row: Format) -> re.Pattern[str]:
    return re.compile(f"(?:{row.before})$")


@cache
def _width(pattern: str) -> int:
    """Return an upper bound of a match's length: the sum of its repeats, and a few characters."""
    return sum(int(most) for most in re.findall(r"(\d+)\}", pattern)) + 12


def _spans(row: Format, literal: str, text: str) -> Iterator[tuple[int, int]]:
    pattern = _compile(row)
    for match in _matches(pattern, row, literal, text):
        start, end = match.span(1 if pattern.groups else 0)
        if row.before:
            # Look back at most as far as `before` can reach, so that a text full of literals is
            # still read in linear time.
            head = text[max(0, start - _width(row.before)) : start]
            preceding = _compile_before(row).search(head)
            if preceding is None:
                continue
            start -= len(preceding[0])
        yield start, end


def _matches(
    pattern: re.Pattern[str], row: Format, literal: str, text: str
) -> Iterator[re.Match[str]]:
    if literal not in text:
        return
    if len(row.literals) == 1:  # the expression starts with it, so `re` searches for it
        yield from pattern.finditer(text)
        return
    position = text.find(literal)
    while position >= 0:
        match = pattern.match(text, position)
        if match:
            yield match
        position = text.find(literal, match.end() if match else position + 1)


def _is_genuine(
    row: Format, value: str, text: str, start: int, end: int, placeholders: Collection[str]
) -> bool:
    if len(set(value)) < row.distinct or not stands_alone(text, start, end):
        return False
    if row.by_prefix and (_goes_on(text, end) or not _is_varied(value, row.literals[0])):
        return False
    from nblint.credentials.judging.placeholders import is_placeholder  # a few texts need it

    if is_placeholder(value, placeholders):
        return False
    if row.context and not re.search(row.context, _surroundings(text, start, end), re.IGNORECASE):
        return False
    check = _CHECKS.get(row.name)
    return check is None or check(value)


def _goes_on(text: str, end: int) -> bool:
    """Tell whether a word with hyphens or underscores is longer than a token is."""
    return text[end : end + 1] in ("-", "_") and text[end + 1 : end + 2].isalnum()


def _is_varied(value: str, prefix: str) -> bool:
    """Tell whether chance made the rest of a token: words and other identifiers have short prefixes.

    A short prefix also starts a word here and there (`API-REFERENCE`, `re_…`); chance hardly ever
    leaves out digits or letters in a token, or capitals where both cases occur in its alphabet.
    """
    rest = value[len(prefix) :]
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(rest))
    if not any(c.isalpha() for c in rest) or not (any(c.isdigit() for c in rest) or changes > 4):
        return False
    return len(prefix) > _SHORT_PREFIX or rest.count("-") + rest.count("_") <= len(rest) // 6


_SHORT_PREFIX = 4


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a span is a word of its own, not part of a longer word or of base64.

    An escape counts as a boundary: source code and JSON write a line end before a token as a
    backslash and an `n`, and URLs write a quote as `%22`.
    """
    if text[end : end + 1].isalnum() and text[end - 1].isalnum():
        return False
    before = text[start - 1 : start]
    if not before or not (before.isalnum() or before in "_+/"):
        return True
    if start >= 2 and text[start - 2] == "\\" and before in "nrtbf":
        return True
    if start >= 3 and text[start - 3] == "%" and before.isalnum():
        return True
    if before in "+/":  # a path or a sum, unless it is inside base64
        return not _IN_BASE64.search(text, max(0, start - 40), start)
    return not text[start].isalnum()


_IN_BASE64 = lazy_pattern(r"[A-Za-z0-9+/]{24,40}$")


def _surroundings(text: str, start: int, end: int) -> str:
    begin = start
    for _ in range(3):
        begin = text.rfind("\n", max(0, start - 400), max(begin, 0))
        if begin < 0:
            begin = max(0, start - 400)
            break
    stop = text.find("\n", end, end + 300)
    return text[begin : stop if stop >= 0 else end + 300]


def _is_web_token(value: str) -> bool:
    import base64
    import json

    from nblint.credentials.judging.placeholders import is_documented_example

    head, body = value.split(".")[:2]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return False
    return isinstance(header, dict) and not is_documented_example(body)


_CHECKS: dict[str, Callable[[str], bool]] = {"json-web-token": _is_web_token}
