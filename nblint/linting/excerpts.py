"""Excerpts: the rows around a finding in its cell or output, masked first, then cut."""

from __future__ import annotations

from functools import cached_property

from nblint.credentials.masking.masked import Masked
from nblint.credentials.masking.redaction import Redaction
from nblint.document.model import Cell, Notebook, Place
from nblint.document.rows import row_starts
from nblint.document.surfaces import Surface, surfaces
from nblint.linting.results import Excerpt

# Masking parses its text as code and as prose, which is slow for an output of megabytes.
_LONGEST_TEXT = 20_000
_HALF = _LONGEST_TEXT // 2
# Nobody reads more of a row, and a row of JSON can be the whole file.
_LONGEST_ROW = 400
_CUT = "…"


class Excerpts:
    """Cuts excerpts from a notebook.

    Args:
        notebook: The notebook.
        redaction: Hides its credentials.
        around: The number of rows to show on either side of a place.
    """

    def __init__(self, notebook: Notebook, redaction: Redaction, around: int = 20) -> None:
        self._notebook = notebook
        self._redaction = redaction
        self._around = around
        self._texts: dict[Place, _Text | None] = {}
        self._first_lines: dict[int, str] = {}

    def at(self, place: Place) -> Excerpt | None:
        """Return the excerpt around a place; None if the place is not in a text."""
        if place.row is None or place.surface == "file":
            return None
        text = self._text(place)
        return text.around(place, self._around) if text else None

    def first_line(self, cell: Cell) -> str:
        """Return the first row of a cell that is not blank, by which people recognise the cell."""
        if cell.index not in self._first_lines:
            row = next((number for number, row in enumerate(cell.rows, 1) if row.strip()), None)
            excerpt = self.at(Place(cell.index, "source", row=row, column=1))
            self._first_lines[cell.index] = excerpt.line.strip() if excerpt else ""
        return self._first_lines[cell.index]

    def _text(self, place: Place) -> _Text | None:
        key = place._replace(row=None, column=None, end_row=None, end_column=None)
        if key not in self._texts:
            found = self._found(key)
            self._texts[key] = None if found is None else _Text(found, self._redaction)
        return self._texts[key]

    def _found(self, key: Place) -> str | None:
        if key.surface == "source" and key.cell is not None:
            return "\n".join(self._notebook.cells[key.cell - 1].rows)
        texts = [surface.text for surface in self._surfaces.get(key, ())]
        return texts[0] if len(texts) == 1 else None  # attachments of one type cannot be told apart

    @cached_property
    def _surfaces(self) -> dict[Place, list[Surface]]:
        found: dict[Place, list[Surface]] = {}
        for surface in surfaces(self._notebook):
            found.setdefault(surface.place, []).append(surface)
        return found


class _Text:
    """A text of a notebook, by its rows."""

    def __init__(self, text: str, redaction: Redaction) -> None:
        self._text = text
        self._redaction = redaction
        self._spans: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._parts: dict[int, tuple[tuple[int, int], Masked]] = {}
        self._starts = row_starts(text)

    @cached_property
    def _masked(self) -> Masked:
        return self._redaction.masked(self._text)

    def _part(self, start: int, end: int) -> tuple[tuple[int, int], Masked]:
        """Return the masked part of a long text that holds what is between two offsets.

        Parts overlap by half, so that each place lies in one, and each part is masked only once.
        """
        number = start // _HALF
        if number not in self._parts:
            kept = number * _HALF, min((number + 2) * _HALF, len(self._text))
            self._parts[number] = kept, self._redaction.masked_part(self._text, *kept)
        return self._parts[number]

    def _shown_span(self, masked: Masked, start: int, end: int) -> tuple[int, int]:
        """Return where a row is in a masked part; neighbouring findings ask for the same rows."""
        key = id(masked), start, end
        if key not in self._spans:
            self._spans[key] = masked.span(start, end)
        return self._spans[key]

    def around(self, place: Place, more: int) -> Excerpt | None:
        row, end_row = place.row or 1, place.end_row or place.row or 1
        if row > len(self._starts):
            return None
        start = self._offset(row, place.column)
        end = max(start, self._offset(end_row, place.end_column))
        first = max(1, row - more)
        last = min(len(self._starts), end_row + more, row + 2 * more)
        kept, masked = self._span(first, last), None
        if len(self._text) > _LONGEST_TEXT:
            if kept[1] - kept[0] > _HALF:
                first = last = row
                kept = self._span(row, row)
            if kept[1] - kept[0] > _HALF:
                begins = max(kept[0], start - _HALF // 2)
                kept = begins, min(kept[1], begins + _HALF)
            part, masked = self._part(*kept)
            kept = max(kept[0], part[0]), min(kept[1], part[1])
        masked = masked or self._masked

        rows: list[str] = []
        columns: dict[int, int] = {}
        begin, stop = masked.span(start, end)
        for number in range(first, last + 1):
            row_start, row_end = self._span(number, number)
            left, right = self._shown_span(masked, max(row_start, kept[0]), min(row_end, kept[1]))
            wanted = begin - left if number == row else 0
            shown, cut = _shortened(masked.text[left:right], wanted)
            rows.append(shown)
            columns[number] = left + cut - 1
        end_row = min(end_row, last)
        return Excerpt(
            first,
            tuple(rows),
            row,
            min(begin - columns[row], len(rows[row - first]) + 1),
            end_row,
            min(max(1, stop - columns[end_row]), len(rows[end_row - first]) + 1),
        )

    def _offset(self, row: int, column: int | None) -> int:
        """Return the offset of a row and column; without a column, of the end of the row."""
        if row > len(self._starts):
            return len(self._text)
        start, end = self._span(row, row)
        return end if column is None else min(start + column - 1, end)

    def _span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets at which rows begin and end, without the last one's line end."""
        end = self._starts[last] - 1 if last < len(self._starts) else len(self._text)
        return self._starts[first - 1], end


def _shortened(row: str, wanted: int) -> tuple[str, int]:
    """Return a row cut around an offset, and how many characters its beginning lost."""
    if len(row) <= _LONGEST_ROW:
        return row, 0
    start = max(0, min(wanted - _LONGEST_ROW // 2, len(row) - _LONGEST_ROW))
    end = start + _LONGEST_ROW
    before, after = _CUT if start else "", _CUT if end < len(row) else ""
    return f"{before}{row[start:end]}{after}", start - len(before)
