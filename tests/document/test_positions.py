"""The line of the file that a place is on, in any layout."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from nblint.document.model import Notebook, Place
from nblint.document.positions import RawNotebook, Span, file_line, items
from tests.document.notebooks import Layout, layouts


@st.composite
def marked_text(draw: st.DrawFn, name: str) -> list[str]:
    """Rows that each start with a word found nowhere else, in pieces that do not cut one."""
    pieces = []
    for row in range(1, draw(st.integers(1, 5)) + 1):
        pieces.append(f"<{name}.{row}>")
        pieces.append(draw(st.text('xa "\\\f', max_size=3)))
        pieces.append(draw(st.sampled_from(["\n", "\r\n", "\n", "\r"])))
    if draw(st.booleans()):
        pieces.pop()
    return pieces


@st.composite
def multiline(draw: st.DrawFn, name: str) -> str | list[str]:
    pieces = draw(marked_text(name))
    kind = draw(st.sampled_from(["string", "lines", "odd"]))
    text = "".join(pieces)
    if kind == "string":
        return text
    if kind == "lines":
        return re.findall(r"[^\n]*\n|[^\n]+", text)
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if draw(st.booleans()):
            joined.append(piece)
        else:
            joined[-1] += piece
    return joined


@st.composite
def marked_notebooks(draw: st.DrawFn) -> bytes:
    cells = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        outputs = [
            {"output_type": "stream", "name": "stdout", "text": draw(multiline(f"o{number}"))},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/html": draw(multiline(f"h{number}")), "x/y": "z"},
            },
        ]
        cell: dict[str, object] = {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": outputs,
            "source": draw(multiline(f"s{number}")),
        }
        cells.append({key: cell[key] for key in draw(st.permutations(list(cell)))})
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return draw(layouts()).dump({key: data[key] for key in draw(st.permutations(list(data)))})


def true_line(raw: bytes, mark: str) -> int:
    assert raw.count(mark.encode()) == 1
    return raw[: raw.index(mark.encode())].count(b"\n") + 1


@given(marked_notebooks())
def test_every_row_of_every_cell(raw: bytes) -> None:
    notebook, spans = Notebook.parse("nb.ipynb", raw), RawNotebook(raw)
    for cell in notebook.cells:
        for row, text in enumerate(cell.rows, 1):
            if mark := re.match(r"<.*?>", text):
                assert file_line(spans, cell.place(row)) == true_line(raw, mark[0])


@given(marked_notebooks())
def test_every_row_of_every_output(raw: bytes) -> None:
    notebook, spans = Notebook.parse("nb.ipynb", raw), RawNotebook(raw)
    for cell in notebook.cells:
        for number, mime, name in ((1, "stream", "o"), (2, "text/html", "h")):
            for row in range(1, 6):
                mark = f"<{name}{cell.index}.{row}>"
                if mark.encode() in raw:
                    place = Place(cell.index, "output", number, mime, row, 1, row, 2)
                    assert file_line(spans, place) == true_line(raw, mark)


def test_other_places() -> None:
    data = {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {"tags": ["x"]},
                "outputs": [{"output_type": "error", "traceback": ["a\nb", "c"]}],
                "source": [],
            },
            None,
        ],
        "metadata": {"y": 1},
    }
    raw = Layout(1, (",", ": "), True, False, "\n", True).dump(data)
    lines = raw.decode().splitlines()
    spans = RawNotebook(raw)

    def line_of(text: str) -> int:
        return next(number for number, line in enumerate(lines, 1) if text in line)

    assert file_line(spans, Place(None, "file", row=7)) == 7
    assert file_line(spans, Place(None, "metadata")) == line_of('"y"') - 1
    assert file_line(spans, Place(1, "metadata")) == line_of('"tags"') - 1
    assert file_line(spans, Place(1, "attachment")) == line_of('"cell_type"') - 1
    assert file_line(spans, Place(2)) == line_of("null")
    # The strings of a traceback are joined with line ends: its third row is the second string.
    assert file_line(spans, Place(1, "output", 1, "traceback", 3)) == line_of('"c"')
    assert file_line(spans, Place(1, "output", 1, "traceback", 2)) == line_of('"a\\nb"')
    assert json.loads(raw) == data


def test_what_is_nested_deeper_than_a_parser_goes_has_an_end() -> None:
    raw = b"[" + b"[" * 9000 + b'"]"' + b"]" * 9000 + b", 1]"
    assert items(raw, 0) == [Span(1, 18004), Span(18006, 18007)]
