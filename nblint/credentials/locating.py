"""Say where in a notebook an offset of its file is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from nblint.document.json_strings import JsonString, Path, json_strings, unescaped
from nblint.document.model import Notebook, Place
from nblint.document.rows import position_of, row_starts


class Spot(NamedTuple):
    """A place in a notebook.

    Attributes:
        place: The place: in a text as people see it, where there is one, else in the file.
        part: The place of the text or of the other part of the notebook, without rows and columns.
    """

    place: Place
    part: Place


class Locator:
    """Finds out where offsets of a file's text are in the notebook.

    Args:
        notebook: The notebook; None for a file that is none.
        text: The file's text.
        exact: Whether no object of it has a key twice: where one has, what a path leads to need not
            be what is at the offset.
    """

    def __init__(self, notebook: Notebook | None, text: str, *, exact: bool) -> None:
        self._notebook = notebook
        self._text = text
        self._exact = exact
        self._strings = list(json_strings(text)) if notebook else []
        self._starts = [string.start for string in self._strings]
        self._begun: dict[Path, dict[int, tuple[int, int]]] | None = None

    def spot(self, start: int, end: int) -> Spot:
        """Return where a part of the text is."""
        at = bisect_right(self._starts, start) - 1
        string = self._strings[at] if at >= 0 else None
        part = self._part(string.path) if string else Place(surface="file")
        in_file = self._in_file(part.cell if self._exact else None, start, end)
        if string is None or part.surface == "file" or not self._exact:
            return Spot(in_file, part)
        is_text = part.surface == "source" or (part.surface == "output" and _is_shown(string.path))
        if string.is_key or start > string.end or not is_text:
            is_output = part.surface == "output"
            return Spot(part if is_output else in_file, part)
        row, column = self._begins(string)[string.start]
        head = unescaped(self._text[string.start : start])
        body = unescaped(self._text[start : min(end, string.end)])
        first = _moved(row, column, head)
        last = _moved(*first, body)
        place = part._replace(row=first[0], column=first[1], end_row=last[0], end_column=last[1])
        return Spot(place, part)

    def _in_file(self, cell: int | None, start: int, end: int) -> Place:
        row, column = position_of(self._text, start)
        end_row, end_column = position_of(self._text, end)
        return Place(cell, "file", None, None, row, column, end_row, end_column)

    def _part(self, path: Path) -> Place:
        """Return the part of the notebook that a path leads into."""
        cell, inside = self._cell(path)
        if cell is None:
            return Place(surface="metadata" if path[:1] == ("metadata",) else "file")
        match inside:
            case (name, *_) if name == self._source_of(cell):
                return Place(cell, "source")
            case ("outputs", int(output), *_) if not self._is_output(cell, output):
                return Place(cell, "file")
            case ("outputs", int(output), "data", str(mime), *_):
                return Place(cell, "output", output + 1, mime)
            case ("outputs", int(output), "text" | "traceback" as name, *_):
                is_traceback = name == "traceback"
                return Place(cell, "output", output + 1, name if is_traceback else "stream")
            case ("outputs", int(output), *_):
                return Place(cell, "output", output + 1)
            case ("metadata" | "attachments" as name, *_):
                return Place(cell, "metadata" if name == "metadata" else "attachment")
        return Place(cell, "file")

    def _cell(self, path: Path) -> tuple[int | None, Path]:
        """Return the number of the cell that a path leads into, and the rest of the path."""
        assert self._notebook is not None
        match path:
            case ("cells", int(cell), *inside) if isinstance(
                self._notebook.data.get("cells"), list
            ):
                number, rest = cell + 1, tuple(inside)
            case ("worksheets", int(sheet), "cells", int(cell), *inside) if not isinstance(
                self._notebook.data.get("cells"), list
            ):
                number, rest = self._before(sheet) + cell + 1, tuple(inside)
            case _:
                return None, path
        cells = self._notebook.cells
        # An item of the list that is no cell is a field of the notebook.
        is_cell = number <= len(cells) and bool(cells[number - 1].data)
        return (number, rest) if is_cell else (None, path)

    def _source_of(self, cell: int) -> str:
        """Return the field that a cell's source is read from."""
        assert self._notebook is not None
        return "source" if "source" in self._notebook.cells[cell - 1].data else "input"

    def _is_output(self, cell: int, index: int) -> bool:
        """Tell whether the item of a cell's outputs with a 0-based index is an output."""
        assert self._notebook is not None
        return any(one.index == index + 1 for one in self._notebook.cells[cell - 1].outputs)

    def _before(self, sheet: int) -> int:
        """Return how many cells stand in the worksheets before one."""
        assert self._notebook is not None
        sheets = self._notebook.data["worksheets"][:sheet]
        lists = (one.get("cells") for one in sheets if isinstance(one, dict))
        return sum(len(cells) for cells in lists if isinstance(cells, list))

    def _begins(self, string: JsonString) -> dict[int, tuple[int, int]]:
        """Return the rows and columns in which the strings of a text begin, by their offsets."""
        if self._begun is None:
            texts = groupby((one for one in self._strings if not one.is_key), key=_text_path)
            self._begun = {}
            for path, strings in texts:
                # Of members with the same key, each begins anew.
                self._begun.setdefault(path, {}).update(self._positions(path, strings))
        return self._begun[_text_path(string)]

    def _positions(
        self, path: Path, strings: Iterator[JsonString]
    ) -> Iterator[tuple[int, tuple[int, int]]]:
        position = 1, 1
        joint = "\n" if path[-1:] == ("traceback",) else ""
        for string in strings:
            yield string.start, position
            position = _moved(*position, unescaped(self._text[string.start : string.end]) + joint)


def _moved(row: int, column: int, text: str) -> tuple[int, int]:
    """Return the row and column behind a text that begins at a row and column."""
    starts = row_starts(text)
    if len(starts) == 1:
        return row, column + len(text)
    return row + len(starts) - 1, len(text) - starts[-1] + 1


def _text_path(string: JsonString) -> Path:
    """Return the path to the text that a string is, or is a line of."""
    path = string.path
    return path[:-1] if path and isinstance(path[-1], int) else path


def _is_shown(path: Path) -> bool:
    """Tell whether a path leads to a text that an output shows."""
    inside = path[:-1] if path and isinstance(path[-1], int) else path
    match inside:
        case (*_, "outputs", int(), "text" | "traceback") | (*_, "outputs", int(), "data", str()):
            return True
    return False
