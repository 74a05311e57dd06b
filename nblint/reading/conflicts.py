"""Merge conflicts that were left in a notebook, as git and merge tools for notebooks write them.

git leaves markers in the file; nbdime and nbdev (https://nbdime.readthedocs.io,
https://nbdev.fast.ai) leave cells, outputs or metadata that say what was not merged.
"""

from collections.abc import Iterable, Iterator

from nblint.document.model import Cell, File, Notebook, Place, Unreadable
from nblint.patterns import lazy_pattern

# As they are, in HTML and bold (nbdime), or as code (nbdev).
_MARKUP = r"(?:<(?:b|code|font|span|strong)\b[^<>]{0,100}>|\*\*|`){0,4}"
_OPENING = lazy_pattern(_MARKUP + r"(?:<{7}|(?:&lt;){7})(?![<=&])")
_CLOSING = lazy_pattern(_MARKUP + r"(?:>{7}|(?:&gt;){7})(?![>=&])")
_METADATA = "nbdime-conflicts"
# No row is an opening without one of these.
_TRACES = ("<<<<<<<", "&lt;&lt;&lt;")


class Conflicts:
    """The merge conflicts that were left in a file.

    Attributes:
        places: Where each of them starts.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.places)

    @classmethod
    def read(cls, file: File) -> "Conflicts":
        """Find the conflicts in a file; one without their traces costs only a search for them."""
        document = file.document
        if isinstance(document, Unreadable):
            return cls(_in_text(document.raw))
        return cls(_in_notebook(document))


def _in_text(raw: bytes) -> Iterator[Place]:
    text = raw.decode("utf-8", "replace")
    if _has_traces(text):
        yield from _opened(
            (row, Place(surface="file", row=number, column=1))
            for number, row in enumerate(text.split("\n"), 1)
        )


def _in_notebook(notebook: Notebook) -> Iterator[Place]:
    if _METADATA in notebook.metadata:
        yield Place(surface="metadata")
    # A conflict can start in one cell and end in another.
    if _has_traces("\n".join([cell.source for cell in notebook.cells])):
        yield from _opened(
            (row, cell.place(number))
            for cell in notebook.cells
            for number, row in enumerate(cell.rows, 1)
            if not _is_prose(cell, row)
        )
    for cell in notebook.cells:
        if _METADATA in cell.metadata:
            yield Place(cell.index, "metadata")
        if cell.outputs:
            yield from _opened(_markers(cell))


def _has_traces(text: str) -> bool:
    return any(trace in text for trace in _TRACES)


def _is_prose(cell: Cell, row: str) -> bool:
    """Tell whether a row starts with code in a text, where a merge tool fills a whole cell."""
    return row.startswith("`") and (cell.type != "markdown" or cell.source.strip() != row.strip())


def _markers(cell: Cell) -> Iterator[tuple[str, Place]]:
    """Yield outputs to stderr of one row, as nbdime puts them around outputs."""
    for output in cell.outputs:
        text = output.data.get("text") if output.data.get("name") == "stderr" else None
        whole = "".join(map(str, text)) if isinstance(text, list) else text
        if isinstance(whole, str) and "\n" not in whole.strip():
            yield whole, Place(cell.index, "output", output.index, "stream", 1, 1)


def _opened(rows: Iterable[tuple[str, Place]]) -> Iterator[Place]:
    """Yield where conflicts start, if they have an end."""
    opened: Place | None = None
    for row, place in rows:
        if _OPENING.match(row):
            opened = place
        elif opened and _CLOSING.match(row):
            yield opened
            opened = None
