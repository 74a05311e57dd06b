"""Hides credentials in every text that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nblint.credentials.engine import DEFAULTS, find_in_code, find_in_html, find_in_text, settle
from nblint.credentials.formats import FORMATS
from nblint.credentials.found import Credentials
from nblint.credentials.hits import Hit
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


class Redaction:
    """Hides the credentials of a notebook in whatever is quoted of it.

    Args:
        known: The values that were found in it.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = frozenset(known)

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
        return mask(text, self._known)


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
    hits = _hits(text)
    for hit in reversed(hits):
        text = f"{text[: hit.start]}{hit.prefix}{_HIDDEN}{text[hit.end :]}"
    if hits:  # a credential that is put together may stand in pieces elsewhere
        values = [hit.secret.reveal() for hit in hits]
        text = _LITERAL.sub(
            lambda match: _HIDDEN if any(match[0] in value for value in values) else match[0], text
        )
    for value in sorted(set(known), key=len, reverse=True):
        for form in (value, repr(value)[1:-1]):
            if len(form) >= 4:
                text = text.replace(form, _HIDDEN)
    return _CUT.sub(rf"\1{_HIDDEN}", text)


def _hits(text: str) -> list[Hit]:
    found = [*find_in_code(text, options=DEFAULTS), *find_in_text(text)]
    if "<" in text:
        found += find_in_html(text)
    return settle(found)
