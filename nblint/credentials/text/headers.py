"""Find `Authorization` headers and bearer tokens, and logins that are passed to a client."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.multisearch import matches_at, places_of
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, TOKEN

_AUTHORIZATION = lazy_pattern(
    r"""(?:authorization|x-auth-token|private-token)\\{0,2}["']{0,2}\s{0,3}[:=,]\s{0,3}[rbfRBF]{0,2}\\{0,2}["'`]{0,2}"""
    r"""(?:(bearer|basic|token|apikey|key|bot|genie-?key|ssws|splunk|digest|token token=)\s{1,3}(?:\\?["']\s?[+.,]\s?[@$]?\\?["'])?)?"""
    r"""([\w.~+/=-]{8,2048})""",
    re.IGNORECASE,
)
_BASIC = lazy_pattern(r"\bBasic\s([A-Za-z0-9+/]{12,2048}={0,2})")
_BEARER = lazy_pattern(r"\bbearer\s{1,3}([\w.~+/=-]{20,2048})", re.IGNORECASE)
_TWO_TEXTS = r"""["']([^"'\n]{0,80})["']\s{0,2},\s{0,2}["']([^"'\n]{4,80})["']"""
_AUTH_TUPLE = lazy_pattern(
    r"""(?:(?:auth\s{0,2}=\s{0,2}|authenticate|BasicAuth|auth_basic)\(|(?:NetworkCredential|PSCredential)(?:\]::new)?["']?(?=[ (])[ ]{0,2}(?:-ArgumentList[ ])?@?\(?)(?:\w{1,20},\s{0,2})?\s{0,2}"""
    + _TWO_TEXTS
)
_AUTH_MARKS = ("auth", "BasicAuth", "NetworkCredential", "PSCredential")  # how the matches begin
# Calls that take a driver, a URL or a service before the login.
_THIRD = lazy_pattern(
    r"""(?:key_set_with_value|getConnection|dbConnect|DBInterface\.connect)\((?:[\w.]{1,40},\s{0,2})?(?:["'][^"'\n]{1,200}["'],\s{0,2}(?=["'][^"'\n]{0,80}["']\s{0,2},))?"""
    + _TWO_TEXTS
)
_THIRD_MARKS = ("key_set", "getConn", "dbConn", "DBI")


def find_headers(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `Authorization: Bearer …`, bearer tokens, and `auth=("user", "password")` in text."""
    lowered = text.lower()
    named = any(name in lowered for name in ("authorization", "auth-token", "private-token"))
    for match in _AUTHORIZATION.finditer(text) if named else ():
        yield from authorization(
            match[1] or "", match[2], *match.span(2), placeholders=placeholders
        )
    for match in _BEARER.finditer(text) if "bearer" in lowered else ():
        yield from bind("", match[1], *match.span(1), judged=TOKEN, placeholders=placeholders)
    for match in _BASIC.finditer(text) if "Basic" in text else ():
        yield from authorization("basic", match[1], *match.span(1), placeholders=placeholders)
    yield from _find_given_logins(text, lowered, placeholders)


def _find_given_logins(text: str, lowered: str, placeholders: Collection[str]) -> Iterator[Hit]:
    """Find `auth=("user", "password")` and calls that take a user and a password."""
    logins: list[re.Match[str]] = []
    if "auth" in lowered or "scredential" in lowered or "networkcred" in lowered:
        calls = sorted(at for mark in _AUTH_MARKS for at in places_of(mark, text))
        logins += matches_at(calls, _AUTH_TUPLE, text)
    if any(mark in text for mark in _THIRD_MARKS):
        logins += _THIRD.finditer(text)
    for match in logins:
        yield from bind("", match[2], *match.span(2), judged=PASSWORD, placeholders=placeholders)


def authorization(
    scheme: str, value: str, start: int, end: int, placeholders: Collection[str] = ()
) -> Iterator[Hit]:
    """Judge the value of an `Authorization` header (RFC 7235); `Basic` holds `user:password`."""
    if scheme.lower() == "basic":
        password = _basic_password(value)
        for hit in bind("", password, start, end, judged=PASSWORD, placeholders=placeholders):
            yield Hit("basic-auth", "basic authentication", start, end, hit.secret)
        return
    yield from bind("", value, start, end, judged=TOKEN, placeholders=placeholders)


def _basic_password(value: str) -> str:
    import base64

    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except ValueError:
        return ""
    user, colon, password = text.partition(":")
    return password if colon and password.isprintable() and password != user else ""
