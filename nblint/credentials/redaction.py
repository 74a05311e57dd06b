"""Hides credentials in every text that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from nblint.credentials.engine import find_in_code, find_in_html, find_in_text, settle
from nblint.credentials.formats import FORMATS
from nblint.credentials.found import Credentials
from nblint.credentials.hits import Hit
from nblint.credentials.prefilter import look
from nblint.patterns import lazy_pattern

_HIDDEN = "…"
# A row of a private key, say; shorter ones may be anything.
_LONG_ROW = 16
# A token that an excerpt cuts off is too short for its format, but still half of a credential.
_PREFIXES = sorted(
    {literal for row in FORMATS for literal in row.literals if literal[-1] in "_-.="}
    - {".", "==", "key-", "sk-", "sl.", "fc-", "sig=", "fw_", "sk_", "secret_", "AccountKey="},
)
_CUT = lazy_pattern(
    "("
    + "|".join(re.escape(prefix) for prefix in _PREFIXES)
    + r"|AKIA|ASIA|AIza|eyJ)[\w.~+/=-]{8,}"
)
_LITERAL = lazy_pattern(r"""(?<=["'])[^"'\\\n]{8,512}(?=["'])""")


class _Hidden(NamedTuple):
    """A part of a text, by its offsets, and what stands in its place."""

    start: int
    end: int
    shown: str = _HIDDEN


class Masked:
    """A text in which parts are hidden one after the other, and that knows where the rest went.

    Attributes:
        text: The text as it may be shown.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._steps: list[list[_Hidden]] = []

    def hide(self, parts: Iterable[_Hidden]) -> None:
        """Replace parts of the text as it is now; they are sorted and do not overlap."""
        step = list(parts)
        if not step:
            return
        pieces, end = [], 0
        for part in step:
            pieces += [self.text[end : part.start], part.shown]
            end = part.end
        self.text = "".join([*pieces, self.text[end:]])
        self._steps.append(step)

    def keep(self, start: int, end: int) -> None:
        """Cut off what stands before and after two offsets of the original text."""
        start, end = self.span(start, end)
        self.hide([_Hidden(0, start, ""), _Hidden(end, len(self.text), "")])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the original text now begins and ends, by its offsets.

        Of what is hidden, the replacement as a whole belongs to the part.
        """
        for step in self._steps:
            start, end = _moved(start, step, to_end=False), _moved(end, step, to_end=True)
        return start, end


def _moved(offset: int, step: list[_Hidden], *, to_end: bool) -> int:
    change = 0
    for part in step:
        if offset <= part.start:
            break
        if offset < part.end:
            return part.start + change + (len(part.shown) if to_end else 0)
        change += len(part.shown) - (part.end - part.start)
    return offset + change


class Redaction:
    """Hides the credentials of a notebook in whatever is quoted of it.

    Args:
        known: The values that were found in it.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        # The longest first: a password may be a part of a token.
        self._known = sorted(set(known), key=len, reverse=True)

    @classmethod
    def read(cls, credentials: Credentials) -> Redaction:
        """Know a notebook's credentials, and the rows of those that have several."""
        values = credentials.values()
        rows = (row for value in values for row in value.splitlines())
        return cls(
            [*values, *(row for row in rows if len(row) >= _LONG_ROW and "-----" not in row)]
        )

    def mask(self, text: str) -> str:
        """Return a text without them, as `mask` does."""
        return self.masked(text).text

    def masked(self, text: str) -> Masked:
        """Return a text without them that knows where its parts went."""
        masked = Masked(text)
        _hide_found(masked)
        _hide_known(masked, self._known)
        _hide_beginnings(masked)
        return masked

    def masked_part(self, text: str, start: int, end: int) -> Masked:
        """Return a part of a long text, by its offsets, without them; offsets stay the text's.

        What is known of the notebook is hidden before the text is cut, so that none of it is halved.
        """
        masked = Masked(text)
        _hide_known(masked, self._known)
        masked.keep(start, end)
        _hide_found(masked)
        _hide_beginnings(masked)
        return masked


def mask(text: str, known: Iterable[str] = ()) -> str:
    """Return a text with every credential in it hidden.

    Every excerpt of a notebook goes through it before it is shown, in every report, difference,
    exception and hover, whatever is selected, suppressed or baselined. Mask first, then cut: half
    a token is harder to recognise than a whole one.

    Args:
        text: An excerpt of any surface: code, output, JSON.
        known: Values of credentials that were found in the notebook; they are hidden even where
            nothing in the excerpt gives them away.

    Returns:
        The text with each credential as its public prefix, if it has one, and an ellipsis.
    """
    return Redaction(known).mask(text)


def _hide_found(masked: Masked) -> None:
    """Hide what gives itself away as a credential."""
    hits = _hits(masked.text)
    masked.hide(_Hidden(hit.start, hit.end, f"{hit.prefix}{_HIDDEN}") for hit in hits)
    if hits:  # a credential that is put together may stand in pieces elsewhere
        values = [hit.secret.reveal() for hit in hits]
        masked.hide(
            _Hidden(*match.span())
            for match in _LITERAL.finditer(masked.text)
            if any(match[0] in value for value in values)
        )


def _hide_known(masked: Masked, known: Iterable[str]) -> None:
    """Hide values, and what they look like in a literal."""
    for value in known:
        for form in dict.fromkeys((value, repr(value)[1:-1])):
            if len(form) >= 4 and form in masked.text:
                masked.hide(_occurrences(form, masked.text))


def _hide_beginnings(masked: Masked) -> None:
    """Hide what an excerpt left of a token, but for its public prefix."""
    masked.hide(_Hidden(match.end(1), match.end()) for match in _CUT.finditer(masked.text))


def _occurrences(form: str, text: str) -> Iterator[_Hidden]:
    start = text.find(form)
    while start >= 0:
        yield _Hidden(start, start + len(form))
        start = text.find(form, start + len(form))


@lru_cache(maxsize=64)  # many notebooks are told the same
def _hits(text: str) -> tuple[Hit, ...]:
    clues = look(text)
    if not clues:
        return ()
    found = [*find_in_code(text, clues=clues), *find_in_text(text, clues=clues)]
    if "<" in text:
        found += find_in_html(text, clues=clues)
    return tuple(settle(found))
