"""Reads TOML files into typed structs, and says in one sentence what is wrong with one."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from nblint.patterns import lazy_pattern

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


# A name of so many parts that reading it, whose time is their number's square, could take hours.
_MANY_PARTS = lazy_pattern(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){100}""")
_MOST_SUGGESTIONS = 100
_LONGEST_WORD = 200


class SettingsError(Exception):
    """Settings or a catalogue that cannot be used; the text is one clear sentence."""


def is_file(path: Path) -> bool:
    """Say whether there is a regular file; none is what cannot be looked at, a pipe or a device."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_bounded(path: Path, most: int = 32 * 1024 * 1024) -> bytes:
    """Read a file that somebody wrote by hand, or that looks as if.

    Args:
        path: The file.
        most: How many bytes it may have: a link can lead to something without an end.

    Raises:
        SettingsError: The file cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(data) > most:
        raise SettingsError(f"{path}: too large (more than {most // 1024 // 1024} MB)")
    return data


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without the mark that Windows' editors begin files with.

    Args:
        path: The file.

    Raises:
        SettingsError: The file cannot be read, is very large, or is not UTF-8.
    """
    try:
        return read_bounded(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 (byte {error.start + 1})") from error


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: The file.

    Returns:
        Its top-level table.

    Raises:
        SettingsError: The file cannot be read or is not TOML; the text says where.
    """
    text = read_text(path)
    if _MANY_PARTS.search(text):
        raise SettingsError(f"{path}: not valid TOML: nested too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: not valid TOML: nested too deeply") from error
    except (
        ValueError
    ) as error:  # https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
        raise SettingsError(f"{path}: not valid TOML: a number is too long") from error


def convert_toml(value: object, struct: type[msgspec.Struct], where: str) -> Any:
    """Turn a table of a TOML file into a typed struct.

    Args:
        value: The table.
        struct: The class that defines keys and types.
        where: The file, a colon, and the keys above this table: what an error opens with.

    Returns:
        An instance of `struct`.

    Raises:
        SettingsError: A key is unknown (the nearest one is named), or a value has the wrong type.
    """
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error), struct, where)) from error


_TOML_TYPES = {
    "array": "a list",
    "object": "a table",
    "str": "a string",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "null": "nothing",
}


def _explain(message: str, struct: type[msgspec.Struct], where: str) -> str:
    """Say in the words of a settings file what msgspec says in those of its own types.

    Its messages read "What is wrong - at `$.header.sections[0]`".
    """
    problem, _, at = message.partition(" - at `$.")
    at = at.rstrip("`").replace("[...]", "")
    place = f"{where}{at}".rstrip(".: ")
    if unknown := re.search(r"unknown field `(.*)`", problem):
        return f"{place}: unknown key {unknown[1]!r}" + nearest(unknown[1], _keys(struct, at))
    if missing := re.search(r"missing required field `(.*)`", problem):
        return f"{place}: the key {missing[1]!r} is missing"
    if invalid := re.search(r"Invalid enum value (.*)", problem):
        return f"{place}: {invalid[1]} is not one of {', '.join(map(repr, _choices(struct, at)))}"
    words = re.sub(
        r"`([^`]*)`",
        lambda types: " or ".join(
            _TOML_TYPES.get(name, name) for name in types[1].split(" | ") if name != "null"
        ),
        problem,
    )
    return f"{place}: {words[:1].lower()}{words[1:]}"


def toml_text(value: object) -> str:
    """Return a value as it is written in a TOML file, on one line.

    Args:
        value: A string, a number, a bool, a struct, or a sequence or mapping of these. Of a struct,
            the keys that differ from their defaults.

    Returns:
        Text that a terminal shows as it is: what is not printable is escaped.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        import json  # TOML's strings are JSON's

        return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))
    if isinstance(value, msgspec.Struct):
        return toml_text(
            {
                field.encode_name: inner
                for field in msgspec.structs.fields(value)
                if (inner := getattr(value, field.name)) != field.default
            }
        )
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {toml_text(inner)}" for key, inner in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(toml_text, value))}]"
    return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_text(name)


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def nearest(word: str, words: Iterable[str]) -> str:
    """Suggest what somebody may have meant.

    Args:
        word: What they wrote.
        words: What they could have written.

    Returns:
        "; did you mean 'x'?", or an empty string where nothing is near.
    """
    import difflib

    if len(word) > _LONGEST_WORD:
        return ""
    matches = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def _keys(struct: type[msgspec.Struct], at: str) -> list[str]:
    inner = _type_at(struct, at)
    return [field.encode_name for field in msgspec.structs.fields(inner)] if inner else []


def _choices(struct: type[msgspec.Struct], at: str) -> list[str]:
    above, _, key = at.rpartition(".")
    inner = _type_at(struct, above)
    for field in msgspec.structs.fields(inner) if inner else ():
        if field.encode_name == key.partition("[")[0]:
            literals = (field.type, *get_args(field.type))
            return [str(v) for t in literals if get_origin(t) is Literal for v in get_args(t)]
    return []


def _type_at(struct: type[msgspec.Struct], at: str) -> Any:
    """Return the struct that stands at a path such as `header.sections[0]`."""
    found: Any = struct
    for step in filter(None, re.sub(r"\[\d+\]", "", at).split(".")):
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(found)}
        inner = fields.get(step)
        structs = [
            candidate
            for candidate in (inner, *get_args(inner))
            if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct)
        ]
        if not structs:
            return None
        found = structs[0]
    return found


class Suggestions:
    """Suggestions for the words of a file that are wrong: for the first hundred of them.

    A file that a stranger wrote can hold thousands, each of which takes a while to compare, and
    nobody reads what all of them may have been meant to be.

    Args:
        find: Returns what to suggest for a word; None, or nothing, where nothing is near.
    """

    def __init__(self, find: Callable[[str], str | None]) -> None:
        self._find = find
        self._found: dict[str, str] = {}

    def of(self, word: str) -> str:
        """Return what to suggest for a word; an empty string where there is nothing."""
        if word not in self._found and len(self._found) < _MOST_SUGGESTIONS:
            self._found[word] = self._find(word) or ""
        return self._found.get(word, "")
