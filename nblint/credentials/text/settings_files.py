"""Find credentials in files of settings, such as a notebook writes with `%%writefile`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.elements import find_elements
from nblint.credentials.text.headers import authorization, find_headers
from nblint.credentials.text.json_values import credential_values, find_json_values
from nblint.credentials.text.pairs import Unquoted, find_pairs
from nblint.credentials.text.shell import find_commands
from nblint.patterns import lazy_pattern

# A directive without a sign: `requirepass …`, `username ann password 0 …`.
_DIRECTIVE = lazy_pattern(
    r"""(?:^|\n)[ \t]{0,20}(?:[^\n#"'=:]{0,60}?[ ])?([\w-]{0,30}(?:pass(?:word|wd|phrase)?|secret))[ \t]{1,4}(?:[057][ \t]{1,2})?["']?([^\s"'=:#][^\s"']{5,127})["']?[ \t]{0,4}(?=\n|\Z)"""
)
# What a web server adds to requests.
_HEADER = lazy_pattern(
    r"""\b(?:proxy_set_header|add_header|(?:Request)?Header[ ]set)[ ]{1,4}["']?([\w-]{2,60})["']?[ ]{1,4}["']?(?:(Basic|Bearer|Token)[ ])?([^\s"';]{8,2048})"""
)


def find_settings(path: str, text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in a file of settings: what a name has as its value, in any of their formats.

    Args:
        path: The file's path.
        text: Its text.
        placeholders: Values that are not secrets, from the settings.
    """
    yield from find_headers(text, placeholders)
    yield from find_pairs(text, Unquoted.LITERAL, placeholders)
    yield from find_commands(text, placeholders)
    yield from find_elements(text, placeholders)
    for match in _DIRECTIVE.finditer(text):
        yield from bind(match[1], match[2], *match.span(2), quoted=False,
                        placeholders=placeholders)  # fmt: skip
    for match in _HEADER.finditer(text) if "eader" in text else ():
        if match[1].lower() == "authorization":
            yield from authorization(match[2] or "", match[3], *match.span(3), placeholders)
        else:
            yield from bind(match[1], match[3], *match.span(3), placeholders=placeholders)
    if path.endswith((".json", ".ipynb")):
        yield from _in_json(text, placeholders)


def _in_json(text: str, placeholders: Collection[str]) -> Iterator[Hit]:
    import json  # only for such a file

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    named = (one for one in credential_values(value) if one.string in text)
    yield from find_json_values(named, text, placeholders)
