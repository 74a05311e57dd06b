"""Find session cookies: whoever holds one is logged in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import make_hit
from nblint.credentials.judging.values import is_credential
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import Level

# `Set-Cookie: …`, `Cookie: …`, `"Cookie": "…"`: pairs to the end of the row.
_HEADER = lazy_pattern(
    r"""(?:cookies?["']{0,2}\]?\s{0,2}[:=,]\s{0,2}[rbf]{0,2}["']?|\bcurl\b[^\n]{0,200}?[ ]-b[ ]["']?)(?=[\w.-]{2,40}=)""",
    re.IGNORECASE,
)
# `cookies={"sessionid": "…"}`, `cookies=dict(sessionid="…")`: pairs to the closing bracket.
_MAPPING = lazy_pattern(r"""cookies?\s{0,2}[=:]\s{0,2}(?:dict\(|\{)""", re.IGNORECASE)
# `session.cookies["sessionid"] = "…"`, `cookies.set("sessionid", "…")`, `<Cookie sessionid=… for x>`.
_SINGLE = lazy_pattern(
    r"""cookies?(?:\[|\.(?:set|update|set_cookie)\(|\s)\s{0,2}(?=["']?[\w.-]{2,40}["']?[\]=,])""",
    re.IGNORECASE,
)
_PAIR = lazy_pattern(
    r"""(?<![\w.-])([\w.-]{2,40})["']?\]?\s{0,2}[=:,]\s{0,2}[rbf]{0,2}["']?([\w%+/=.~|:-]{16,2048})(?![\w(\[])"""
)
_SESSION = lazy_pattern(
    r"[\w.-]{0,30}sess(?:ion)?(?:[_-]?id)?|(?:[\w-]{1,30}[._-])?sid|[\w-]{0,30}(?:auth|token|jwt)[\w-]{0,20}",
    re.IGNORECASE,
)
_LONGEST = 1000


def find_cookies(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find the values of session cookies in headers, mappings and calls.

    Args:
        text: Code, a log of requests, or prose.
        placeholders: Values that are not secrets, from the settings.
    """
    if "ookie" not in text and "OOKIE" not in text and " -b " not in text:
        return
    for pattern, ends in ((_HEADER, "\n\"'"), (_MAPPING, "})"), (_SINGLE, "\n)")):
        for match in pattern.finditer(text):
            stop = match.end() + _LONGEST
            found = (text.find(end, match.end(), stop) for end in ends)
            stop = min([at for at in found if at >= 0], default=stop)
            for pair in _PAIR.finditer(text, match.end(), stop):
                yield from _session(pair, placeholders)


def _session(pair: re.Match[str], placeholders: Collection[str]) -> Iterator[Hit]:
    name, value = pair[1], pair[2]
    if "csrf" in name.lower() or "xsrf" in name.lower() or not _SESSION.fullmatch(name):
        return
    if is_credential(value, Level.WEAK, placeholders=placeholders):
        yield make_hit("session cookie", value, *pair.span(2), name)
