"""Where in a text a credential may stand, for the cost of some substring searches.

Most notebooks hold none. What follows - syntax trees, hundreds of regular expressions - runs only
on the few cells and outputs in which this saw a clue.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from nblint.credentials.formats import Format, find_formats, long_words, present_formats
from nblint.credentials.names import Level, judge
from nblint.credentials.plugins import candidate_lines
from nblint.credentials.text import stems, word_at

_KEY_MARKS = ("PRIVATE KEY", "PuTTY-User-Key-File")
# Calls of clients that take a credential by position, with a literal: no name gives it away.
_CLIENTS = (
    "login(", "connect(", "Client(", "Github(", "Gitlab(", "Shodan(", "OpenAI(", "Bot(",
    "Anthropic(", "Fernet(", "OTXv2(", "PyMISP(", "Graph(", "bind_s(", "Fred(", "Groq(", "Cohere(",
    "Dropbox(", "Slack(", "OWM(", "Credential(", "OAuth1(", "OAuthHandler(", "b64decode(", ".run(",
    "Airtable(", "jwt.encode(", "hmac.new(", "pw_set(", "TodoistAPI(", "Translator(", "Hosts(",
)  # fmt: skip
_LITERAL_ARGUMENT = re.compile(r"""\([^()\n]{0,200}?["'][^"'\n]{6}""")
# Command lines: tools and options whose argument is a password or a token.
_TOOLS = (
    "curl", "wget", "sshpass", "mysql", "redis-cli", "sudo -S", "smbclient", "rpcclient",
    "ldapsearch", "sqlplus", "mongo", " login ", "http -a", "https -a", "htpasswd", "netrc", "zip ", "7z",
    "rman ", "impdp", "expdp", "twine ", "snowsql", "sqlcmd", "authtoken",
)  # fmt: skip
_OPTION = re.compile(r"""[^\n]{0,200}?(?:[\s"']-{1,2}[A-Za-z]|login\s|/\w|\|)""")
_USERINFO = re.compile(r"""://[^\s/"'<>`@\\|]{0,128}(?::[^\s"<>`\\]{1,256})?@""")
_QUERY = ("appid=", "code=", "sig=", "?key=", "&key=")
_OTHERS = ("dentified", "DENTIFIED", "PasswordModel", "curl -u", "curl --user", "sshpass -p")


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

    def between(self, start: int, end: int) -> bool:
        """Tell whether there is a clue in a part of the text."""
        index = bisect_left(self.positions, start)
        return index < len(self.positions) and self.positions[index] < end


def look(text: str, code: int | None = None) -> Clues:
    """Search a text, such as all of a notebook, for what credentials go with.

    Args:
        text: The text.
        code: How much of it, from the start, can be code; all of it if absent.
    """
    words = long_words(text)
    formats = present_formats(text, words)
    lines = [start for start, _ in candidate_lines(text, words)]
    found = {match.start for match in find_formats(text, formats)}
    found.update(lines)
    found.update(_names(text))
    keys = [mark for mark in _KEY_MARKS if mark in text]
    for mark in (*keys, *_QUERY, *_OTHERS):
        found.update(_places(text, mark))
    found.update(match.start() for match in _USERINFO.finditer(text))
    found.update(_calls(text, len(text) if code is None else code))
    return Clues(formats, bool(keys), bool(lines), tuple(sorted(found)))


def _calls(text: str, end: int) -> Iterator[int]:
    """Yield where clients and tools are called with a literal or an option."""
    for client in _CLIENTS:
        for at in _places(text, client, end):
            if _LITERAL_ARGUMENT.match(text, at + len(client) - 1):
                yield at
    for tool in _TOOLS:
        for at in _places(text, tool, end):
            if _OPTION.match(text, at):
                yield at


def _places(text: str, mark: str, end: int | None = None) -> Iterator[int]:
    at = text.find(mark, 0, end)
    while at >= 0:
        yield at
        at = text.find(mark, at + len(mark), end)


def _names(text: str) -> Iterator[int]:
    for start, end in stems(text):
        word, phrase = word_at(text, start, end)
        if judge(word).level is not Level.NONE or judge(phrase).level is not Level.NONE:
            yield start
