"""Find logins as people note them, and passwords as scripts type them at a prompt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.told import looks_chosen
from nblint.multisearch import Literals, matches_at, narrow_lower, places_of
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD

# `Credentials: ann / …`, `user/pass: ann/…`: a user, and what goes with the name.
_LOGIN = lazy_pattern(
    r"""\b(?:credentials?|creds?|log ?ins?|sign ?in|user(?:name)?[ ]?/[ ]?pass(?:word)?)\b[*`]{0,2}(?:[ ](?:is|are|with|as|for|using|\w{1,12}:)|,[ ](?:use|enter|type))?"""
    r"""[ \t:=-]{0,3}[*`"']{0,3}[ ]?([A-Za-z][\w.@\\-]{0,60})[*`"']{0,3}[ ]?(?:/[ ]?|:)[*`"']{0,3}([^\s"'`|,;:/]{6,80})""",
    re.IGNORECASE,
)
_LOGIN_NOUNS = ("cred", "log", "sign", "user")  # how the matches begin
# "Use `ann` / `…` to log in."
_TO_LOG_IN = lazy_pattern(
    r"""[*`"']{1,3}([A-Za-z][\w.@\\-]{0,60})[*`"']{1,3}[ ]?[/:][ ]?[*`"']{1,3}([^\s"'`|,;:/]{6,80})[*`"']{1,3}[ ]to[ ](?:log|sign)[ -]?in\b"""
)
# Words for a login; a user and a password stand near them.
_NOUN = lazy_pattern(
    r"""(?i)(?:credentials?|creds|log(?:ged)?[ -]?ins?|sign[ -]?in|accounts?|zugangsdaten|anmeldedaten|identifiants?|credenciales|credenciais|credenziali|inloggegevens|(?:basic|http)[ ]auth(?:entication)?|user/pass\w{0,4}|success|cracked|valid)\b|\[\+\]"""
)
# How such words begin: looking for these first skips most of a text.
_BEGINNINGS = Literals(
    "cred log sign account zugangsdat anmeldedat identifiant inloggeg basic http user/ success cracked valid [+]".split()
)
# Dashes apart: a set of several characters beyond Latin-1 takes long to compile.
_PAIR = lazy_pattern(
    r"""(?<![\w/.:@-])(?=([A-Za-z][\w.@\\-]{1,60})[*`"']{0,3}(?::|[ ]{0,12}(?:[/|][ ]{0,12}|[–—][ ]{0,12})|,[ ])[*`"']{0,3}([^\s"'`|,;:/()]{6,80}))"""
)
_REFERENCE = lazy_pattern(r"&#\w{1,7}\Z")
_NEAR = 80
_CRACKED = lazy_pattern(r"KEY FOUND! \[ ([^\s\]]{6,64}) \]")
# A heading about access, and `ann / …` alone in the row below.
_BELOW = lazy_pattern(
    r"""(?:^|\n)[ ]{0,3}(?:\#{1,6}[ ]|\*\*)[^\n]{0,60}?(?:credentials?|creds|log ?ins?|access|accounts?|zug(?:ang|änge)\w{0,8}|anmeldung|acc[eè]s|identifiants?|acceso|credenciales|acesso|credenciais|accesso|credenziali|toegang|dostęp|inloggning)\b[^\n]{0,40}\n{1,2}"""
    r"""[ ]{0,3}(?:[-*>+][ ]{1,3})?[*`"']{0,3}([A-Za-z][\w.@\\-]{0,60})[*`"']{0,3}[ ]{0,2}(?:[/:|]|[ ][–—-][ ])[ ]{0,2}[*`"']{0,3}([^\s"'`|,;:/]{6,80})[*`"']{0,3}[ ]{0,4}(?:\n|$)""",
    re.IGNORECASE,
)
# What a reset prints: a row about a password, then "New value: …".
_RESET = lazy_pattern(
    r"""(?i)passw[^\n]{0,100}\n[ \t]{0,8}new[ ](?:value|one)[ ]?(?:is)?[ ]?[:=][ ]{0,4}["'`]?([^\s"'`]{6,128})"""
)
_ANSWER = lazy_pattern(
    r"""assword[^\n"']{0,20}["'][^\n]{0,30}[\n;]\s{0,40}(?:[\w.]{1,40}\.(?:send|sendline|write)\(|send\s{1,4}(?:--\s{1,4})?)b?\\?["']([^"'\\\n]{4,100})(?:\\[rn]){0,2}\\?["']"""
)


def find_logins(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `Credentials: ann / …`; the password must look like a secret by itself."""
    lowered = narrow_lower(text)
    named = any(word in lowered for word in ("cred", "login", "log in", "user", "sign in"))
    for match in _RESET.finditer(text) if "new " in lowered else ():
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, quoted=False,
                        placeholders=placeholders)  # fmt: skip
    rows = (0, *places_of("\n", text)) if "#" in text or "**" in text else ()
    for match in matches_at(rows, _BELOW, text):
        yield from bind("", match[2], *match.span(2), judged=PASSWORD, quoted=False,
                        placeholders=placeholders)  # fmt: skip
    for match in _TO_LOG_IN.finditer(text) if " to log" in text or " to sign" in text else ():
        yield from bind("", match[2], *match.span(2), judged=PASSWORD, quoted=False,
                        placeholders=placeholders)  # fmt: skip
    for match in _CRACKED.finditer(text) if "KEY FOUND" in text else ():
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, quoted=False,
                        placeholders=placeholders)  # fmt: skip
    yield from _pairs(text, lowered, placeholders)
    if not (named and ("/" in text or ":" in text)):
        return
    nouns = sorted(at for noun in _LOGIN_NOUNS for at in places_of(noun, lowered))
    for match in matches_at(nouns, _LOGIN, text):
        value = match[2].rstrip("*)]}>.")
        if match[1].isupper() or value.endswith(("2FA", "MFA")):  # "Login: SSO / MFA2"
            continue
        yield from bind("", value, match.start(2), match.start(2) + len(value), judged=PASSWORD,
                        quoted=False, placeholders=placeholders)  # fmt: skip


def _pairs(text: str, lowered: str, placeholders: Collection[str]) -> Iterator[Hit]:
    """Find `ann / …` in a row about a login; the value must show that it is a password."""
    done = -1
    places = _BEGINNINGS.places(lowered) if "/" in text or ":" in text else {}
    for at in sorted(at for starts in places.values() for at in starts):
        noun = _NOUN.match(text, at) if at >= done and not text[at - 1 : at].isalnum() else None
        if noun is None:
            continue
        first = max(text.rfind("\n", 0, noun.start()) + 1, noun.start() - _NEAR)
        done = text.find("\n", noun.end())
        done = min(done if done >= 0 else len(text), noun.end() + _NEAR)
        before = _PAIR.finditer(text, first, noun.start())
        for pair in (*before, *_PAIR.finditer(text, noun.end(), done)):
            value = pair[2].rstrip(".*")
            is_label = pair[1][0].isupper() and pair.string[pair.end(1)] == ":"
            # "soc&#64;example.com" ends here in the middle of a character, and is no value.
            is_cut = text.startswith(";", pair.end(2)) and _REFERENCE.search(value)
            if is_label or is_cut or pair[1].isupper():
                continue
            if looks_chosen(value, is_apart=False):
                yield from bind("", value, pair.start(2), pair.start(2) + len(value),
                                judged=PASSWORD, quoted=False, placeholders=placeholders)  # fmt: skip


def find_answers(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find what a script types at a prompt: `expect("Password:")`, then `sendline("…")`."""
    for match in _ANSWER.finditer(text) if "assword" in text else ():
        yield from bind("", match[1], *match.span(1), judged=PASSWORD, placeholders=placeholders)
