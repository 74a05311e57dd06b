"""Reads TOML files into typed structs; what is wrong with one is said in one sentence."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.patterns import lazy_pattern

# A key of so many parts that reading it, which takes quadratic time, could take hours.
_MANY = 100
_MANY_PARTS = lazy_pattern(
    rf"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{_MANY}}}"""
)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: The file.

    Returns:
        Its top-level table.

    Raises:
        SettingsError: The file cannot be read or is not TOML; the text says where.
    """
    return parse_toml(read_text(path), path)


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Parse the text of a TOML file.

    Args:
        text: The text.
        path: The file, for the error.

    Returns:
        Its top-level table.

    Raises:
        SettingsError: It is not TOML; the text says where.
    """
    if text.count(".") >= _MANY and _MANY_PARTS.search(text):
        raise SettingsError(f"{path}: not valid TOML: nested too deeply")
    # Loaded where there is a file to parse: a hook often finds none.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: not valid TOML: nested too deeply") from error
    except ValueError as error:
        # https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
        raise SettingsError(f"{path}: not valid TOML: a number is too long") from error


def convert_toml(value: object, struct: type[msgspec.Struct], where: str) -> Any:
    """Turn a table of a TOML file into a typed struct.

    Args:
        value: The table.
        struct: The class that defines keys and types.
        where: What an error starts with: the file, a colon, and the keys above this table.

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
    "int": "an integer",
    "float": "a number",
    "null": "nothing",
}


def _explain(message: str, struct: type[msgspec.Struct], where: str) -> str:
    """Return a message of msgspec's in the words of a settings file.

    Its messages read "What is wrong - at `$.header.sections[0]`".
    """
    problem, _, at = message.partition(" - at `$.")
    at = at.rstrip("`").replace("[...]", "")
    place = f"{where}{at}".rstrip(".: ")
    if unknown := re.search(r"unknown field `(.*)`", problem):
        from nblint.suggestions import nearest

        return f"{place}: unknown key {unknown[1]!r}" + nearest(unknown[1], _keys(struct, at))
    if missing := re.search(r"missing required field `(.*)`", problem):
        return f"{place}: missing key {missing[1]!r}"
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


def changed_keys(struct: msgspec.Struct) -> dict[str, object]:
    """Return what of a struct differs from its defaults, by the keys that a TOML file has."""
    return {
        field.encode_name: value
        for field in msgspec.structs.fields(struct)
        if (value := getattr(struct, field.name)) != field.default
    }


def toml_text(value: object) -> str:
    """Return a value as it is written in a TOML file, on one line.

    Args:
        value: A string, a number, a bool, a struct, or a sequence or mapping of these. Only the
            keys of a struct that differ from their defaults are written.

    Returns:
        Text that a terminal shows as it is: unprintable characters are escaped.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        import json  # TOML's basic strings are written as JSON's

        return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))
    if isinstance(value, msgspec.Struct):
        return toml_text(changed_keys(value))
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
    """Return the struct at a path such as `header.sections[0]`."""
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
