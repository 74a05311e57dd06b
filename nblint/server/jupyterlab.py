"""Notebooks as JupyterLab sends them: as two texts, one of all code and one of all markdown.

`jupyterlab-lsp` joins the cells of a language into a "virtual document", with two blank lines and
no other sign between them, and replaces magics by calls. Which cell is which is read off the saved
file: where the two agree, the cell is known; what is between is what its author is typing.

Sources: https://github.com/jupyterlab/jupyterlab/blob/main/packages/lsp/src/virtual/document.ts
(`appendCodeBlock`, `value`) and
https://github.com/jupyter-lsp/jupyterlab-lsp/blob/main/packages/jupyterlab-lsp/src/transclusions/ipython/overrides.ts
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nblint.document.model import Unreadable
from nblint.document.pairing import paired
from nblint.linting.checking import read_document
from nblint.server.documents import OpenFile, OpenParts
from nblint.server.drafts import CellsDraft, Spot, path_of

_BETWEEN_CELLS = "\n\n\n"

_CELL_MAGIC = re.compile(
    r'get_ipython\(\)\.run_cell_magic\("(?P<name>[^"]*)", "(?P<line>(?:[^"\\]|\\.)*)", '
    r'"""(?P<body>.*)"""\)\s*\Z',
    re.DOTALL,
)
_UNWRAPPED = re.compile(
    r'# START_CELL_MAGIC\("(?P<name>[^"]*)", "(?P<line>(?:[^"\\]|\\.)*)"\)\n'
    r"(?P<body>.*)\n# END_CELL_MAGIC\s*\Z",
    re.DOTALL,
)
_BEFORE_LINE_MAGIC = r"(?m:^(?P<before>[ \t]*(?:\S+[ \t]*=[ \t]*)?))get_ipython\(\)\."
_LINE_MAGIC = re.compile(
    _BEFORE_LINE_MAGIC
    + r'run_line_magic\("(?P<name>[^" ]+)", "(?P<line>(?: (?:[^"\\\n]|\\.)*)?)"\)'
)
_SHELL_LINE = re.compile(_BEFORE_LINE_MAGIC + r'getoutput\("(?P<line>.*)"\)(?=[ \t]*$)', re.M)


class _Part(NamedTuple):
    """What of a text belongs to one cell.

    Attributes:
        saved: The index of the cell among the saved ones; None for a new cell.
        source: The cell's source, as its author sees it.
        spot: Where it stands.
    """

    saved: int | None
    source: str
    spot: Spot


def draft_of_parts(opened: OpenParts) -> CellsDraft:
    """Return the draft that JupyterLab has open; reads the saved file for what it does not send."""
    path = _notebook(path_of(opened.uri))
    saved = _saved(path)
    cells: list[dict[str, Any]] = [dict(cell) for cell in saved.pop("cells", ())]
    spots: list[Spot | None] = [None] * len(cells)
    if opened.code:
        cells, spots = _with_code(cells, opened.code)
    if opened.markdown:
        cells, spots = _with_markdown(cells, spots, opened.markdown)
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **saved, "cells": cells}
    files = filter(None, (opened.code, opened.markdown))
    return CellsDraft(
        path,
        read_document(str(path), json.dumps(notebook).encode()),
        {file.uri: file.text for file in files},
        tuple(spots),
        is_exact=False,
    )


def _notebook(path: Path) -> Path:
    """Return a notebook's own path: servers that read files are sent to a folder of copies.

    https://jupyterlab-lsp.readthedocs.io/en/latest/Configuring.html#virtual_documents_dir
    """
    copies = os.environ.get("JP_LSP_VIRTUAL_DIR") or ".virtual_documents"
    return Path(*(part for part in path.parts if part != copies))


def _saved(path: Path) -> dict[str, Any]:
    """Return the saved notebook without outputs; nothing where there is none that can be read."""
    try:
        document = read_document(str(path), path.read_bytes())
    except OSError:
        return {}
    if isinstance(document, Unreadable) or document.nbformat < 4:
        return {}
    cells = [
        {**{key: cell.data[key] for key in cell.data if key != "outputs"}, "source": cell.source}
        for cell in document.cells
    ]
    return {**document.data, "cells": cells}


_Cells = tuple[list[dict[str, Any]], list[Spot | None]]


def _with_code(saved: Sequence[dict[str, Any]], code: OpenFile) -> _Cells:
    """Return the saved cells with the code as it is now; the text has an empty part for others."""
    cells: list[dict[str, Any]] = []
    spots: list[Spot | None] = []
    sources = [cell["source"] if cell.get("cell_type") == "code" else "" for cell in saved]
    for part in _parts(sources, code):
        cell = saved[part.saved] if part.saved is not None else {}
        is_empty, is_code = not part.source.strip(), cell.get("cell_type") == "code"
        if is_code and is_empty and cell["source"].startswith("%%"):
            cells.append(cell)  # another language's, whose text is sent elsewhere
            spots.append(None)
        elif is_code:
            cells.append({**cell, "source": part.source})
            spots.append(part.spot)
        elif not is_empty:
            cells.append({"cell_type": "code", "metadata": {}, "source": part.source})
            spots.append(part.spot)
        elif cell:
            cells.append(cell)
            spots.append(None)
    return cells, spots


def _with_markdown(
    cells: Sequence[dict[str, Any]], spots: Sequence[Spot | None], markdown: OpenFile
) -> _Cells:
    """Return cells with the markdown as it is now; a new cell comes behind the one before it."""
    texts = [index for index, cell in enumerate(cells) if cell.get("cell_type") == "markdown"]
    now = {index: (cell, spot) for index, (cell, spot) in enumerate(zip(cells, spots, strict=True))}
    new: dict[int, list[tuple[dict[str, Any], Spot | None]]] = {}
    behind = -1
    for part in _parts([cells[index]["source"] for index in texts], markdown):
        if part.saved is not None:
            behind = texts[part.saved]
            now[behind] = ({**cells[behind], "source": part.source}, part.spot)
        elif part.source.strip():
            added = {"cell_type": "markdown", "metadata": {}, "source": part.source}
            new.setdefault(behind, []).append((added, part.spot))
    pairs = [*new.get(-1, ())]
    for index, pair in now.items():
        pairs += [pair, *new.get(index, ())]
    return [cell for cell, _ in pairs], [spot for _, spot in pairs]


def _parts(saved: Sequence[str], file: OpenFile) -> Iterator[_Part]:
    """Yield what of a text belongs to which cell, in order."""
    pieces = file.text.content.removesuffix("\n").split(_BETWEEN_CELLS)
    owners, line = _owners(saved, pieces), 0
    start = 0
    while start < len(pieces):
        end = start + 1
        while end < len(pieces) and _continues(owners[start], owners[end], pieces[end]):
            end += 1
        virtual = _BETWEEN_CELLS.join(pieces[start:end])
        last_line, written = line + virtual.count("\n"), _as_written(virtual)
        spot = Spot(file.uri, line, last_line, _silent(virtual, written))
        yield _Part(owners[start], written, spot)
        line, start = last_line + len(_BETWEEN_CELLS), end


def _continues(owner: int | None, next_owner: int | None, piece: str) -> bool:
    """Say whether a piece is of the same cell as the one before it, which has an owner."""
    is_inside = next_owner is None and piece.lstrip("\n")[:1] in (" ", "\t")
    return is_inside or (owner is not None and owner == next_owner)


def _owners(saved: Sequence[str], pieces: Sequence[str]) -> list[int | None]:
    """Return for each piece of a text the index of the cell that it is of; None where it is new."""
    known = [
        (index, piece.strip("\n"))
        for index, source in enumerate(saved)
        for piece in source.split(_BETWEEN_CELLS)
    ]
    texts = [_as_written(piece).strip("\n") for piece in pieces]
    owners: list[int | None] = [None] * len(pieces)
    for number, piece in paired([text for _, text in known], texts):
        if number is not None and piece is not None:
            owners[piece] = known[number][0]
    return owners


def _as_written(virtual: str) -> str:
    """Return code with its magics as their author has written them."""
    if "get_ipython()" not in virtual and "# START_CELL_MAGIC" not in virtual:
        return virtual
    if magic := _CELL_MAGIC.match(virtual):
        body = magic["body"].replace('\\"\\"\\"', '"""')
        return f"%%{magic['name']}{_unescaped(magic['line'])}\n{body}"
    if magic := _UNWRAPPED.match(virtual):
        return f"%%{magic['name']}{magic['line']}\n{magic['body']}"
    lines = _LINE_MAGIC.sub(lambda m: f"{m['before']}%{m['name']}{_unescaped(m['line'])}", virtual)
    return _SHELL_LINE.sub(lambda m: f"{m['before']}!{m['line']}", lines)


def _silent(virtual: str, written: str) -> frozenset[int]:
    """Return the rows on which JupyterLab shows nothing: those that it has replaced."""
    if virtual == written:
        return frozenset()
    lines, rows = virtual.split("\n"), written.split("\n")
    if len(lines) != len(rows):  # a cell magic
        return frozenset(range(1, len(rows) + 1))
    return frozenset(
        row for row, pair in enumerate(zip(lines, rows, strict=True), 1) if pair[0] != pair[1]
    )


def _unescaped(line: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", line)
