r"""The strings of a JSON text, each with its path, even of a text that is not valid JSON.

`json.loads` keeps one of two members with the same key; nothing is lost here.
"""

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from nblint.patterns import lazy_pattern

# A string that is never closed ends with the text.
_TOKEN = lazy_pattern(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},:]', re.DOTALL)
ESCAPE = lazy_pattern(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
# What says where a string is in a notebook; more would cost time in deeply nested JSON.
_LONGEST_PATH = 8

Path = tuple[str | int, ...]


class JsonString(Struct, frozen=True):
    """A string of a JSON text.

    Attributes:
        path: The keys and 0-based indexes that lead to it, the first eight of them; a key's path
            ends with the key.
        start: The offset of its first character, behind the quote.
        end: The offset after its last character.
        is_key: Whether it is a key.
        container: A number of the object or list that it is directly in.
    """

    path: Path
    start: int
    end: int
    is_key: bool
    container: int


class DuplicateKey(Struct, frozen=True):
    """A key that its object already has.

    Attributes:
        path: The path to its value.
        key: The key.
        offset: The offset of its quote in the text.
    """

    path: Path
    key: str
    offset: int


def json_strings(text: str) -> Iterator[JsonString]:
    """Yield the strings of a JSON text in order; of a broken one, with paths as good as it gets."""
    path: list[str | int] = []
    containers: list[int] = []
    count = 0
    expects_key = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark[0] == '"':
            end = token.end() - (len(mark) > 1 and mark[-1] == '"')
            is_key = expects_key and bool(path) and isinstance(path[-1], str)
            if is_key:
                path[-1] = unescaped(text[token.start() + 1 : end])
            shown = tuple(path[:_LONGEST_PATH])
            inside = containers[-1] if containers else 0
            yield JsonString(shown, token.start() + 1, end, is_key, inside)
        elif mark in "{[":
            count += 1
            containers.append(count)
            path.append("" if mark == "{" else 0)
            expects_key = mark == "{"
        elif mark in "}]":
            if path:
                path.pop()
                containers.pop()
            expects_key = False
        elif mark == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            expects_key = bool(path) and isinstance(path[-1], str)
        else:
            expects_key = False


def unescaped(text: str) -> str:
    """Return what stands for a text between the quotes of a JSON string."""
    return ESCAPE.sub(character, text) if "\\" in text else text


def character(escape: "re.Match[str]") -> str:
    """Return the character that an `ESCAPE` stands for; half of a surrogate pair stays one."""
    return chr(int(escape[1], 16)) if escape[1] else _ESCAPED.get(escape[2], escape[2])


def may_have_duplicate_keys(raw: bytes, data: object) -> bool:
    """Tell whether JSON may hold a key twice in one object, without decoding it again.

    Args:
        raw: The bytes; long strings of letters and digits may be cut.
        data: What was decoded from the bytes, with the last of members with the same key only.

    Returns:
        False only if there is certainly none.
    """
    # What JSON drops of two members is a string at least, the key. A quote in a string is written
    # alike in the bytes and in what is encoded again, unless by its number.
    if b"\\u0022" in raw:
        return True
    try:
        return raw.count(b'"') != msgspec.json.encode(data).count(b'"')
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, TypeError):
        return True


def duplicate_keys(text: str) -> Iterator[DuplicateKey]:
    """Yield the keys of a JSON text that occur again in the same object."""
    seen: set[tuple[int, str]] = set()
    for string in json_strings(text):
        if string.is_key:
            key = unescaped(text[string.start : string.end])
            if (string.container, key) in seen:
                yield DuplicateKey(string.path, key, string.start - 1)
            seen.add((string.container, key))
