"""Find credentials in URLs and connection strings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec.structs import replace

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind, make_hit
from nblint.credentials.judging.placeholders import is_placeholder
from nblint.credentials.judging.values import is_credential
from nblint.multisearch import Literals, narrow_lower
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import API_KEY, PASSWORD, SIGNATURE, TOKEN, Level, judge

# RFC 3986, section 3.2.1, and what people write despite it: a password with "@", "#" or "?".
_USERINFO = lazy_pattern(
    r"""://([^\s/"'<>`:@\\|]{0,128}):([^\s"<>`/\\]{1,256})@(?=[\w\[{%$<(-]|["'][ ]?[+.])"""
)
# A password with an unescaped slash: only with a database's scheme, where nothing else fits.
_SLASHED = lazy_pattern(r"""://([^\s/"'<>`:@\\|]{0,128}):([^\s"'<>`\\@]{1,128})@(?=[\w\[{%$<(-])""")
_DATABASE = lazy_pattern(
    r"\b(?:postgres(?:ql)?|mysql|mongodb|redis|rediss|amqps?|mssql)(?:\+\w{1,20})?$"
)
_TOKEN_AS_USER = lazy_pattern(
    r"""://([^\s/"'<>`:@\\|]{16,255})(?::(?:x-oauth-basic)?)?@(?=[\w\[])"""
)
# A channel of Anaconda: https://docs.anaconda.com/psm-on-prem/user/token/
_CHANNEL = lazy_pattern(r"""://[\w.-]{1,200}(?::\d{1,5})?/t/((?:[a-z]{2}-)?[\w-]{20,64})/""")
_QUERY = lazy_pattern(r"""[?&;]([A-Za-z][\w.-]{1,40})=([^\s&"'<>#;`\\)\]}|]{6,2048})""")
# Oracle's "easy connect": `scott/tiger@host:1521/service`.
_EASY_CONNECT = lazy_pattern(
    r"""[\w$#]{1,60}/([^\s@/"]{4,80})@(?://)?[\w.-]{1,200}(?::\d{1,5})?(?:/[\w.-]{1,80})?"""
)
# ODBC, OLE DB, JDBC, ADO.NET, Azure, libpq: pairs beside the credential.
_CONNECTION = lazy_pattern(
    r"(?:server|data source|host|hostname|addr|uid|user id|user|username|endpoint|driver|provider"
    r"|account|accountname|dsn|database|dbname|initial catalog|protocol)\s{0,2}=|jdbc:",
    re.IGNORECASE,
)
_PAIR = lazy_pattern(
    r"""(password|passwd|pwd|pass|accountkey|sharedaccesskey|secret|accesskey|token|apikey|api_key)"""
    r"""\s{0,2}=\s{0,2}(?:\{([^}\n]{3,128})\}|'([^'\n]{3,128})'|([^;"'\s&{}<>,)\\]{3,256}))""",
    re.IGNORECASE,
)
_SECRET_WORDS = Literals(
    "password passwd pwd pass accountkey sharedaccesskey secret accesskey token apikey api_key".split()
)
# Signed URLs: whoever has one may fetch what it names; who signed it is no secret.
# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
# https://cloud.google.com/storage/docs/access-control/signed-urls
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html
_SIGNATURES = frozenset({"x-amz-signature", "x-goog-signature", "signature"})
_SIGNERS = frozenset({"x-amz-credential", "x-goog-credential", "googleaccessid", "key-pair-id"})
_SIGNED = lazy_pattern(r"(?:Expires|GoogleAccessId|AWSAccessKeyId|Key-Pair-Id|Policy)=")
_SHORTEST_SIGNATURE = 24
_LONGEST_URL = 2000
# They name a credential only in a URL; `code=` is Azure Functions'.
QUERY_KEYS = frozenset({"key", "appid", "code", "auth", "apitoken", "apikey", "sig"})


def find_urls(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find passwords in `scheme://user:password@host` and credentials in query parameters.

    Args:
        text: Decoded text of any kind.
        placeholders: Values that are not secrets, from the settings.
    """
    if "://" in text:
        for match in _USERINFO.finditer(text):
            yield from _userinfo(match, text, placeholders)
        for match in _SLASHED.finditer(text):
            if _DATABASE.search(text, max(0, match.start() - 40), match.start()):
                yield from _userinfo(match, text, placeholders)
        for pattern in (_TOKEN_AS_USER, _CHANNEL):
            for match in pattern.finditer(text):
                judged = replace(TOKEN, level=Level.WEAK) if pattern is _CHANNEL else TOKEN
                yield from bind(
                    "", match[1], *match.span(1), judged=judged, placeholders=placeholders
                )
    if "=" in text:
        if "?" in text or "&" in text:
            yield from _query(text, placeholders)
        yield from find_connection_strings(text, placeholders)


def _userinfo(match: re.Match[str], text: str, placeholders: Collection[str]) -> Iterator[Hit]:
    user, password = match[1], match[2]
    start, end = match.span(2)
    if re.match(r"\d{1,5}(?:[?#&;,].*)?$", password):  # a port
        return
    opening = text.rfind("'", max(0, match.start() - 40), match.start())
    if "'" in password and opening >= 0:  # the literal ends before the "@"
        return
    if user and password.lower() == user.lower():  # `airflow:airflow@`: an image's default
        return
    if password.lower() in ("tiger", "x-oauth-basic") or is_placeholder(password, placeholders):
        return
    if is_credential(password.ljust(4, "\0")[:256], Level.PASSWORD, placeholders=placeholders):
        kind = "password in a URL"
        hit = make_hit("password", password, start, end)
        yield Hit("url-password", kind, start, end, hit.secret)


def find_easy_connect(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find the password if a text is exactly `user/password@host/service`."""
    match = _EASY_CONNECT.fullmatch(text)
    if match and match[1].lower() != "tiger":
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, placeholders=placeholders)


def _query(text: str, placeholders: Collection[str]) -> Iterator[Hit]:
    for match in _QUERY.finditer(text):
        name = match[1]
        lowered = name.lower()
        if lowered in _SIGNERS:
            continue
        if lowered in _SIGNATURES and len(match[2]) >= _SHORTEST_SIGNATURE:
            # RFC 3986 asks for the escapes; they are of the value.
            if lowered.startswith("x-") or _SIGNED.search(text, *_around(match)):
                yield from bind(name, match[2], *match.span(2), judged=SIGNATURE,
                                placeholders=placeholders)  # fmt: skip
            continue
        judged = judge(name)
        if judged.level is Level.NONE and name.lower() in QUERY_KEYS:
            judged = API_KEY
            if len(match[2]) < 20:
                continue
        if judged.level is not Level.NONE:
            yield from bind(
                name, match[2], *match.span(2), judged=judged, quoted=False,
                placeholders=placeholders,
            )  # fmt: skip


def _around(match: re.Match[str]) -> tuple[int, int]:
    """Return where the URL around a parameter starts and ends, at most."""
    text = match.string
    start = max(
        text.rfind(mark, max(0, match.start() - _LONGEST_URL), match.start()) for mark in " \n\"'"
    )
    ends = (text.find(mark, match.end(), match.end() + _LONGEST_URL) for mark in " \n\"'")
    end = min((at for at in ends if at >= 0), default=match.end() + _LONGEST_URL)
    return max(start, 0), end


def find_connection_strings(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find passwords in ODBC, JDBC, ADO.NET, Azure and libpq connection strings."""
    lowered = narrow_lower(text)
    starts = {at for places in _SECRET_WORDS.places(lowered).values() for at in places}
    end = 0
    for at in sorted(starts):
        match = _PAIR.match(text, at) if at >= end and not _is_word(text[at - 1 : at]) else None
        if match is None:
            continue
        end = match.end()
        start = max(text.rfind("\n", 0, match.start()), match.start() - 400, 0)
        stop = text.find("\n", match.end(), match.end() + 300)
        line = text[start : match.start()] + text[match.end() : stop if stop >= 0 else None][:300]
        if not _CONNECTION.search(line):
            continue
        group = match.lastindex or 4
        # Only inside a string: `connect(host=h, password=p)` is code.
        if group == 4 and not _is_string_like(text, match.start()):
            continue
        judged = PASSWORD if match[1].lower().startswith(("pass", "pwd")) else None
        yield from bind(
            match[1], match[group], *match.span(group), judged=judged, placeholders=placeholders
        )


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_string_like(text: str, start: int) -> bool:
    """Tell whether what stands before a pair is part of a connection string: `;`, `&`, a pair."""
    before = text[max(0, start - 200) : start].rstrip(" ")
    return before.endswith((";", "&", "?", '"', "'")) or bool(
        re.search(r"\w=[^\s=,()]{1,100}$", before)
    )
