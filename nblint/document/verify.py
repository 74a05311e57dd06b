"""Verifies that an edited file differs from the one before only in what the edits say."""

from collections.abc import Sequence
from typing import Any

from nblint.document.apply import arrangement
from nblint.document.edit import Edit, InsertCell, SetValue, TextEdit, edited, rewrites
from nblint.document.model import Cell, Notebook
from nblint.document.positions import RawNotebook, members


def is_edited_only(before: Notebook, after: Notebook, edits: Sequence[Edit]) -> bool:
    """Tell whether a notebook is another one after edits, with every other byte as it was.

    Odd files could be edited wrongly: cells that are not objects, lists of lines with numbers in
    them. Whoever writes an edited notebook asks here first.

    Args:
        before: The notebook.
        after: What `apply` made of it.
        edits: The edits.
    """
    if rewrites(edits):
        return _same_sources(before, after)
    return _Comparison(before, after, edits).holds()


def _same_sources(one: Notebook, other: Notebook) -> bool:
    return [(c.type, c.source) for c in one.cells] == [(c.type, c.source) for c in other.cells]


class _Comparison:
    """Compares a notebook with what surgical edits made of it, cell by cell."""

    def __init__(self, before: Notebook, after: Notebook, edits: Sequence[Edit]) -> None:
        self._before, self._after = before, after
        self._old, self._new = RawNotebook(before.raw), RawNotebook(after.raw)
        self._order = arrangement(len(before.cells), edits)
        self._texts: dict[int, list[TextEdit]] = {}
        self._values: dict[int, list[SetValue]] = {}
        for edit in edits:
            if isinstance(edit, TextEdit):
                self._texts.setdefault(edit.cell, []).append(edit)
            elif isinstance(edit, SetValue):
                self._values.setdefault(edit.cell, []).append(edit)

    def holds(self) -> bool:
        """Tell whether the edits account for every difference."""
        return (
            self._is_same_around_cells()
            and len(self._order) == len(self._after.cells)
            and all(self._is_as_edited(origin, new) for new, origin in enumerate(self._order, 1))
        )

    def _is_same_around_cells(self) -> bool:
        old, new = self._old, self._new
        if "cells" not in old.top or "cells" not in new.top:
            return False
        one, other = old.top["cells"], new.top["cells"]
        return (
            old.raw[: one.start] == new.raw[: other.start]
            and old.raw[one.end :] == new.raw[other.end :]
        )

    def _is_as_edited(self, origin: int | InsertCell, new: int) -> bool:
        """Tell whether a new cell is what the edits make of its origin."""
        cell = self._after.cells[new - 1]
        if isinstance(origin, InsertCell):
            return cell.source == origin.source
        texts, values = self._texts.get(origin, []), self._values.get(origin, [])
        if not texts and not values:
            return _cell_bytes(self._old, origin) == _cell_bytes(self._new, new)
        expected = edited(self._before.cells[origin - 1].source, texts)
        if cell.source != expected or not all(_holds(cell, edit) for edit in values):
            return False
        touched = {str(edit.path[0]) for edit in values}
        touched |= {"source", "input"} if texts else set()
        return _members(self._old, origin, touched) == _members(self._new, new, touched)


def _cell_bytes(raw: RawNotebook, cell: int) -> bytes:
    span = raw.cells[cell - 1]
    return raw.raw[span.start : span.end]


def _members(raw: RawNotebook, cell: int, without: set[str]) -> dict[str, bytes] | None:
    span = raw.cells[cell - 1]
    if raw.raw[span.start : span.start + 1] != b"{":
        return None
    found = members(raw.raw, span.start)
    return {key: raw.raw[v.start : v.end] for key, v in found.items() if key not in without}


def _holds(cell: Cell, edit: SetValue) -> bool:
    found: Any = cell.data
    try:
        for step in edit.path:
            found = found[step]
    except (KeyError, IndexError, TypeError):
        return False
    return bool(found == edit.value)
