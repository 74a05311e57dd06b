"""Find where a credential may be in a text, at the cost of a few substring searches.

Most notebooks hold no credential. The rest of the engine, with syntax trees and hundreds of regular
expressions, runs only on the few cells and outputs in which the prefilter saw a clue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from nblint.credentials.documented.detect_secrets_plugins import SHORT_KEYS, candidate_lines
from nblint.credentials.documented.format_search import (
    SPACED_LITERALS,
    LongWord,
    find_formats,
    long_words,
    present_formats,
)
from nblint.credentials.documented.formats import Format
from nblint.credentials.documented.private_keys import KEY_MARKS
from nblint.credentials.python.clients import client_calls
from nblint.credentials.views import joints, with_joined_literals
from nblint.multisearch import Literals, narrow, places_of
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import Level, judge
from nblint.secret_names.stems import (
    GENERATED_STEMS,
    ends_its_row,
    judge_in_section,
    stems,
    word_at,
)

# Tools whose options or arguments may be a password or a token.
_TOOLS = (
    "wget", "mysql", "redis-cli", "sudo -S", "smbclient", "rpcclient", "ldapsearch", "sqlplus",
    "mongo", " login ", "http -a", "https -a", "rman ", "impdp", "expdp", "twine ", "snowsql",
    "sqlcmd", "zip ", "7z", "bcp ", "isql ", "xfreerdp", "cqlsh", "beeline", "openssl ", "net use",
    "lftp ", ".py ", "rar ", "steghide ", "SecureString", "secret set", "secrets put",
)  # fmt: skip
_VERBS = (
    "rclone ",
    "poetry config",
    "mc alias",
    "mc config",
    "kinit",
    "<<<",
    "encrypt_string",
    "kaggle config",
    "sp_addlogin",
    "sp_addlinkedsrvlogin",
    "sp_setapprole",
    "OPENROWSET",
    "AppendChar",
    "ToBase64String(",
    "db2 connect",
    "rabbitmqctl",
    "useradd",
    "ftp -n",
    "hentication(",
    "FromHexString(",
    "FromBase64String(",
    "UTHENTICATION(",
    "/rp ",
    '"SEC":',
    "'SEC':",
)
_OPTION = lazy_pattern(r"""[\s"']-{1,2}[A-Za-z]|login\s|/\w|\||\n""")  # or the command's end
# A user, maybe with a password, in a URL; a login as Oracle's clients take it: `conn scott/…@`.
_USERINFO = lazy_pattern(r"""://[^\s/"'<>`@\\|]{0,128}(?::[^\s"<>`\\@]{0,256})?@""")
_EASY_CONNECT = lazy_pattern(r"""(?:onn|ONN|nnect|NNECT) [\w$#]{1,60}/[^\s@/]{4,80}@""")
_LOGIN_BEFORE = 400
# What is before the "@" of such a login, within how many characters.
_BEFORE_AT = (("://", _LOGIN_BEFORE, _USERINFO), ("/", 81, _EASY_CONNECT))
_TOKEN_MARKS = ("code=", "/t/", "ignature=")
_CURL = lazy_pattern(
    r"""curl(?:[^\n\\]|\\\n|\\[^\n]){0,300}?[\s"'](?:-u|-b|--user|--proxy-user)\b"""
)
# Outside of code, a `-p` is a clue only behind one of these tools.
_TOOL = lazy_pattern(
    r"\b(?:mysql\w{0,6}|sshpass|login|mongo\w{0,7}|twine|7z\w?|u?n?zip|cqlsh|nxc|psql)\b"
)
_COMMAND = 200
_COMMAND_END = lazy_pattern(r"[\n|;]")
# A user and a password as short options of any tool: `-u ann -p …`.
_USER_OPTION = lazy_pattern(r"""-[uUal][ =][^\n]{1,200}?[ \t]-[pP]""")
_LOGIN = lazy_pattern(r"""(?:og|ign) ?ins?\b[^\n/]{1,80}[/:][^\n]{0,4}[^\s/]{6}""")
# A URL that is put together: `"postgresql://" + "ann:" + "…" + "@host"`.
_COMPOSED = lazy_pattern(r"""://["'] ?\+[^\n]{1,200}@""")
# A user and a password behind a word for them, or in the row below.
_PAIR = lazy_pattern(r"""[^\n]{0,100}?(?:\n{1,2}[^\n]{0,60}?)?[/:|][*`"' <>b]{0,8}[^\s/]{6}""")
_PAIR_FOUND = lazy_pattern(r"""KEY FOUND! \[ [^\n]{6}""")
_COOKIE = lazy_pattern(
    r"""ookie(?:[^\n]{0,300}?[\w%+/=.~|:-]{16}|s?\s{0,2}[=:]\s{0,2}(?:dict\(|\{)\n)"""
)
# The end of a URL in several literals, `"@host/"`, and its start.
_HOSTS = ('"@', "'@")
_HOST = lazy_pattern(r"""["']@[\w.{%-]{2,100}[:/"']""")
_URL = 200
_HASH = lazy_pattern(r"""[^\n]{3,24}?[0-9a-fA-F]{32}""")
_SNMP = lazy_pattern(r"""snmp[^\n]{1,200}?[ ]-[AX][ ]""")
_USER_PASSWORD = lazy_pattern(r"""net user [^\n/]{3,80}""")
_BEFORE_OPTIONS = frozenset({" ", "\t", "'", '"'})
_STATEMENTS = (
    "appid",
    "pgpass",
    "Fernet(",
    "dentified by",
    "DENTIFIED BY",
    "PRAGMA key",
    "pragma key",
    ":5432:",
    *KEY_MARKS,
    "sendline(",
    'send "',
    'send \\"',
    "to log in",
    "to sign in",
    "/rc4:",
    "/ntlm:",
    "/aes256:",
    "/aes128:",
    "-hashes ",
)
_OPTIONS = (" -u", " -U", " -a", " -l")
# Marks that say little by themselves, and what must follow them.
_CONFIRMED = {
    "curl": _CURL,
    "ogin": _LOGIN,
    "ogin with <": _PAIR,
    "og in": _LOGIN,
    "ign in": _LOGIN,
    "ookie": _COOKIE,
    '://"': _COMPOSED,
    "://'": _COMPOSED,
    "NTLM": _HASH,
    " -H ": _HASH,
    "snmp": _SNMP,
    "ugangsdat": _PAIR,
    "nmeldedat": _PAIR,
    "dentifiants": _PAIR,
    "emo account": _PAIR,
    "[+] ": _PAIR,
    "UCCESS": _PAIR,
    "racked": _PAIR,
    "KEY FOUND": _PAIR_FOUND,
    "net user": _USER_PASSWORD,
}
_MARKS = Literals((*_STATEMENTS, *SHORT_KEYS, *sorted(SPACED_LITERALS), "-p", *_CONFIRMED))
_COMMANDS = Literals((*_TOOLS, *_OPTIONS, *_VERBS, *_HOSTS))


class Clues(Struct, frozen=True):
    """What the prefilter saw.

    Attributes:
        formats: The documented formats that may occur.
        key: Whether a private key's header occurs.
        plugins: Whether detect-secrets' plugins may find something.
        positions: Offsets of the clues, in order.
        words: The long words of the text; only they can hold a token.
    """

    formats: tuple[Format, ...]
    key: bool
    plugins: bool
    positions: tuple[int, ...]
    words: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.positions)


def look(text: str, code: int | None = None) -> Clues:
    """Search a text, such as all of a notebook, for clues of credentials.

    Args:
        text: The text.
        code: How many characters from its start can be code; all if absent.
    """
    end = len(text) if code is None else code
    words = long_words(text)
    marks = _MARKS.places(narrow(text))
    formats = present_formats(text, words, marks)
    short = [at for key in SHORT_KEYS for at in marks.get(key, ())]
    lines = [start for start, _ in candidate_lines(text, words, short)]
    found = {match.start for match in find_formats(text, formats)}
    source = text[:end]
    joined, parts = _joined_literals(source, formats)
    found.update(
        parts,
        lines,
        _addresses(text, words),
        _marked(text, marks),
        _password_options(text, marks.get("-p", ())),
        _names(text, end),
        client_calls(source),
        _commands(source),
    )
    has_key = any(mark in marks for mark in KEY_MARKS)
    known = frozenset([word for _, word in words])
    return Clues((*formats, *joined), has_key, bool(lines), tuple(sorted(found)), known)


def _joined_literals(
    code: str, known: Collection[Format]
) -> tuple[tuple[Format, ...], tuple[int, ...]]:
    """Return the further formats that only literals put together have, and where those start."""
    if next(joints(code), None) is None:
        return (), ()
    view = with_joined_literals(code)
    formats = present_formats(view.text)
    starts = (view.origin(match.start, match.end)[0] for match in find_formats(view.text, formats))
    return tuple(row for row in formats if row not in known), tuple(starts)


def _addresses(text: str, words: Iterable[LongWord]) -> Iterator[int]:
    """Yield where a user logs in with a URL, or where a token is in its path or query."""
    begin = 0
    for at in places_of("@", text):  # rarer than what begins a URL
        begin = max(begin, at - _LOGIN_BEFORE)
        for mark, reach, pattern in _BEFORE_AT:
            if text.find(mark, max(begin, at - reach), at) >= 0:
                yield from (match.start() for match in pattern.finditer(text, begin, at + 1))
        begin = at + 1
    all_words = " ".join([word for _, word in words])
    marks = [mark for mark in _TOKEN_MARKS if mark in all_words]
    for start, word in words if marks else ():
        if any(mark in word for mark in marks):
            yield start


def _marked(text: str, marks: Mapping[str, Iterable[int]]) -> Iterator[int]:
    """Yield where a statement or a call starts that likely has a credential."""
    for mark, starts in marks.items():
        if mark in _STATEMENTS:
            yield from starts
        elif pattern := _CONFIRMED.get(mark):
            yield from (at for at in starts if pattern.match(text, at))


def _password_options(text: str, places: Iterable[int]) -> Iterator[int]:
    """Yield where `-p` follows a tool that takes a password with it."""
    checked, tool_end = 0, -_COMMAND
    for at in places:
        if text[at - 1 : at] in _BEFORE_OPTIONS:
            for tool in _TOOL.finditer(text, max(checked, at - _COMMAND), at):
                tool_end = tool.end()
            checked = at
            if at - tool_end <= _COMMAND and not _COMMAND_END.search(text, tool_end, at):
                yield at


def _commands(code: str) -> Iterator[int]:
    """Yield where a command starts that may have a credential among its options."""
    for mark, starts in _COMMANDS.places(code).items():
        if mark in _VERBS:
            yield from starts
        elif mark in _HOSTS:
            hosts = (at for at in starts if _HOST.match(code, at))
            yield from (at for at in hosts if code.find("://", max(0, at - _URL), at) >= 0)
        elif mark in _OPTIONS:
            yield from (at for at in starts if _USER_OPTION.match(code, at + 1))
        else:
            options = ((at, _OPTION.search(code, at, at + _COMMAND)) for at in starts)
            yield from (at for at, option in options if option and option[0] != "\n")


# A value that a machine made is long, or has a digit or a sign in it.
_LONG = lazy_pattern(r"[\w+/~!@#$%^&*-]{8,400}")
_SIGNS = frozenset("0123456789+/~!@#$%^&*")
_LONGEST = 400


class _OpaqueWords:
    """The words of a text that may be a value, searched for on demand.

    It remembers the stretch that it has read, so that many names close together cost one reading.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._begin = 0  # from here
        self._end = 0  # to here, no such word starts
        self._found = -1  # except here, if that is the end

    def between(self, start: int, end: int) -> bool:
        """Tell whether such a word starts or continues between two offsets."""
        if not self._begin <= start <= self._end:
            self._begin = self._end = start
        if self._found == self._end >= start:
            return self._found < end
        for match in _LONG.finditer(self._text, self._end, end + _LONGEST):
            if match.start() >= end:
                break
            if len(match[0]) >= 16 or not _SIGNS.isdisjoint(match[0]):
                self._found = self._end = match.start()
                return True
        self._end = max(self._end, end)
        return False


# They name a credential only together with the word before: "API key", "mot de passe".
_HALF_NAMES = frozenset({"key", "keys", "passe"})


def _names(text: str, code: int) -> Iterator[int]:
    """Yield the offsets of credential-like names that may have a value."""
    words = _OpaqueWords(text)
    for start, end in stems(text):
        in_code = start < code
        # Most are words of prose without a value, which shows before the name is read.
        if (
            in_code
            or text[start:end].lower() not in GENERATED_STEMS
            or _is_bound(text, words, start, end)
        ) and _may_have_value(text, words, start, end, in_code):
            yield start


def _may_have_value(text: str, words: _OpaqueWords, start: int, end: int, in_code: bool) -> bool:
    """Tell whether the name around a stem is a credential's and may have a value nearby."""
    word, phrase = word_at(text, start, end)
    level = judge(word.removeprefix("data-")).level
    is_half = level is Level.NONE and word.lower() in _HALF_NAMES
    if is_half:
        level = judge(" ".join(phrase.split(" ")[-2:])).level
    if level is Level.NONE:
        # the state of a widget, a parameter of a URL
        is_special = word.startswith("PasswordModel") or text[start - 1 : end + 1] in _PARAMETERS
        return is_special or (is_half and _is_value_near(text, start, end, in_code))
    if level is Level.PASSWORD:
        return word not in _VERBS_TOO or not _is_verb(text, words, start, end, in_code)
    if in_code:  # the value may be on another row, or before the name
        return words.between(max(0, start - _BEFORE), end + _BEHIND)
    was_asked = text[start:end].lower() in GENERATED_STEMS  # by `_names`
    return was_asked or _is_bound(text, words, start, end)


def _is_value_near(text: str, start: int, end: int, in_code: bool) -> bool:
    """Tell whether a bare "key" has a value: `{"key": "…"}`, `[api]` above it, "the key `…`"."""
    following = text[end : end + 1]
    if following in ('"', "'"):
        return in_code and _KEYED.match(text, end) is not None
    if following not in (":", "=", " "):
        return False
    if not in_code and _BARE.match(text, end):
        return True
    return judge_in_section(text, start, end).level is not Level.NONE


_VERBS_TOO = frozenset({"pass", "Pass"})
_PARAMETERS = frozenset({"?key=", "&key="})
_USER = lazy_pattern(r"(?i:user|login|name|account)")
# Between a name and its value in text stands one of these.
_BINDING = lazy_pattern(
    r"""[:=&|<`]|\n\[1\]|["'],| (?:[- ]|/ |is |to |[eé]s? |est |ist |lautet )"""
)
_TABLE = lazy_pattern(r"""[|<]|["'],|  """)
_COLUMN = lazy_pattern(r"""[|\t;│┆]["' ]{0,40}[\w-]{0,20}\Z""")  # the last heading of a table
_SEPARATORS = frozenset("|\t;│┆")
_ROW_BEFORE = 60
_BARE = lazy_pattern(r" (?:with )?(?:[\w-]{32}|`[\w-]{20})")  # "token …", "the key `…`"
_KEYED = lazy_pattern(r"""["']: {0,2}["'][\w+/=:.-]{20}""")  # {"key": "…"}
_BEFORE, _BEHIND = 120, 400  # in code
_SEPARATION = 48
_WIDGET = 200
_VALUE = 120
_CELLS = 2000  # from a heading to the first cells, in HTML as pandas writes it


def _is_verb(text: str, words: _OpaqueWords, start: int, end: int, in_code: bool) -> bool:
    """Tell whether "pass" is Python's statement or an English verb."""
    if in_code:
        return ends_its_row(text, end)
    user = _USER.search(text, max(0, start - _SEPARATION), start)
    return not user and not _is_bound(text, words, start, end)


def _is_bound(text: str, words: _OpaqueWords, start: int, end: int) -> bool:
    """Tell whether a name outside of code may have a value, mostly behind it."""
    close = end + _SEPARATION
    if _BARE.match(text, end):
        return True
    if _BINDING.search(text, end, close) or text[start:end].lower() == "bearer":
        return words.between(end, end + (_CELLS if _TABLE.search(text, end, close) else _VALUE))
    before = text[max(0, start - _ROW_BEFORE) : start]
    # Compiling the expression, with its characters beyond Latin-1, takes longer than most searches.
    if not _SEPARATORS.isdisjoint(before) and _COLUMN.search(before):
        return words.between(end, end + _CELLS)
    # A widget's value comes before its label.
    first = max(0, start - _WIDGET)
    has_value = text.find('"value"', first, start) >= 0 or text.find("value=", first, start) >= 0
    return has_value and words.between(first, start)
