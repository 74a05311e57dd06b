from collections.abc import Iterable, Iterator

from nblint.document.model import File, Notebook, Place, Unreadable
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern

# Git's markers, verbatim or as nbdime writes them into cells of their own.
_OPENING = lazy_pattern(r"(?:<span[^<>]{0,100}>\*\*)?(?:<{7}|(?:&lt;){7})(?![<=&])")
_CLOSING = lazy_pattern(r"(?:<span[^<>]{0,100}>\*\*)?(?:>{7}|(?:&gt;){7})(?![>=&])")


class MergeConflict(Rule):
    """The notebook contains merge conflict markers.

    Git could not merge two versions and left both in the file. Neither of them runs, and Jupyter
    often cannot open the notebook.

    Take one side with `git checkout --ours NOTEBOOK` or `--theirs`, or resolve the conflict cell by
    cell with nbdime's `git mergetool`. A line of `=======` alone underlines a Markdown heading, and
    is not reported.

    Refused:

    ```python
    <<<<<<< HEAD
    days = 7
    =======
    days = 30
    >>>>>>> look-back
    ```

    Instead:

    ```python
    days = 30
    ```
    """

    code = "NBL005"

    def check(self, file: File) -> Iterator[Finding]:
        for place in _conflicts(file.document):
            yield self.at(
                place,
                "unresolved merge conflict",
                help="keep one of the two versions, and remove the other and the conflict markers",
            )


def _conflicts(document: Notebook | Unreadable) -> Iterator[Place]:
    raw = document.raw
    if not (b"<<<<<<<" in raw or b"&lt;&lt;&lt;" in raw):
        return iter(())
    if isinstance(document, Unreadable):
        text = raw.decode("utf-8", "replace")
        return _opened(
            (row, Place(surface="file", row=number, column=1))
            for number, row in enumerate(text.split("\n"), 1)
        )
    # A conflict can start in one cell and end in another.
    return _opened(
        (row, cell.place(number))
        for cell in document.cells
        for number, row in enumerate(cell.rows, 1)
    )


def _opened(rows: Iterable[tuple[str, Place]]) -> Iterator[Place]:
    """Yield where conflicts start, if they have an end."""
    opened: Place | None = None
    for row, place in rows:
        if _OPENING.match(row):
            opened = place
        elif opened and _CLOSING.match(row):
            yield opened
            opened = None
