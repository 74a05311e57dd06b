"""Notebooks for property tests: valid ones, in every layout that their JSON may have."""

import copy
import json
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from nblint.document.model import Notebook

# Line ends, separators that only `str.splitlines` knows, quotes, astral characters, half a pair.
CHARACTERS = st.sampled_from([*'ab# "\\/|`', "\n", "\n", "\r\n", "\t", "\f", "\u2028", "é", "😀"])
# Not both halves of a pair: where they meet, JSON makes them one character.
LONE = st.sampled_from(["\ude00", "\r"])
TEXTS = st.lists(st.one_of(CHARACTERS, CHARACTERS, CHARACTERS, LONE), max_size=12).map("".join)

CELL_IDS = st.text("abcdefgh-_0123", min_size=1, max_size=8)


@dataclass
class Layout:
    """How a notebook is written down."""

    indent: int | str | None
    separators: tuple[str, str]
    ascii_only: bool
    escape_letters: bool
    newline: str
    final_newline: bool

    def dump(self, data: object) -> bytes:
        text = json.dumps(
            data, indent=self.indent, separators=self.separators, ensure_ascii=self.ascii_only
        )
        if self.escape_letters:
            strings = re.compile(r'"(?:[^"\\]|\\.)*"')
            text = strings.sub(lambda m: re.sub(r"(?<!\\)((?:\\\\)*)a", r"\1\\u0061", m[0]), text)
        text = text.replace("\n", self.newline) + (self.newline if self.final_newline else "")
        # Half a pair has no UTF-8: a file that holds one holds its escape.
        return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04X}", text).encode()


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    indent = draw(st.one_of(st.none(), st.integers(0, 8), st.just("\t")))
    separators = st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")])
    return Layout(
        indent,
        draw(separators) if indent is None else (",", draw(st.sampled_from([": ", ":", " : "]))),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.booleans()),
    )


@st.composite
def sources(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> str | list[str]:
    """A source: one string, a string for each line, or split anywhere."""
    text = draw(texts)
    kind = draw(st.sampled_from(["string", "lines", "odd"]))
    if kind == "string":
        return text
    if kind == "lines":
        return re.findall(r"[^\n]*\n|[^\n]+", text)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def shuffled(draw: st.DrawFn, data: dict[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in draw(st.permutations(list(data)))}


METADATA: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.just({"tags": ["a", "b"], "x": {"y": [1.0, {}, [], "]}"]}}),
    st.just({"collapsed": True}),
)
OUTPUTS = st.lists(
    st.sampled_from(
        [
            {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/plain": "\u00e9", "application/json": {"nan": float("nan")}},
            },
        ]
    ),
    max_size=2,
)


@st.composite
def cells(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> dict[str, Any]:
    kind = draw(st.sampled_from(["markdown", "code", "raw"]))
    cell: dict[str, Any] = {
        "cell_type": kind,
        "metadata": draw(METADATA),
        "source": draw(sources(texts)),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": draw(OUTPUTS)}
    return cell


@st.composite
def notebooks(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Notebook:
    """A valid notebook, read from its bytes."""
    found = draw(st.lists(cells(texts), max_size=5))
    minor = draw(st.sampled_from([2, 4, 5]))
    if minor == 5:
        ids = draw(st.lists(CELL_IDS, min_size=len(found), max_size=len(found), unique=True))
        found = [cell | {"id": identifier} for cell, identifier in zip(found, ids, strict=True)]
    data = {
        "cells": [draw(shuffled(cell)) for cell in found],
        "metadata": draw(METADATA),
        "nbformat": 4,
        "nbformat_minor": minor,
    }
    return Notebook.parse("nb.ipynb", draw(layouts()).dump(draw(shuffled(data))))


def objects(data: object) -> list[dict[str, Any]]:
    """All objects of a JSON value."""
    if isinstance(data, dict):
        return [data, *(inner for value in data.values() for inner in objects(value))]
    if isinstance(data, list):
        return [inner for value in data for inner in objects(value)]
    return []


@st.composite
def damages(
    draw: st.DrawFn,
    whole: st.SearchStrategy[dict[str, Any]],
    keys: st.SearchStrategy[str],
    values: st.SearchStrategy[object],
    most: int,
) -> dict[str, Any]:
    """A copy of a JSON object in which up to so many members of any depth are set or removed."""
    data: dict[str, Any] = copy.deepcopy(draw(whole))
    for _ in range(draw(st.integers(0, most))):
        target = draw(st.sampled_from(objects(data)))
        key = draw(st.one_of(keys, st.sampled_from([*target, "x"])))
        if draw(st.booleans()):
            target.pop(key, None)
        else:
            target[key] = copy.deepcopy(draw(values))  # which a later step may damage
    return data
