"""Where the parts of a notebook are in the bytes of its file.

Only for bytes that `json.loads` has accepted: the scanner relies on it and does not check again.
(A general parser would refuse what Python's and Jupyter's accept, such as NaN in plot data.)
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import accumulate, islice
from typing import NamedTuple

from nblint.document.model import FIELDS, Place
from nblint.document.rows import offset_of, rows_of
from nblint.patterns import lazy_pattern

STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
# A character of a JSON string, as it is escaped in the file; a surrogate pair is one.
CHARACTER = lazy_pattern(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\u[0-9a-fA-F]{4}|\\.|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*"
)
_TOKEN = lazy_pattern(STRING + rb'|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
_OPENING, _CLOSING = frozenset((b"[", b"{")), frozenset((b"]", b"}"))
_BETWEEN = frozenset((b",", b":"))
# Accepts what Python and Jupyter accept, and numbers of any length; its result is dropped.
_DECODER = json.JSONDecoder(parse_int=len, parse_float=len, strict=False)


class Span(NamedTuple):
    """A part of the file: byte offsets, the end exclusive."""

    start: int
    end: int


class Member(NamedTuple):
    """A key of a JSON object and its value."""

    key: Span
    value: Span


def keyed_members(raw: bytes, start: int) -> list[Member]:
    """Return the members of the JSON object that starts at a byte offset, in order."""
    keys_and_values = _values(raw, start)
    return list(map(Member, keys_and_values, keys_and_values))


def members(raw: bytes, start: int) -> dict[str, Span]:
    """Return the values of the JSON object that starts at a byte offset, by key.

    The last value counts for a key that occurs twice, as in `json.loads`.
    """
    return {json.loads(raw[key.start : key.end]): value for key, value in keyed_members(raw, start)}


def items(raw: bytes, start: int) -> list[Span]:
    """Return the values of the JSON array that starts at a byte offset."""
    return list(_values(raw, start))


def _values(raw: bytes, start: int) -> Iterator[Span]:
    """Yield the keys and values directly inside the array or object at a byte offset."""
    text = _as_text(raw)
    position = start + 1
    while token := _TOKEN.search(raw, position):
        opening, position = token[0], token.end()
        if opening in _CLOSING:
            return
        if opening in _OPENING:
            position = _end(text, raw, token.start())
        if opening not in _BETWEEN:
            yield Span(token.start(), position)


@lru_cache(maxsize=1)
def _as_text(raw: bytes) -> str:
    """Return a text with a character for each byte, so that offsets in both are the same."""
    return raw.decode("latin-1")


def _end(text: str, raw: bytes, start: int) -> int:
    """Return the offset after the array or object that starts at an offset."""
    try:
        return _DECODER.raw_decode(text, start)[1]  # many times as fast as a loop over tokens
    except RecursionError:
        pass
    depth = 0
    for token in _TOKEN.finditer(raw, start):
        depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        if depth == 0:
            return token.end()
    return len(raw)


class RawNotebook:
    """The spans of a notebook's parts.

    Args:
        raw: The bytes of the file.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._known = (0, 1)  # an offset and its line: those asked for mostly follow each other
        # A cell may be large, and have thousands of findings.
        self._inside: dict[Span, dict[str, Span] | list[Span]] = {}
        self._rows: dict[Span, list[int]] = {}

    @cached_property
    def top(self) -> dict[str, Span]:
        """The values of the notebook's own keys."""
        return members(self.raw, self.raw.index(b"{"))

    @cached_property
    def cells(self) -> list[Span]:
        """The cells, in the order of `Notebook.cells`."""
        if "cells" in self.top and self.raw[self.top["cells"].start] == ord("["):
            return items(self.raw, self.top["cells"].start)
        sheets = items(self.raw, self.top["worksheets"].start)
        lists = (
            members(self.raw, sheet.start).get("cells")
            for sheet in sheets
            if self.raw[sheet.start] == ord("{")
        )
        return [
            cell
            for cells in lists
            if cells and self.raw[cells.start] == ord("[")
            for cell in items(self.raw, cells.start)
        ]

    def line(self, offset: int) -> int:
        """Return the 1-based line of a byte offset."""
        start, line = self._known if self._known[0] <= offset else (0, 1)
        line += self.raw.count(b"\n", start, offset)
        self._known = offset, line
        return line

    def value(self, cell: int, *path: str | int) -> Span | None:
        """Return the value under a cell, by keys and 0-based indexes; None without one."""
        span = self.cells[cell - 1]
        for step in path:
            inside = self._values(span)
            if isinstance(step, str) and isinstance(inside, dict):
                found = inside.get(step)
            elif isinstance(step, int) and isinstance(inside, list):
                found = inside[step] if step < len(inside) else None
            else:
                return None
            if found is None:
                return None
            span = found
        return span

    def _values(self, span: Span) -> dict[str, Span] | list[Span]:
        """Return what is directly inside a value, by keys or in order."""
        if span not in self._inside:
            opening = self.raw[span.start : span.start + 1]
            if opening == b"{":
                self._inside[span] = members(self.raw, span.start)
            else:
                self._inside[span] = items(self.raw, span.start) if opening == b"[" else []
        return self._inside[span]

    def rows(self, span: Span, joint: str) -> list[int]:
        """Return the byte offsets of the strings in which the rows of a multi-line string begin.

        Args:
            span: The list of its strings.
            joint: What is appended to each of them.
        """
        if span in self._rows:
            return self._rows[span]
        found = items(self.raw, span.start)
        values = (json.loads(self.raw[item.start : item.end]) for item in found)
        texts = [value + joint if isinstance(value, str) else "" for value in values]
        # No string begins with the row after the last line end: it belongs to the last one.
        begun = [(item.start, text) for item, text in zip(found, texts, strict=True) if text]
        ends = list(accumulate(len(text) for _, text in begun))[:-1]
        whole = "".join(texts)
        starts = [offset_of(whole, row) for row in range(1, len(rows_of(whole)) + 2)]
        self._rows[span] = [
            begun[bisect_right(ends, start)][0] if begun else span.start for start in starts
        ]
        return self._rows[span]

    def source(self, cell: int) -> Span | None:
        """Return a cell's source: a string or a list of strings."""
        return self.value(cell, "source") or self.value(cell, "input")


def file_line(raw_notebook: RawNotebook, place: Place) -> int | None:
    """Return the line of the `.ipynb` file that a place is on.

    Args:
        raw_notebook: The notebook's spans.
        place: A place in it.

    Returns:
        A 1-based line; None for the notebook as a whole.
    """
    if place.surface == "file":
        return place.row
    if place.cell is None:
        known = ("cells", "metadata", "nbformat", "nbformat_minor")
        other = (span for key, span in raw_notebook.top.items() if key not in known)
        span = next(other, None) if place.mime == FIELDS else raw_notebook.top.get("metadata")
        return _row_line(raw_notebook, span, place.row, "") if span else None
    whole = raw_notebook.cells[place.cell - 1]
    joint = ""
    if place.surface == "source":
        span = raw_notebook.source(place.cell)
    elif place.mime == FIELDS:
        span = (
            place.output and raw_notebook.value(place.cell, "outputs", place.output - 1)
        ) or None
    elif place.surface == "output" and place.output is not None:
        span, joint = _output(raw_notebook, place.cell, place.output, place.mime or "")
    else:
        span = raw_notebook.value(
            place.cell, "attachments" if place.surface == "attachment" else "metadata"
        )
    return _row_line(raw_notebook, span or whole, place.row, joint)


def byte_offset(raw: RawNotebook, cell: int, offset: int) -> int | None:
    """Return the position in the file of a character of a cell's source.

    Args:
        raw: The notebook's spans.
        cell: The cell's number.
        offset: The character's offset in the source, in code points; its length for its end.

    Returns:
        An offset in bytes; None where the cell has no source.
    """
    span = raw.source(cell)
    if span is None:
        return None
    is_list = raw.raw[span.start : span.start + 1] == b"["
    end = None
    for part in items(raw.raw, span.start) if is_list else [span]:
        if raw.raw[part.start : part.start + 1] != b'"':
            continue
        characters = CHARACTER.finditer(raw.raw, part.start + 1, part.end - 1)
        if found := next(islice(characters, offset, None), None):
            return found.start()
        offset -= len(json.loads(raw.raw[part.start : part.end]))
        end = part.end - 1
    return end


def _output(raw: RawNotebook, cell: int, output: int, mime: str) -> tuple[Span | None, str]:
    """Return the span of an output's text, and what joins the strings of its list."""
    if mime == "traceback":
        return raw.value(cell, "outputs", output - 1, "traceback"), "\n"
    found = (
        raw.value(cell, "outputs", output - 1, "text")
        if mime == "stream"
        else raw.value(cell, "outputs", output - 1, "data", mime)
    )
    return found or raw.value(cell, "outputs", output - 1), ""


def _row_line(raw: RawNotebook, span: Span, row: int | None, joint: str) -> int:
    """Return the line of a row of a multi-line string, or of the start of a JSON value."""
    if row is None or raw.raw[span.start : span.start + 1] != b"[":
        return raw.line(span.start)
    rows = raw.rows(span, joint)
    return raw.line(rows[min(row, len(rows)) - 1])
