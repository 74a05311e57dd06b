"""Find credentials inside the literals of code: JSON, command lines, URLs that are put together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from nblint.credentials.code.tokens import Group, Node, Token
from nblint.credentials.code.values import JOINS
from nblint.credentials.hits import Hit
from nblint.credentials.text.elements import find_elements
from nblint.credentials.text.headers import find_headers
from nblint.credentials.text.logins import find_logins
from nblint.credentials.text.pairs import Unquoted, find_pairs
from nblint.credentials.text.shell import find_commands
from nblint.credentials.text.sql import find_sql
from nblint.credentials.text.urls import find_urls
from nblint.credentials.views import View
from nblint.patterns import lazy_pattern
from nblint.secret_names.stems import has_stem

_SHORTEST = 12
_MARKS = ("=", ":", "'", '"', ",", "<", "earer ")
_ESCAPE = lazy_pattern(r"""\\([nrt"'`\\/])""")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
# A literal in a template: `${"…"}`, `$("…")`.
_INTERPOLATED = lazy_pattern(r"""[$#][({](["'])([^"'\n]{1,200})\1[)}]""")
# Calls that put their arguments together, and how a first one says where the next belongs.
_GAPS = ("%s", "{}", "{0}", "%v", "@")


def find_in_literal(token: Token, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials inside a literal: JSON, YAML, SQL, dotenv, headers, a command line."""
    if len(token.text) < _SHORTEST:
        return
    view = _decoded(token)
    text = view.text
    hits: list[Hit] = []
    if " -" in text:
        hits += find_commands(text, placeholders)
    if "ogin" in text or "redential" in text:
        hits += find_logins(text, placeholders)
    if any(mark in text for mark in _MARKS) and has_stem(text):
        hits += find_headers(text, placeholders)
        hits += find_elements(text, placeholders)
        hits += find_sql(text, placeholders)
        hits += find_pairs(text, Unquoted.PROSE, placeholders)
    for hit in hits:
        start, end = view.origin(hit.start, hit.end)
        yield replace(hit, start=token.start + start, end=token.start + end)


def _decoded(token: Token) -> View:
    """Return a literal's text without the escapes of its language."""
    if token.quote.endswith('@"'):
        doubled = (at for at in range(len(token.text) - 1) if token.text.startswith('""', at))
        return View(token.text, _apart((at, at + 2, '"') for at in doubled))
    if token.quote.endswith('"""') or "\\" not in token.text:
        return View(token.text, ())
    found = _ESCAPE.finditer(token.text)
    return View(token.text, ((*match.span(), _ESCAPED.get(match[1], match[1])) for match in found))


def _apart(parts: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    end = 0
    for part in parts:
        if part[0] >= end:
            end = part[1]
            yield part


def find_joined(text: str, root: Group, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find URLs, connection strings and headers that are put together from several literals."""
    joints = sorted([*_joints(root), *_interpolated(text)])
    if not joints:
        return
    view = View(text, _apart((start, end, "") for start, end in joints))
    for find in (find_urls, find_headers):
        for hit in find(view.text, placeholders):
            start, end = view.origin(hit.start, hit.end)
            yield replace(hit, start=start, end=end)


def _joints(group: Group) -> Iterator[tuple[int, int]]:
    """Yield what is between two literals that one text is made of."""
    items = group.items if group.mark == "(" else []
    for item, following in pairwise(items):
        match item, following:
            case [[*_, Token(kind="text") as one], [Token(kind="text") as other, *_]]:
                yield from _joint(one, other)
    for item in group.items:
        for index, node in enumerate(item):
            if isinstance(node, Group):
                yield from _joints(node)
            elif node.kind == "text" and index + 2 < len(item) and _is_joint(item, index):
                further = item[index + 2]
                if isinstance(further, Token):
                    yield node.end, further.start


def _is_joint(item: Sequence[Node], index: int) -> bool:
    mark, other = item[index + 1], item[index + 2]
    return (
        isinstance(mark, Token)
        and mark.text in JOINS
        and isinstance(other, Token)
        and other.kind == "text"
    )


def _joint(one: Token, other: Token) -> Iterator[tuple[int, int]]:
    """Yield what is between two arguments if the first shows that the second goes on."""
    gap = next((gap for gap in _GAPS if gap and one.text.endswith(gap)), "")
    if gap and gap != "@":
        yield one.end - len(gap), other.start
    elif one.text.endswith(("=", ":", "/", "@", "://")) or other.text.startswith("@"):
        yield one.end, other.start


def _interpolated(text: str) -> Iterator[tuple[int, int]]:
    for match in _INTERPOLATED.finditer(text):
        yield match.start(), match.start(2)
        yield match.end(2), match.end()
