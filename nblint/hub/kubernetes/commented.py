"""YAML with comments that say where each value comes from."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from msgspec import Struct

from nblint.reports.terminal import printable

# In letters; a longer text would be folded, and a change of one word move all lines.
_WIDTH = 10_000

# What Helm and Kubernetes read as a number or as true, and PyYAML as a text: `1e3`, `0o7`, `y`.
_OTHERWISE = re.compile("[0-9+.-].*|[yYnN]")
# What PyYAML takes for ends of lines, and the others do not.
_BREAKS = re.compile("[\x85\u2028\u2029]")


class Said(Struct, frozen=True):
    """A value, and where it comes from.

    Attributes:
        value: What the file holds.
        source: Where it comes from, for people.
    """

    value: Any
    source: str


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are, lists below their key, and no references."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if _BREAKS.search(text):
        style: str | None = '"'
    elif "\n" in text:
        style = "|"
    else:
        style = "'" if _OTHERWISE.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def commented(tree: Mapping[str, Any]) -> str:
    """Return a tree as YAML; each `Said` in it has a comment above its key.

    Args:
        tree: Nested mappings, whose leaves are what YAML can hold, or a `Said`.
    """
    return "".join(_lines(tree))


def documents(objects: Mapping[str, Any] | list[dict[str, Any]]) -> str:
    """Return objects as one file of YAML, with a line between them."""
    listed = objects if isinstance(objects, list) else [dict(objects)]
    return "---\n".join(_dump(each) for each in listed)


def plain(tree: Any) -> Any:
    """Return a tree without what says where its values come from."""
    if isinstance(tree, Said):
        return plain(tree.value)
    if isinstance(tree, Mapping):
        return {key: plain(value) for key, value in tree.items()}
    return tree


def _lines(tree: Mapping[str, Any]) -> Iterator[str]:
    for key, value in tree.items():
        said = value
        if isinstance(value, Said):
            # Names in a comment are other people's: none begins a line of its own.
            yield f"# {printable(' '.join(value.source.split()))}\n"
            said = value.value
        if isinstance(said, Mapping) and said:
            yield f"{_dump(key).strip().splitlines()[0]}:\n"
            yield textwrap.indent("".join(_lines(said)), "  ")
        else:
            # PyYAML ends a document where a text ends in empty lines; here, more follows.
            text = _dump({key: said})
            yield text.removesuffix("...\n") if text.endswith("\n...\n") else text


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
