"""Mask credentials in every text that is shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice, takewhile, zip_longest

from nblint.credentials.credentials import Credentials
from nblint.credentials.documented.format_search import find_formats
from nblint.credentials.documented.formats import FORMATS
from nblint.credentials.hits import Hit
from nblint.credentials.masking.known_values import KnownValues
from nblint.credentials.masking.masked import HIDDEN, Hidden, Masked
from nblint.credentials.prefilter import look
from nblint.multisearch import Literals
from nblint.patterns import lazy_pattern

# A row of a private key, for example; a shorter one may be anything.
_LONG_ROW = 16
_MOST_SHOWN = 1000
# An excerpt may cut off a token: it no longer fits its format, but is still half of a credential.
_REST = r"[\w.~+/=-]{8,}"
# Of a prefix that other words have as well, nothing follows.
_ORDINARY = frozenset(
    {"A3-", "API-", "_mmk", "as-", "cio", "ico-", "pa-", "re_", "web_", "sgp_"}
    | {".", "==", "key-", "sk-", "sl.", "fc-", "sig=", "fw_", "sk_", "secret_", "AccountKey="}
)
# A match is in such a word. Few words are, and searching them for literals takes a tenth of the time.
_CUT_WORD = lazy_pattern(r"[\w.~+/=:-]{11,}")
# A word that may be a value, and how far it may be from a credential in its row.
_GENERATED = lazy_pattern(r"(?<![\w%+/~.-])[\w%+/~-]{16,512}={0,2}(?![\w%+/~.-])")
_FAR = 2000
_LITERAL = lazy_pattern(r"""(?<=["'])[^"'\\\n]{8,512}(?=["'])""")


class Redaction:
    """Masks the credentials of a notebook in excerpts from it.

    Args:
        known: The values that were found in it.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        # As they are, and as a literal writes them.
        self._known = KnownValues(form for value in known for form in (value, repr(value)[1:-1]))
        self._shown: dict[str, str] = {}  # a help text is the same for many findings
        self._long: tuple[str, list[Hidden]] = ("", [])  # the last text that a part was asked for

    @classmethod
    def read(cls, credentials: Credentials) -> Redaction:
        """Return one that knows a notebook's credentials, and the rows of those with several."""
        values = credentials.values()
        rows = (row for value in values for row in value.splitlines())
        return cls(
            [*values, *(row for row in rows if len(row) >= _LONG_ROW and "-----" not in row)]
        )

    def mask(self, text: str) -> str:
        """Return a text with the credentials masked, as `mask` does."""
        if text not in self._shown:
            if len(self._shown) >= _MOST_SHOWN:
                self._shown.clear()
            self._shown[text] = self.masked(text).text
        return self._shown[text]

    def masked(self, text: str) -> Masked:
        """Return a text with the credentials masked that maps offsets of the original."""
        masked = Masked(text)
        _hide_found(masked)
        masked.hide(self._known.hidden_in(masked.text))
        _hide_beginnings(masked)
        _hide_beside(masked)
        return masked

    def masked_part(self, text: str, start: int, end: int) -> Masked:
        """Return a part of a long text, masked; it maps offsets of the whole text.

        Known values are searched for before the text is cut, so that none is halved, and once for
        all parts of one text.
        """
        if self._long[0] is not text:
            self._long = text, self._known.hidden_in(text)
        known = self._long[1]
        masked = Masked(text)
        masked.keep(start, end)
        first = bisect_right(known, start, key=lambda part: part.end)
        inside = [
            Hidden(max(part.start, start) - start, min(part.end, end) - start)
            for part in takewhile(lambda part: part.start < end, islice(known, first, None))
        ]
        masked.hide(inside)
        _hide_found(masked)
        _hide_beginnings(masked)
        _hide_beside(masked)
        return masked


def mask(text: str, known: Iterable[str] = ()) -> str:
    """Return a text with every credential in it hidden.

    Every excerpt of a notebook goes through it before it is shown, in every report, diff, error and
    hover, whatever is selected, suppressed or in the baseline. Mask first, then cut: half a token
    is harder to recognise than a whole one.

    Args:
        text: An excerpt of any surface: code, output, JSON.
        known: Credentials that were found in the notebook; they are masked even if nothing in the
            excerpt gives them away.

    Returns:
        The text, with each credential replaced by its public prefix, if any, and an ellipsis.
    """
    return Redaction(known).mask(text)


def _hide_beside(masked: Masked) -> None:
    """Hide what looks generated in the rows of a credential.

    It may be the other half of a login, such as an AWS signature beside the key's id. No detector
    reports it, since nothing names it.
    """
    hidden = masked.replacements()
    if not hidden:
        return
    from nblint.credentials.judging.values import is_credential
    from nblint.secret_names.judge import Level

    text, done = masked.text, 0
    beside: list[Hidden] = []
    for (start, end), following in zip_longest(hidden, hidden[1:], fillvalue=(len(text),) * 2):
        row = max(done, text.rfind("\n", done, start) + 1, start - _FAR)
        stop = text.find("\n", end)
        stop = min(stop if stop >= 0 else len(text), end + _FAR, following[0])
        for span in ((row, start), (end, stop)):
            beside += (
                Hidden(*word.span())
                for word in _GENERATED.finditer(text, *span)
                if is_credential(word[0], Level.WEAK)
            )
        done = max(done, end, stop)
    masked.hide(beside)


@lru_cache(maxsize=256)
def mask_path(path: str) -> str:
    """Return a path with the tokens in it hidden; what only looks like a password is a name.

    Args:
        path: The path, or a sentence with one.
    """
    # Each name is a text of its own: a slash may also be a part of base64.
    return "/".join(map(_without_tokens, path.split("/")))


def _without_tokens(text: str) -> str:
    parts: list[Hidden] = []
    for found in sorted(find_formats(text), key=lambda found: (found.start, -found.end)):
        if not parts or found.start >= parts[-1].end:
            parts.append(Hidden(found.start, found.end, f"{found.prefix}{HIDDEN}"))
    masked = Masked(text)
    masked.hide(parts)
    return masked.text


def _hide_found(masked: Masked) -> None:
    """Hide what is recognised as a credential."""
    hits = _hits(masked.text)
    found = [Hidden(hit.start, hit.end, f"{hit.prefix}{HIDDEN}") for hit in hits]
    masked.hide(found)
    if hits:  # the pieces of a credential that is put together may occur elsewhere
        values = "\n".join(hit.secret.reveal() for hit in hits)  # no literal holds a line end
        masked.hide(
            Hidden(*match.span()) for match in _LITERAL.finditer(masked.text) if match[0] in values
        )


def _hide_beginnings(masked: Masked) -> None:
    """Hide what an excerpt left of a token, except its public prefix."""
    masked.hide(_beginnings(masked.text))


@lru_cache(maxsize=64)  # as `_hits`
def _beginnings(text: str) -> tuple[Hidden, ...]:
    words = _CUT_WORD.findall(text)
    # Few texts hold a prefix, and compiling the expression takes as long as checking a notebook.
    if not words or not _prefixes().present(" ".join(words)):
        return ()
    return tuple(Hidden(match.end(1), match.end()) for match in _cut().finditer(text))


@cache
def _prefixes() -> Literals:
    found = {literal for row in FORMATS for literal in row.literals if literal[-1] in "_-.="}
    return Literals((*sorted(found - _ORDINARY), "AKIA", "ASIA", "AIza", "eyJ"))


@cache
def _cut() -> re.Pattern[str]:
    return re.compile(f"({'|'.join(map(re.escape, _prefixes().all))}){_REST}")


@lru_cache(maxsize=64)  # the same texts are shown for many notebooks
def _hits(text: str) -> tuple[Hit, ...]:
    clues = look(text)
    if not clues:
        return ()
    # Most of what is shown holds no clue, so do not load the engine for it.
    from nblint.credentials.engine import find_in_code, find_in_html, find_in_text, settle

    found = [*find_in_code(text, clues=clues), *find_in_text(text, clues=clues)]
    if "<" in text:
        found += find_in_html(text, clues=clues)
    return tuple(settle(found))
