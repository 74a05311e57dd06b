"""Where in a text a credential may stand, for the cost of some substring searches.

Most notebooks hold none. What follows - syntax trees, hundreds of regular expressions - runs only
on the few cells and outputs in which this saw a clue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nblint.credentials.documented import (
    SPACED_LITERALS,
    find_formats,
    long_words,
    present_formats,
)
from nblint.credentials.formats import Format
from nblint.credentials.literals import Literals, narrow
from nblint.credentials.names import Level, judge
from nblint.credentials.plugins import SHORT_KEYS, candidate_lines
from nblint.credentials.text import stems, word_at

# Calls of clients that take a credential by position, with a literal: no name gives it away.
_CLIENTS = frozenset(
    "login connect Client Github Gitlab Shodan OpenAI Bot Anthropic Fernet OTXv2 PyMISP Graph "
    "bind_s Fred Groq Cohere Dropbox Slack OWM Credential OAuth1 OAuthHandler b64decode run "
    "simple_bind_s FTP SMTP Credentials UsernameToken req_auth_basic key_set_with_value Redis StrictRedis Minio BasicAuthentication Airtable TodoistAPI Translator Hosts encode new username_pw_set WebClient MongoClient "
    "Connection create TenableIO TenableSC authenticate format".split()
)
_CLIENT_NAME = re.compile(r"(?:[A-Z][a-z]+)*?(Client|Credential|OAuthHandler)$")
_LITERAL_ARGUMENT = re.compile(r"""\([^()\n]{0,200}?["'][^"'\n]{6}""")
# Command lines: tools and options whose argument is a password or a token.
_TOOLS = (
    "wget", "mysql", "redis-cli", "sudo -S", "smbclient", "rpcclient", "ldapsearch", "sqlplus",
    "mongo", " login ", "http -a", "https -a", "rman ", "impdp", "expdp", "twine ", "snowsql",
    "sqlcmd", "zip ", "7z", "bcp ", "isql ", "xfreerdp", "cqlsh", "beeline", "openssl ", "net use",
    "lftp ", ".py ",
)  # fmt: skip
_VERBS = ("rclone ", "poetry config", "mc alias", "mc config", "kinit", "<<<")
_OPTION = re.compile(r"""[^\n]{0,200}?(?:[\s"']-{1,2}[A-Za-z]|login\s|/\w|\|)""")
_USERINFO = re.compile(r"""://[^\s/"'<>`@\\|]{0,128}(?::[^\s"<>`\\]{1,256})?@""")
_CURL = re.compile(r"""curl[^\n]{0,300}?[\s"'](?:-u|-b|--user|--proxy-user)\b""")
# In text, an option says more than a tool's name, which may be anything.
_TOOL_BEFORE = re.compile(
    r"""\b(?:mysql\w{0,6}|sshpass|login|mongo\w{0,7}|twine|7z\w?|u?n?zip|cqlsh|nxc|psql)\b[^\n|;]{0,200}$"""
)
# A user and a password as short options of whatever tool: `-u ann -p …`.
_USER_OPTION = re.compile(r"""-[uUal][ =][^\n]{1,200}?[ \t]-[pP]""")
_LOGIN = re.compile(r"""ogins?\b[^\n/]{1,80}[/:][^\n]{0,4}[^\s/]{6}""")
_COOKIE = re.compile(r"""ookie[^\n]{0,300}?[\w%+/=.~|:-]{16}""")
_BEFORE_OPTIONS = frozenset({" ", "\t", "'", '"'})
_PUTTY = "PuTTY-User-Key-File"
_IN_WORDS = ("code=", "/t/")
_STATEMENTS = ("appid", "pgpass", "dentified by", "DENTIFIED BY", "-----BEGIN", _PUTTY)
_OPTIONS = (" -u", " -U", " -a", " -l")
_MARKS = Literals(
    (*_STATEMENTS, *SHORT_KEYS, *sorted(SPACED_LITERALS), "curl", "ogin", "ookie", "-p")
)
_COMMANDS = Literals((*_TOOLS, *_OPTIONS, *_VERBS))


@dataclass(frozen=True, slots=True)
class Clues:
    """What the prefilter saw.

    Attributes:
        formats: The documented formats that may be there.
        key: Whether a private key's header is there.
        plugins: Whether detect-secrets' plugins may find something.
        positions: Where the clues are, in order.
    """

    formats: tuple[Format, ...]
    key: bool
    plugins: bool
    positions: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.positions)


def look(text: str, code: int | None = None) -> Clues:
    """Search a text, such as all of a notebook, for what credentials go with.

    Args:
        text: The text.
        code: How much of it, from the start, can be code; all of it if absent.
    """
    words = long_words(text)
    places = _MARKS.places(narrow(text))
    formats = present_formats(text, words, places)
    short = [at for mark in SHORT_KEYS for at in places.get(mark, ())]
    lines = [start for start, _ in candidate_lines(text, words, short)]
    found = {match.start for match in find_formats(text, formats)}
    found.update(lines)
    found.update(match.start() for match in _USERINFO.finditer(text))
    for mark in _IN_WORDS:
        found.update(word.start for word in words if mark in word.text)
    for statement in _STATEMENTS:
        found.update(places.get(statement, ()))
    found.update(at for at in places.get("curl", ()) if _CURL.match(text, at))
    found.update(at for at in places.get("ogin", ()) if _LOGIN.match(text, at))
    found.update(at for at in places.get("ookie", ()) if _COOKIE.match(text, at))
    found.update(at for at in places.get("-p", ()) if _is_option(text, at))
    end = len(text) if code is None else code
    found.update(_names(text, end))
    found.update(_calls(text[:end]))
    found.update(_commands(text[:end]))
    key = "-----BEGIN" in places or _PUTTY in places
    return Clues(formats, key, bool(lines), tuple(sorted(found)))


def _is_option(text: str, at: int) -> bool:
    before = text[max(0, at - 200) : at]
    return before[-1:] in _BEFORE_OPTIONS and bool(_TOOL_BEFORE.search(before))


def _commands(code: str) -> Iterator[int]:
    """Yield where a command is that may have a credential among its options."""
    for mark, starts in _COMMANDS.places(code).items():
        if mark in _VERBS:
            yield from starts
        elif mark in _OPTIONS:
            yield from (at for at in starts if _USER_OPTION.match(code, at + 1))
        else:
            yield from (at for at in starts if _OPTION.match(code, at))


def _calls(code: str) -> Iterator[int]:
    """Yield where a client that takes a credential by position is called with a literal."""
    at = -1
    for piece in code.split("(")[:-1]:
        at += len(piece) + 1
        word = piece[-24:].rpartition(".")[2].rpartition(" ")[2].rpartition("=")[2]
        known = word in _CLIENTS or (word[:1].isupper() and _CLIENT_NAME.search(word))
        if known and _LITERAL_ARGUMENT.match(code, at):
            yield at


# A value that is no word somebody chose is long, or has a digit or a sign in it.
_LONG = re.compile(r"[\w+/~!@#$%^&*-]{8,400}")
_SIGNS = frozenset("0123456789+/~!@#$%^&*")
_NEARBY = 400


def _names(text: str, code: int) -> Iterator[int]:
    """Yield where credential-like names stand that may have a value."""
    for start, end in stems(text):
        in_code = start < code
        stem = text[start:end].lower()
        # Most stand in prose where nothing binds them: that is seen without reading the name.
        if not in_code and stem in _NO_PASSWORDS and not _is_bound(text, stem, start, end):
            continue
        word, phrase = word_at(text, start, end)
        level = judge(word).level
        # "API key" are two words, "mot de passe" three.
        if level is Level.NONE and word.lower() in ("key", "keys", "passe"):
            level = judge(" ".join(phrase.split(" ")[-2:])).level
        if level is Level.PASSWORD:
            yield start
        elif level is not Level.NONE:
            if in_code:  # the value may stand in another row, or before the name
                may_have_value = _has_opaque(text[max(0, start - 120) : end + _NEARBY])
            else:
                may_have_value = stem in _NO_PASSWORDS or _is_bound(text, stem, start, end)
            if may_have_value:
                yield start
        elif word.startswith("PasswordModel") or text[start - 1 : end + 1] in ("?key=", "&key="):
            yield start  # the state of a widget, a parameter of a URL


# Stems of names whose value is made by a machine.
_NO_PASSWORDS = frozenset(
    {"token", "key", "auth", "pat", "secret", "cred", "authoriz", "jwt", "psk", "bearer"}
)
# What stands between a name and its value in text: one of these, close by.
_BINDING = re.compile(r"""[:=&|<]|["'],| (?:[- ]|/ |is |to )|` to""")
_TABLE = re.compile(r"""[|<]|["'],|  """)
_BARE = re.compile(r" [\w-]{32}")  # "token …"
_SEPARATION = 48
_VALUE = 120
_CELLS = 2000  # from a heading to the first cells, in HTML as pandas writes it


def _is_bound(text: str, stem: str, start: int, end: int) -> bool:
    """Tell whether a name outside of code may have a value: mostly behind it."""
    close = end + _SEPARATION
    if _BARE.match(text, end):
        return True
    if stem == "bearer" or _BINDING.search(text, end, close):
        reach = _CELLS if _TABLE.search(text, end, close) else _VALUE
        return _has_opaque(text[end : end + reach])
    before = text[max(0, start - 200) : start]  # a widget's value stands before what it is called
    return ('"value"' in before or "value=" in before) and _has_opaque(before)


def _has_opaque(text: str) -> bool:
    return any(
        len(match[0]) >= 16 or not _SIGNS.isdisjoint(match[0]) for match in _LONG.finditer(text)
    )
