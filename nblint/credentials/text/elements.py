"""Find credentials in elements with a name and a value: XML, forms, widgets, Terraform."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.patterns import lazy_pattern

_ELEMENT = lazy_pattern(r"<([A-Za-z][\w.:-]{0,60})(?:\s[^<>\n]{0,200})?>([^<>\n]{4,512})</\1>")
# `<add key="ApiKey" value="…"/>`, `- name: DB_PASSWORD` above `value: …`, a form's hidden field.
_NAMED_VALUE = lazy_pattern(
    r"""\b(?:name|key|id)["']?\s{0,2}[:=]\s{0,2}["']?([\w.:-]{2,60})["']?[\s,#]{1,40}(?:type=["']\w{1,10}["']\s{1,4})?"""
    r"""["']?(?:value|content)["']?\s{0,2}[:=]\s{0,2}(?:["']([^"'\n<>]{4,512})["']|([^\s"'<>{}$]{4,512}))""",
    re.IGNORECASE,
)
# Terraform's `variable "db_password" { default = "…" }`.
_VARIABLE = lazy_pattern(
    r"""\bvariable\s{1,4}"([\w.-]{2,60})"\s{0,4}\{[^{}]{0,400}?\bdefault\s{1,20}=\s{0,20}"([^"\n]{4,512})\""""
)
# A widget as it prints itself, in either order: `Text(value='…', description='API key')`.
_LABEL = r"""\b(?:description|placeholder)=["']([^"'\n]{2,60})["']"""
_TYPED = r"""\bvalue=["']([^"'\n]{4,512})["']"""
_LABELLED = lazy_pattern(rf"""{_LABEL}[^()\n]{{0,200}}?{_TYPED}""")
_TYPED_FIRST = lazy_pattern(rf"""{_TYPED}[^()\n]{{0,200}}?{_LABEL}""")
# `"db_password": {"sensitive": true, "value": "…"}`, as Terraform shows its outputs.
_VALUE_BELOW = lazy_pattern(
    r"""["']([\w.-]{2,60})["']\s{0,4}:\s{0,4}\{[^{}]{0,300}?["']value["']\s{0,4}:\s{0,4}["']([^"'\n]{4,512})["']"""
)
# An element of a list, as R prints it.
_R_ELEMENT = lazy_pattern(r"""\$([\w.]{2,60})\n\[1\] "([^"\n]{4,512})\"""")
# Spring's beans.
_VALUE_IN = lazy_pattern(
    r"""\bname=["']([\w.-]{2,60})["'][^<>]{0,100}>\s{0,40}<value>([^<>\n]{4,512})</value>"""
)
# What a text must hold, the pattern, and its groups for the name and the value.
_FORMS = (
    ("</", _ELEMENT, 1, 2),
    ("value=", _LABELLED, 1, 2),
    ("value=", _TYPED_FIRST, 2, 1),
    ("variable", _VARIABLE, 1, 2),
    ("value", _VALUE_BELOW, 1, 2),
    ("[1]", _R_ELEMENT, 1, 2),
    ("<value>", _VALUE_IN, 1, 2),
)


def find_elements(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find `<password>…</password>` and the like."""
    for mark, pattern, name, value in _FORMS:
        for match in pattern.finditer(text) if mark in text else ():
            yield from bind(match[name].rstrip(" :"), match[value], *match.span(value),
                            placeholders=placeholders)  # fmt: skip
    for match in _NAMED_VALUE.finditer(text) if "alue" in text or "content" in text else ():
        group = match.lastindex or 2
        yield from bind(match[1], match[group], *match.span(group), quoted=group == 2,
                        placeholders=placeholders)  # fmt: skip
