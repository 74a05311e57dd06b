"""Judge a name in a text together with what stands before and behind it."""

from __future__ import annotations

import re

from msgspec.structs import replace

from nblint.credentials.text.separators import CODE_BEHIND
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, CredentialName, Level, judge, taken_by
from nblint.secret_names.stems import judge_in_section

_OTHER = lazy_pattern(
    r"[ \t]{1,2}(?!(?:for|of|in|on|to|at|from|is|was|und|f|d|p|v)[\wü]{0,3}\b|value\b|created\b|generated\b)[a-z]"
)
# What stands before the name in "the key `…`".
_THE = lazy_pattern(r"(?i)\b(?:the|this|my|our|your)[ ]\Z")
_SHOWN_KEY = CredentialName(Level.WEAK, "key")
_NOTHING = judge("")
# Words for keys, which in the language of a user are passwords.
_SHARED = frozenset({"clave", "chave", "chiave", "clé", "mdp"})
_ACCESS = lazy_pattern(r"(?i)\b(?:acceso|acesso|accesso|acc[eè]s)\b")
_USER = lazy_pattern(r"(?i)\b(?:usuario|usuário|utente|utilisateur|identifiant|user|login)\b")
_FAIL = lazy_pattern(r"(?i)\bfail")
_FAR = 120
_DESCRIPTION = lazy_pattern(
    r"[ \t](?!is\b|are\b|to\b|created\b|generated\b)([A-Za-z]{2,20})(?:[ \t][A-Za-z]{2,20})?[ \t]?(?:[:=]|is\b)"
)
# `Secret 'db' created (version: …)`: an identifier follows, not the secret.
_IDENTIFIED = lazy_pattern(
    r"[\"'`]?(?:[ \t]{1,2}[\w@.'()-]{1,20}){0,2}[ \t]\(?(?:id|version|hash|digest|fingerprint|checksum|etag)(?:[ \t]?[:=]|[ \t]is\b)",
    re.IGNORECASE,
)
_ARN = lazy_pattern(r"arn:aws[\w-]{0,10}:[^\s\"']{0,100}\Z")


def judge_in_text(
    text: str,
    start: int,
    end: int,
    name: str,
    separator: re.Match[str] | None,
    *,
    is_prose: bool,
) -> CredentialName:
    """Judge a name together with what stands before and behind it.

    Args:
        text: The text.
        start: Where the name's stem starts.
        end: Where the name ends.
        name: The name, with up to three words before it.
        separator: What separates it from its value.
        is_prose: Whether the name may be several words: "Client Secret".
    """
    if _ARN.search(text, max(0, start - _FAR), start):
        return _NOTHING
    last = name.rpartition(" ")[2]
    judged = judge(name if is_prose else last)
    if judged.level is Level.NONE:
        judged, name = judge(last), last
    if separator and last.lower() in _SHARED and _opens_login(text, start, end, separator):
        judged = PASSWORD
    if judged.level is Level.NONE and last.lower() == "key":
        judged = _judge_bare_key(text, start, end, separator)
    if separator:
        judged = _judge_before(judged, last, separator)
    if judged.level is Level.NONE or _is_described(text, end, name):
        return _NOTHING
    if (
        judged.level is Level.PASSWORD
        and last.lower() == "pass"
        and _FAIL.search(text, *_near(start, end))
    ):
        return replace(judged, level=Level.STRONG)  # `"Pass": …, "Fail": …`
    return judged


def _judge_before(judged: CredentialName, last: str, separator: re.Match[str]) -> CredentialName:
    """Judge a name together with what separates it from its value."""
    if separator[0].rstrip().endswith("("):  # `.password("…")` in any language
        return taken_by(last)
    if judged.kind == "credential" and _has_words(separator):
        return _NOTHING  # "Found credentials from IAM Role: …"
    if judged.level is Level.STRONG and _is_other(separator):
        return replace(judged, level=Level.WEAK)
    return judged


def _opens_login(text: str, start: int, end: int, separator: re.Match[str]) -> bool:
    """Tell whether a word for a key is one for a password: "Usuario: ann, clave: …"."""
    is_access = _ACCESS.search(separator[0]) is not None
    return (
        is_access
        or text[start:end].lower() == "mdp"
        or bool(_USER.search(text, *_near(start, end)))
    )


def _judge_bare_key(
    text: str, start: int, end: int, separator: re.Match[str] | None
) -> CredentialName:
    """Judge a "key" by its section, and by "the key `…`"."""
    is_shown = separator is None or CODE_BEHIND.match(text, separator.end())
    if is_shown and _THE.search(text, max(0, start - 12), start):
        return _SHOWN_KEY
    return judge_in_section(text, start, end)


def _near(start: int, end: int) -> tuple[int, int]:
    return max(0, start - _FAR), end + _FAR


def _has_words(separator: re.Match[str]) -> bool:
    return separator.re.groups > 0 and bool(separator[1].strip())


def _is_other(separator: re.Match[str]) -> bool:
    """Tell whether the name continues: "secret sauce: …" does, "API key of the service: …" does not."""
    return separator.re.groups > 0 and _OTHER.match(separator[1]) is not None


def _is_described(text: str, end: int, name: str) -> bool:
    """Tell whether the next word makes the name something else: "password hash: …"."""
    if _IDENTIFIED.match(text, end):
        return True
    found = _DESCRIPTION.match(text, end)
    return found is not None and judge(f"{name} {found[1]}").level is Level.NONE
