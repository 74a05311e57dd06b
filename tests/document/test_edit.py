"""Edits change what they say, in any layout, and no other byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.document.apply import apply, arrangement
from nblint.document.edit import (
    DeleteCell,
    Edit,
    InsertCell,
    NewIds,
    ReorderCells,
    Rewrite,
    SetValue,
    TextEdit,
    Together,
    edited,
)
from nblint.document.model import Notebook
from nblint.document.positions import RawNotebook, members
from nblint.document.verify import is_edited_only
from tests.document.notebooks import TEXTS, notebooks


@st.composite
def edit(draw: st.DrawFn, notebook: Notebook) -> Edit:
    number = len(notebook.cells)
    kinds = ["text", "text", "text", "insert", "delete", "reorder", "value"]
    kind = draw(st.sampled_from(kinds if number else ["insert"]))
    if kind == "insert":
        return InsertCell(draw(st.integers(1, number + 1)), draw(TEXTS))
    if kind == "reorder":
        return ReorderCells(tuple(draw(st.permutations(range(1, number + 1)))))
    cell = draw(st.integers(1, number))
    if kind == "delete":
        return DeleteCell(cell)
    if kind == "value":
        paths = [("id",), ("metadata", "tags"), ("metadata", "zz"), ("execution_count",)]
        values = st.sampled_from(["é-1", None, 3, ["a", "b"], [], {"k": [1]}])
        return SetValue(cell, draw(st.sampled_from(paths)), draw(values))
    length = len(notebook.cells[cell - 1].source)
    start, end = sorted((draw(st.integers(0, length)), draw(st.integers(0, length))))
    return TextEdit(cell, start, end, draw(TEXTS))


@st.composite
def edited_notebooks(draw: st.DrawFn) -> tuple[Notebook, list[Edit]]:
    """A notebook, and edits that can be applied together."""
    notebook = draw(notebooks())
    together = Together()
    candidates = draw(st.lists(edit(notebook), max_size=6))
    return notebook, [candidate for candidate in candidates if together.take([candidate])]


def expected_cells(notebook: Notebook, edits: list[Edit]) -> list[tuple[str, dict[str, Any]]]:
    """What the cells hold after edits: their sources, and all else of those there were."""
    expected: list[tuple[str, dict[str, Any]]] = []
    for origin in arrangement(len(notebook.cells), edits):
        if isinstance(origin, InsertCell):
            expected.append((origin.source, {}))
            continue
        cell = notebook.cells[origin - 1]
        source = edited(
            cell.source, [e for e in edits if isinstance(e, TextEdit) and e.cell == origin]
        )
        data = json.loads(json.dumps({k: v for k, v in cell.data.items() if k != "source"}))
        for change in edits:
            if isinstance(change, SetValue) and change.cell == origin:
                inner = data
                for key in change.path[:-1]:
                    inner = inner[key]
                inner[change.path[-1]] = change.value
        expected.append((source, data))
    return expected


@given(edited_notebooks())
def test_the_cells_are_as_the_edits_say(case: tuple[Notebook, list[Edit]]) -> None:
    notebook, edits = case
    raw = apply(notebook, edits)
    after = Notebook.parse("nb.ipynb", raw)

    expected = expected_cells(notebook, edits)
    assert [cell.source for cell in after.cells] == [source for source, _ in expected]
    for cell, (_, data) in zip(after.cells, expected, strict=True):
        if data:
            rest = {key: value for key, value in cell.data.items() if key != "source"}
            assert json.dumps(rest, sort_keys=True) == json.dumps(data, sort_keys=True)
        else:
            assert cell.type == "markdown"
    if notebook.nbformat_minor == 5 and not any(isinstance(e, SetValue) for e in edits):
        assert len({cell.id for cell in after.cells}) == len(after.cells)
    assert is_edited_only(notebook, after, edits)
    if not edits:
        assert raw == notebook.raw


@given(edited_notebooks())
def test_no_byte_changes_outside_the_edited_cells(case: tuple[Notebook, list[Edit]]) -> None:
    notebook, edits = case
    before, after = RawNotebook(notebook.raw), RawNotebook(apply(notebook, edits))
    old, new = before.top["cells"], after.top["cells"]
    assert after.raw[: new.start] == before.raw[: old.start]
    assert after.raw[new.end :] == before.raw[old.end :]

    order = arrangement(len(before.cells), edits)
    touched = {e.cell for e in edits if isinstance(e, (TextEdit, SetValue))}
    for origin, span in zip(order, after.cells, strict=True):
        if isinstance(origin, int) and origin not in touched:
            old = before.cells[origin - 1]
            assert after.raw[span.start : span.end] == before.raw[old.start : old.end]
        elif isinstance(origin, int):
            one = members(before.raw, before.cells[origin - 1].start)
            other = members(after.raw, span.start)
            changed = {e.path[0] for e in edits if isinstance(e, SetValue) and e.cell == origin}
            for key in one.keys() - changed - {"source"}:
                assert (
                    after.raw[other[key].start : other[key].end]
                    == before.raw[one[key].start : one[key].end]
                )
    # With no cell added, removed or moved, what stands between cells is as it was, too.
    if order == list(range(1, len(before.cells) + 1)):
        assert between(before) == between(after)


def between(raw: RawNotebook) -> list[bytes]:
    ends = [raw.top["cells"].start, *(cell.end for cell in raw.cells)]
    starts = [*(cell.start for cell in raw.cells), raw.top["cells"].end]
    return [raw.raw[a:b] for a, b in zip(ends, starts, strict=True)]


@given(notebooks(), st.data())
def test_an_edit_there_and_back_gives_the_same_text(
    notebook: Notebook, data: st.DataObject
) -> None:
    texts = [cell for cell in notebook.cells if cell.source]
    if not texts:
        return
    cell = data.draw(st.sampled_from(texts))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(cell.source))] * 2)))
    old = cell.source[start:end]
    after = Notebook.parse("", apply(notebook, [TextEdit(cell.index, start, end, "x")]))
    back = apply(after, [TextEdit(cell.index, start, start + 1, "")])
    gone = Notebook.parse("", back).cells[cell.index - 1].source
    assert gone == cell.source[:start] + cell.source[end:]
    assert len(gone) == len(cell.source) - len(old)


@pytest.mark.parametrize(
    ("raw", "edits", "expected"),
    [
        (
            '{"cells": [{"source": ["a\\n", "b"]}]}',
            [TextEdit(1, 1, 1, "!\nc")],
            '{"cells": [{"source": ["a!\\n", "c\\n", "b"]}]}',
        ),
        (
            '{"cells": [{"source": "\\u00e9"}]}',
            [TextEdit(1, 1, 1, "é")],
            '{"cells": [{"source": "\\u00e9\\u00e9"}]}',
        ),
        (
            '{"cells":[{"source":["a\\r\\n","b"]}]}',
            [TextEdit(1, 3, 3, "c\n")],
            '{"cells":[{"source":["a\\r\\n","c\\r\\n","b"]}]}',
        ),
        (
            '{"cells": [{"a": 1}, {"b": 2},\n {"c": 3}]}',
            [DeleteCell(2)],
            '{"cells": [{"a": 1}, {"c": 3}]}',
        ),
        ('{"cells": [ {"a": 1} ]}', [DeleteCell(1)], '{"cells": []}'),
        (
            '{"cells": [{"b": 1, "z": 2}]}',
            [SetValue(1, ("id",), "x")],
            '{"cells": [{"b": 1, "id": "x", "z": 2}]}',
        ),
        (
            '{\n "cells": [\n  {\n   "metadata": {}\n  }\n ]\n}',
            [SetValue(1, ("metadata", "tags"), ["a"])],
            '{\n "cells": [\n  {\n   "metadata": {\n    "tags": [\n     "a"\n    ]\n'
            "   }\n  }\n ]\n}",
        ),
        (
            '{\n"cells": [],\n"nbformat": 4\n}',
            [InsertCell(1, "x")],
            '{\n"cells": [\n{\n"cell_type": "markdown",\n"metadata": {},\n'
            '"source": [\n"x"\n]\n}\n],\n"nbformat": 4\n}',
        ),
    ],
)
def test_bytes(raw: str, edits: list[Edit], expected: str) -> None:
    assert apply(Notebook.parse("", raw.encode()), edits).decode() == expected


@pytest.mark.parametrize("source", ['["a", 555, "b"]', "null", "[null]", '[["a"]]', "7"])
def test_odd_sources(source: str) -> None:
    before = Notebook.parse("", f'{{"cells": [{{"source": {source}}}]}}'.encode())
    edits = [TextEdit(1, 0, 0, "x")]
    after = Notebook.parse("", apply(before, edits))
    assert after.cells[0].source == "x" + before.cells[0].source
    assert is_edited_only(before, after, edits)


@pytest.mark.parametrize("cell", ["null", "[]", '{"id": 1, "metadata": 3}'])
def test_what_cannot_be_set_is_noticed(cell: str) -> None:
    before = Notebook.parse("", f'{{"cells": [{cell}]}}'.encode())
    edits = [SetValue(1, ("metadata", "tags"), [])]
    after = Notebook.parse("", apply(before, edits))
    assert not is_edited_only(before, after, edits)


def test_changes_that_no_edit_says_are_noticed() -> None:
    before = Notebook.parse("", b'{"cells": [{"source": "a"}, {"source": "b"}], "x": 1}')
    edits = [TextEdit(1, 0, 1, "c")]
    for raw in (
        b'{"cells": [{"source": "c"}, {"source": "b"}], "x": 2}',
        b'{"cells": [{"source": "c"}, {"source": "B"}], "x": 1}',
        b'{"cells": [{"source": "d"}, {"source": "b"}], "x": 1}',
        b'{"cells": [{"source": "c", "id": "n"}, {"source": "b"}], "x": 1}',
        b'{"cells": [{"source": "c"}], "x": 1}',
    ):
        assert not is_edited_only(before, Notebook.parse("", raw), edits)
    good = b'{"cells": [{"source": "c"}, {"source": "b"}], "x": 1}'
    assert is_edited_only(before, Notebook.parse("", good), edits)


def test_edits_of_the_same_part_conflict() -> None:
    insertion = TextEdit(1, 3, 3, "x")
    assert not conflict(insertion, insertion)
    assert conflict(TextEdit(1, 0, 2, ""), TextEdit(1, 1, 3, ""))
    assert not conflict(TextEdit(1, 0, 2, ""), TextEdit(1, 2, 3, ""))
    assert not conflict(TextEdit(1, 0, 2, ""), TextEdit(2, 0, 2, ""))
    assert conflict(TextEdit(1, 0, 2, ""), DeleteCell(1))
    assert conflict(ReorderCells((1, 2)), InsertCell(1, ""))
    assert conflict(SetValue(1, ("metadata",), {}), SetValue(1, ("metadata", "tags"), []))
    assert not conflict(SetValue(1, ("id",), "a"), SetValue(2, ("id",), "b"))
    for edit_of_all in (Rewrite(b""), ReorderCells((1, 2))):
        assert conflict(DeleteCell(1), edit_of_all)


def conflict(one: Edit, other: Edit) -> bool:
    """Tell whether two edits conflict, in either order."""
    first, second = Together(), Together()
    assert first.take([one])
    assert second.take([other])
    answer = not first.take([other])
    assert second.take([one]) is not answer
    return answer


@given(st.data())
def test_an_edit_conflicts_with_many_as_it_does_with_one_of_them(data: st.DataObject) -> None:
    notebook = data.draw(notebooks())
    together = Together()
    taken: list[Edit] = []
    for candidate in data.draw(st.lists(edit(notebook), max_size=12)):
        is_free = not any(conflict(one, candidate) for one in taken)
        assert together.take([candidate]) is is_free
        if is_free:
            taken.append(candidate)


def test_new_ids_are_not_taken_and_do_not_vary() -> None:
    first = NewIds(()).of("text")
    assert first == NewIds(()).of("text")
    assert NewIds({first}).of("text") not in {first, ""}
    alike = NewIds(())
    assert len({alike.of("text") for _ in range(100)}) == 100
