"""Find credentials in JSON: metadata, JSON outputs, the state of widgets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.headers import find_headers
from nblint.credentials.text.pairs import Unquoted, find_pairs
from nblint.credentials.text.shell import find_commands
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, CredentialName, Level, judge
from nblint.secret_names.stems import has_stem

_DEEPEST = 100


class NamedString(NamedTuple):
    """A string of JSON under a credential-like key.

    Attributes:
        name: The key.
        string: The string.
        judged: What the key and its surroundings say.
    """

    name: str
    string: str
    judged: CredentialName


def find_json_values(
    named: Iterable[NamedString], text: str, placeholders: Collection[str] = ()
) -> Iterator[Hit]:
    """Find credentials under credential-like keys, and what was typed into password widgets.

    Args:
        named: What `credential_values` found in the JSON.
        text: The JSON as it is shown; hits refer to it.
        placeholders: Values that are not secrets, from the settings.
    """
    import json  # not for a notebook without credentials

    position = 0
    for name, string, judged in named:
        for hit in bind(name, string, 0, 0, judged=judged, placeholders=placeholders):
            written = json.dumps(string, ensure_ascii=False)
            found = text.find(written, position)
            if found < 0:
                found = max(0, text.find(written))
            position = found + len(written)
            yield replace(hit, start=found + 1, end=position - 1)


def credential_values(value: object, depth: int = 0, outer: str = "") -> Iterator[NamedString]:
    """Yield the strings that stand under credential-like keys, in order.

    Args:
        value: JSON.
        depth: How deep it is nested.
        outer: The key that it is under.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for element in value:
            yield from credential_values(element, depth + 1, outer)
    elif isinstance(value, dict):
        widget = _judge_widget(value)
        for key, inner in value.items():
            if isinstance(inner, str):
                yield from _judge_string(key, inner, outer, widget)
            elif key == "state" and _is_password_widget(value):
                yield from _password_state(inner)
            elif isinstance(inner, (dict, list)):
                yield from credential_values(inner, depth + 1, key)


def _judge_string(
    key: str, string: str, outer: str, widget: CredentialName
) -> Iterator[NamedString]:
    judged = _judge_key(key, outer)
    if key == "value" and (above := judge(outer)).level is not Level.NONE:
        yield NamedString(outer, string, above)
        return
    if key == "value" and widget.level is not Level.NONE:
        yield NamedString("password", string, widget)
    elif judged.level is not Level.NONE:
        yield NamedString(key, string, judged)


def _judge_key(key: str, outer: str) -> CredentialName:
    """Judge a key; a bare one together with the key that it is under: `"api": {"key": …}`."""
    judged = judge(key)
    key = key.lower()
    if key not in ("key", "token"):
        return judged
    together = judge(f"{outer}_{key}")
    if key == "token":  # a widget's, of a page
        return judged if together.level is not Level.NONE else together
    return judge("token") if together.level is Level.STRONG else judged


def find_in_strings(value: object, text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in strings of JSON: `["DB_PASSWORD=…"]`, `"Bearer …"`, a widget's output.

    A list such as `["mysql", "-p…"]` is searched as a command line, as is each of its strings.
    """
    import json

    position = 0
    for string in _strings(value):
        named, command = has_stem(string), " -" in string
        if not (named or command):
            continue
        written = json.dumps(string, ensure_ascii=False)[1:-1]
        position = max(text.find(written, position), 0)
        finders = (find_headers, _find_prose) if named else ()
        for find in (*finders, find_commands) if command else finders:
            for hit in find(written, placeholders):
                yield replace(hit, start=hit.start + position, end=hit.end + position)
    if '"-' in text:
        lines = _BETWEEN_ITEMS.sub(lambda match: '", "'.ljust(len(match[0])), text)
        yield from find_commands(lines, placeholders)


# In JSON as it is shown, each item of a list has a row of its own.
_BETWEEN_ITEMS = lazy_pattern(r"""",\n {1,200}\"""")


def _find_prose(text: str, placeholders: Collection[str]) -> Iterator[Hit]:
    return find_pairs(text, Unquoted.PROSE, placeholders)


def _strings(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the strings of JSON with more than one word, in order, without keys."""
    if isinstance(value, str):
        if len(value) >= 12 and any(mark in value for mark in "=: "):
            yield value
    elif depth <= _DEEPEST and isinstance(value, (list, dict)):
        for inner in value if isinstance(value, list) else value.values():
            yield from _strings(inner, depth + 1)


def _is_password_widget(value: dict[str, object]) -> bool:
    return "Password" in str(value.get("model_name", ""))


def _judge_widget(state: dict[str, object]) -> CredentialName:
    """Judge what a text widget asks for, by its label; a password widget asks for a password."""
    if "Password" in str(state.get("_model_name", "")):
        return PASSWORD
    for key in ("description", "placeholder", "name", "key"):
        label = state.get(key)
        if isinstance(label, str) and isinstance(state.get("value"), str) and len(label) <= 60:
            judged = judge(label.strip(" :"))
            if judged.level is not Level.NONE:
                return judged
    return judge("")


def _password_state(state: object) -> Iterator[NamedString]:
    if isinstance(state, dict):
        value = state.get("value")
        if isinstance(value, str):
            yield NamedString("password", value, PASSWORD)
