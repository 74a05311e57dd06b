r"""Find tokens of documented formats and private keys anywhere in a file.

The other searches read the texts that a notebook's format knows. This one reads the bytes: keys,
fields of no format, the first of two members with the same key, and files that are no notebook. It
decodes escapes (`\u0067hp_…`), also in JSON within JSON, and base64 that holds a text.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from nblint.credentials.documented.format_search import (
    SPACED_LITERALS,
    LongWord,
    documented_hits,
    long_words,
    present_formats,
)
from nblint.credentials.hits import Hit
from nblint.credentials.options import Options
from nblint.credentials.views import (
    Reading,
    with_decoded_escapes,
    with_joined_items,
    with_joined_literals,
)
from nblint.document.base64_text import text_of
from nblint.document.json_strings import unescaped
from nblint.patterns import lazy_pattern

# An escape that can hide a character of a token; `\n` and `\"` cannot.
_ESCAPE = lazy_pattern(r"\\u00[2-7]|\\/")
# JSON within JSON within JSON; each level doubles the backslashes.
_LEVELS = 5
# No token is longer without a sign that base64 lacks: it is an image.
_LONGEST_TOKEN = 4400
_ID_LENGTH = 36
_ID = lazy_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IMAGE = lazy_pattern(r"[A-Za-z0-9+/]*={0,2}")
_BASE64 = lazy_pattern(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{32,}={0,2}(?![A-Za-z0-9+/_-])")
_DATA_URL = ";base64,"


def decoded(raw: bytes) -> str:
    """Return the text in bytes, whatever their encoding: what `find_in_file` searches."""
    if b"\0" in raw:  # UTF-16 or UTF-32: what is left are the ASCII characters
        return raw.replace(b"\0", b"").decode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def find_in_file(
    text: str, options: Options, known: Collection[str] = (), *, thorough: bool = False
) -> list[Hit]:
    """Find tokens and private keys in a file's text.

    Args:
        text: The text.
        options: What the settings say.
        known: Long words that hold no token, as other searches have seen.
        thorough: Whether the file may hold what no other search sees: lists of lines, literals
            that are joined, base64.

    Returns:
        The hits in order; their offsets are those in the text. No two overlap.
    """
    kept: list[Hit] = []
    for way in _ways(text, thorough=thorough):
        found: list[Hit] = []
        for reading in way:
            hits = _hits(reading.text, options, known)
            for hit in chain(hits, _in_base64(reading.text, options, everywhere=thorough)):
                start, end = reading.origin(hit.start, hit.end)
                found.append(replace(hit, start=start, end=end))
        if found:
            kept = _with(kept, found)
    return kept


def _ways(text: str, *, thorough: bool) -> Iterator[Iterable[Reading]]:
    """Yield how a text can be read: with its escapes decoded any number of times, then as one.

    What is found in the first way is not looked for in others, which put things together.
    """
    levels = [Reading(text)]
    while len(levels) <= _LEVELS and (
        _ESCAPE.search(levels[-1].text) or (thorough and len(levels) == 1)
    ):
        levels.append(levels[-1].then(with_decoded_escapes))
    yield levels
    if thorough:
        joined = [Reading(text).then(with_joined_items)]
        while len(joined) < len(levels):
            joined.append(joined[-1].then(with_decoded_escapes))
        yield joined
        yield (reading.then(with_joined_literals) for reading in joined)


def _hits(text: str, options: Options, known: Collection[str]) -> Iterator[Hit]:
    words = _words(text, known)
    formats = present_formats(text, words) if words else ()
    return documented_hits(text, formats, options.placeholders)


def _words(text: str, known: Collection[str]) -> list[LongWord]:
    """Return the long words of a text that are not known: no images, and no ids of cells."""
    words = [
        (start, word)
        for start, word in long_words(text)
        if word not in known and not (len(word) > _LONGEST_TOKEN and _IMAGE.fullmatch(word))
    ]
    without_ids = [
        one for one in words if not (len(one[1]) == _ID_LENGTH and _ID.fullmatch(one[1]))
    ]
    # `Splunk …`: behind such a word, an id may be a token.
    has_more = len(words) > len(without_ids)
    return words if has_more and any(mark in text for mark in SPACED_LITERALS) else without_ids


def _in_base64(text: str, options: Options, *, everywhere: bool) -> Iterator[Hit]:
    """Find tokens in base64 that holds a text: in data URLs, or in every string."""
    for start, end in _encoded(text, everywhere=everywhere):
        if content := text_of(text[start:end]):
            for reading in {content, unescaped(content)}:
                for hit in _hits(reading, options, ()):
                    yield replace(hit, start=start, end=end)


def _encoded(text: str, *, everywhere: bool) -> Iterator[tuple[int, int]]:
    if everywhere:
        yield from (match.span() for match in _BASE64.finditer(text))
        return
    at = text.find(_DATA_URL)
    while at >= 0:
        match = _BASE64.match(text, at + len(_DATA_URL))
        if match:
            yield match.span()
        at = text.find(_DATA_URL, match.end() if match else at + 1)


def _with(kept: Sequence[Hit], found: Iterable[Hit]) -> list[Hit]:
    """Add what overlaps nothing; of what overlaps among itself, the longest."""
    from nblint.credentials.engine import settle

    last = {(hit.start, hit.end): hit for hit in found}
    added = settle(last.values())
    ends = [hit.end for hit in kept]
    starts = [*(hit.start for hit in kept), sys.maxsize]
    free = (hit for hit in added if starts[bisect_right(ends, hit.start)] >= hit.end)
    return sorted([*kept, *free], key=lambda hit: hit.start)
