"""Search each surface of a notebook in its own terms: code as code, HTML as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nblint.credentials.engine import (
    KnownHits,
    find_in_code,
    find_in_html,
    find_in_json,
    find_in_script,
    find_in_text,
    settle,
)
from nblint.credentials.hits import Hit
from nblint.credentials.options import Options
from nblint.credentials.prefilter import Clues
from nblint.document.surfaces import Surface
from nblint.reading.python.cells import PythonCell, PythonCells


def search(
    texts: Sequence[Surface],
    chosen: Sequence[int],
    python: PythonCells,
    clues: Clues,
    options: Options,
) -> Iterator[tuple[Surface, Hit]]:
    """Find the credentials of a notebook.

    Args:
        texts: Its surfaces.
        chosen: Indices of those that hold a clue.
        python: Its Python cells; a cell is parsed only if it holds a credential-like name.
        clues: What the prefilter saw.
        options: What the settings say.

    Yields:
        Surfaces and hits in the order of the surfaces. No two hits overlap.
    """
    cells = {cell.cell.index: cell for cell in python}
    found = {
        index: _search_one(texts[index], cells.get(texts[index].place.cell or 0), clues, options)
        for index in chosen
    }
    if not any(found.values()):
        return
    # A value found with its name in one place is a credential where it stands bare, too.
    known = KnownHits(hit for hits in found.values() for hit in hits)
    for index, surface in enumerate(texts):
        hits, bare = found.get(index, []), known.find(surface.text)
        for hit in settle([*hits, *bare], options) if bare else hits:
            yield surface, hit


def _search_one(
    surface: Surface, cell: PythonCell | None, clues: Clues, options: Options
) -> list[Hit]:
    match surface.kind:
        case "code":
            return find_in_code(surface.text, surface.language, cell, options, clues)
        case "html":
            return find_in_html(surface.text, options, clues)
        case "script":
            return find_in_script(surface.text, options, clues)
        case "json":
            return find_in_json(surface.value, surface.text, options, clues)
    return find_in_text(surface.text, options, clues)
