"""Checks that an edited file differs from the one before in what the edits say, and in no more."""

from collections.abc import Sequence
from typing import Any

from nblint.document.apply import apply, arrangement
from nblint.document.edit import Edit, InsertCell, Rewrite, SetValue, StripOutputs, TextEdit, edited
from nblint.document.model import Cell, Notebook, Unreadable
from nblint.document.positions import RawNotebook, members


def is_edited_only(before: Notebook, after: Notebook, edits: Sequence[Edit]) -> bool:
    """Say whether a notebook is another one after edits, with every other byte as it was.

    Odd files could be edited wrongly: cells that are no objects, lists of lines with numbers in
    them. Whoever writes an edited notebook asks here first.

    Args:
        before: The notebook.
        after: What `apply` made of it.
        edits: The edits.
    """
    if any(isinstance(edit, Rewrite) for edit in edits):
        return _same_sources(before, after)
    others = [edit for edit in edits if not isinstance(edit, StripOutputs)]
    if len(others) < len(edits):
        try:
            between = Notebook.parse(before.path, apply(before, others))
        except Unreadable:
            return False
        is_as_said = not others or is_edited_only(before, between, others)
        return is_as_said and _same_sources(between, after)
    old, new = RawNotebook(before.raw), RawNotebook(after.raw)
    if not _same_around_cells(old, new):
        return False
    order = arrangement(len(before.cells), edits)
    if len(order) != len(after.cells):
        return False
    texts_of: dict[int, list[TextEdit]] = {}
    values_of: dict[int, list[SetValue]] = {}
    for edit in edits:
        if isinstance(edit, TextEdit):
            texts_of.setdefault(edit.cell, []).append(edit)
        elif isinstance(edit, SetValue):
            values_of.setdefault(edit.cell, []).append(edit)
    for index, origin in enumerate(order):
        if isinstance(origin, InsertCell):
            if after.cells[index].source != origin.source:
                return False
            continue
        texts, values = texts_of.get(origin, []), values_of.get(origin, [])
        if not texts and not values:
            one, other = old.cells[origin - 1], new.cells[index]
            if old.raw[one.start : one.end] != new.raw[other.start : other.end]:
                return False
            continue
        expected = edited(before.cells[origin - 1].source, texts)
        if after.cells[index].source != expected or not _holds(after.cells[index], values):
            return False
        touched = {edit.path[0] for edit in values} | ({"source", "input"} if texts else set())
        if _members(old, origin, touched) != _members(new, index + 1, touched):
            return False
    return True


def _same_sources(one: Notebook, other: Notebook) -> bool:
    return [(c.type, c.source) for c in one.cells] == [(c.type, c.source) for c in other.cells]


def _same_around_cells(old: RawNotebook, new: RawNotebook) -> bool:
    if "cells" not in old.top or "cells" not in new.top:
        return False
    one, other = old.top["cells"], new.top["cells"]
    return (
        old.raw[: one.start] == new.raw[: other.start]
        and old.raw[one.end :] == new.raw[other.end :]
    )


def _members(raw: RawNotebook, cell: int, without: set[str]) -> dict[str, bytes] | None:
    span = raw.cells[cell - 1]
    if raw.raw[span.start : span.start + 1] != b"{":
        return None
    found = members(raw.raw, span.start)
    return {key: raw.raw[v.start : v.end] for key, v in found.items() if key not in without}


def _holds(cell: Cell, values: Sequence[SetValue]) -> bool:
    for edit in values:
        found: Any = cell.data
        for key in edit.path:
            if not isinstance(found, dict) or key not in found:
                return False
            found = found[key]
        if found != edit.value:
            return False
    return True
