"""The texts of a notebook, and places in them."""

import base64
from typing import Any

from nblint.document.model import Notebook, Place
from nblint.document.surfaces import Surface, surfaces, without_ansi


def read(cells: list[Any], metadata: object = None) -> list[Surface]:
    data = {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
    return list(surfaces(Notebook("nb.ipynb", b"", data)))


def test_every_surface() -> None:
    text = base64.b64encode(b"a=1\nb=2").decode()
    image = base64.b64encode(b"\x89PNG\0").decode()
    found = read(
        [
            {"cell_type": "markdown", "source": ["# A\n", "b"], "metadata": {"x": 1},
             "attachments": {"a": {"text/plain": text, "image/png": image}}},
            {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [
                {"output_type": "stream", "text": ["\x1b[31mred\x1b[0m\r\n", "two"]},
                {"output_type": "error", "traceback": ["one", "\x1b[1mtwo"]},
                {"output_type": "error", "ename": "E", "evalue": "no"},
                {"output_type": "display_data", "data": {
                    "image/png": image, "text/html": ["<b>", "x</b>"],
                    "application/json": {"k": [1]},
                    "application/javascript": "y", "image/svg+xml": "<svg/>",
                    "application/vnd.plotly.v1+json": {"data": []}}},
                {"output_type": "pyout", "text": "old"},
            ]},
        ],
        {"kernelspec": {}},
    )  # fmt: skip
    assert [(one.kind, one.text) for one in found] == [
        ("json", '{\n "kernelspec": {}\n}'),
        ("markdown", "# A\nb"),
        ("json", '{\n "x": 1\n}'),
        ("text", "a=1\nb=2"),
        ("code", "x"),
        ("text", "red\ntwo"),
        ("text", "one\ntwo"),
        ("text", "E: no"),
        ("html", "<b>x</b>"),
        ("json", '{\n "k": [\n  1\n ]\n}'),
        ("script", "y"),
        ("html", "<svg/>"),
        ("json", '{\n "data": []\n}'),
        ("text", "old"),
    ]
    assert found[3].place == Place(1, "attachment", None, "text/plain")
    assert found[5].place == Place(2, "output", 1, "stream")
    assert found[6].place == Place(2, "output", 2, "traceback")


def test_span_counts_code_points_and_rows_at_newlines_only() -> None:
    surface = read([{"cell_type": "raw", "source": "é\x0c𝒳y\r\nz\rw", "metadata": {}}])[0]
    at = surface.text.index
    assert surface.span(at("y"), at("y") + 1) == Place(1, "source", None, None, 1, 4, 1, 5)
    assert surface.span(at("w"), at("w") + 1) == Place(1, "source", None, None, 3, 1, 3, 2)
    assert surface.span(at("y"), at("z") + 1)[4:] == (1, 4, 2, 2)


def test_without_ansi() -> None:
    link = "\x1b]8;;http://x\x07text\x1b]8;;\x07"
    assert without_ansi(f"a\x1b[1;31mb\x1b[0m{link}\x1b[2Kc") == "abtextc"
