"""Notebooks as JupyterLab sends them: as two texts, one of all code and one of all markdown.

`jupyterlab-lsp` joins the cells of a language into a "virtual document", separated by nothing but
two blank lines, and replaces magics by calls. To find the cells again, the document is compared
with the saved file: where both agree, the cell is known; the rest is what the author is typing.

Sources: https://github.com/jupyterlab/jupyterlab/blob/main/packages/lsp/src/virtual/document.ts
(`appendCodeBlock`, `value`) and
https://github.com/jupyter-lsp/jupyterlab-lsp/blob/main/packages/jupyterlab-lsp/src/transclusions/ipython/overrides.ts
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nblint.document.model import Unreadable
from nblint.document.pairing import paired
from nblint.linting.checking import read_document
from nblint.server.documents import OpenFile, OpenParts
from nblint.server.drafts import CellsDraft, CellSpan, path_of

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
    """The part of a text that belongs to one cell.

    Attributes:
        saved: The index of the cell among the saved ones; None for a new cell.
        source: The cell's source, as its author sees it.
        span: Where the cell is.
    """

    saved: int | None
    source: str
    span: CellSpan


def draft_of_parts(opened: OpenParts) -> CellsDraft:
    """Return an open notebook as a draft; what JupyterLab does not send is read from the file."""
    path = _notebook(path_of(opened.uri))
    saved = _saved(path)
    cells: list[dict[str, Any]] = [dict(cell) for cell in saved.pop("cells", ())]
    spans: list[CellSpan | None] = [None] * len(cells)
    if opened.code:
        cells, spans = _with_code(cells, opened.code)
    if opened.markdown:
        cells, spans = _with_markdown(cells, spans, opened.markdown)
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **saved, "cells": cells}
    files = filter(None, (opened.code, opened.markdown))
    return CellsDraft(
        path,
        read_document(str(path), json.dumps(notebook).encode()),
        {file.uri: file.text for file in files},
        tuple(spans),
        is_exact=False,
    )


def _notebook(path: Path) -> Path:
    """Return the path of a notebook itself; JupyterLab may send that of a copy.

    https://jupyterlab-lsp.readthedocs.io/en/latest/Configuring.html#virtual_documents_dir
    """
    copies = os.environ.get("JP_LSP_VIRTUAL_DIR") or ".virtual_documents"
    return Path(*(part for part in path.parts if part != copies))


def _saved(path: Path) -> dict[str, Any]:
    """Return the saved notebook without outputs; empty where it cannot be read."""
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


_Cells = tuple[list[dict[str, Any]], list[CellSpan | None]]


def _with_code(saved: Sequence[dict[str, Any]], code: OpenFile) -> _Cells:
    """Return the saved cells with the code as it is now; in the text, other cells are empty."""
    cells: list[dict[str, Any]] = []
    spans: list[CellSpan | None] = []
    sources = [cell["source"] if _is_code(cell) else "" for cell in saved]
    for part in _parts(sources, code):
        cell = saved[part.saved] if part.saved is not None else {}
        is_empty = not part.source.strip()
        # Markdown, and code in another language (`%%bash`), is sent in other texts.
        is_elsewhere = is_empty and (not _is_code(cell) or cell["source"].startswith("%%"))
        if not is_elsewhere:
            code_cell = cell if _is_code(cell) else {"cell_type": "code", "metadata": {}}
            cells.append({**code_cell, "source": part.source})
            spans.append(part.span)
        elif cell:
            cells.append(cell)
            spans.append(None)
    return cells, spans


def _is_code(cell: Mapping[str, Any]) -> bool:
    return bool(cell.get("cell_type") == "code")


def _with_markdown(
    cells: Sequence[dict[str, Any]], spans: Sequence[CellSpan | None], markdown: OpenFile
) -> _Cells:
    """Return cells with the markdown as it is now; a new cell follows the one before it."""
    texts = [index for index, cell in enumerate(cells) if cell.get("cell_type") == "markdown"]
    now = {index: (cell, span) for index, (cell, span) in enumerate(zip(cells, spans, strict=True))}
    new: dict[int, list[tuple[dict[str, Any], CellSpan | None]]] = {}
    behind = -1
    for part in _parts([cells[index]["source"] for index in texts], markdown):
        if part.saved is not None:
            behind = texts[part.saved]
            now[behind] = ({**cells[behind], "source": part.source}, part.span)
        elif part.source.strip():
            added = {"cell_type": "markdown", "metadata": {}, "source": part.source}
            new.setdefault(behind, []).append((added, part.span))
    pairs = [*new.get(-1, ())]
    for index, pair in now.items():
        pairs += [pair, *new.get(index, ())]
    return [cell for cell, _ in pairs], [span for _, span in pairs]


def _parts(saved: Sequence[str], file: OpenFile) -> Iterator[_Part]:
    """Yield the parts of a text that belong to the same cell, in order."""
    pieces = file.text.content.removesuffix("\n").split(_BETWEEN_CELLS)
    owners, line = _owners(saved, pieces), 0
    start = 0
    while start < len(pieces):
        end = start + 1
        while end < len(pieces) and _continues(owners[start], owners[end], pieces[end]):
            end += 1
        virtual = _BETWEEN_CELLS.join(pieces[start:end])
        last_line, written = line + virtual.count("\n"), _as_written(virtual)
        span = CellSpan(file.uri, line, last_line, _silent(virtual, written))
        yield _Part(owners[start], written, span)
        line, start = last_line + len(_BETWEEN_CELLS), end


def _continues(owner: int | None, next_owner: int | None, piece: str) -> bool:
    """Tell whether a piece belongs to the same cell as the piece before it."""
    is_inside = next_owner is None and piece.lstrip("\n")[:1] in (" ", "\t")
    return is_inside or (owner is not None and owner == next_owner)


def _owners(saved: Sequence[str], pieces: Sequence[str]) -> list[int | None]:
    """Return the index of the saved cell that each piece belongs to; None for a new piece."""
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
    """Return code with magics as the author has written them."""
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
    """Return the rows that JupyterLab has replaced, and on which it shows nothing."""
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
