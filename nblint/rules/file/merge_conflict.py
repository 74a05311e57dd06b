from collections.abc import Iterable, Iterator

from nblint.document.model import File, Notebook, Place, Unreadable
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern

# Git's markers, as they stand or as nbdime sets them in cells of their own.
_OPENING = lazy_pattern(r"(?:<span[^<>]{0,100}>\*\*)?(?:<{7}|(?:&lt;){7})(?![<=&])")
_CLOSING = lazy_pattern(r"(?:<span[^<>]{0,100}>\*\*)?(?:>{7}|(?:&gt;){7})(?![>=&])")


class MergeConflict(Rule):
    """The notebook holds the markers of a merge conflict.

    Git could not decide between two versions and left both in the file. The notebook runs neither,
    and often cannot be opened.

    Choose: `git checkout --ours NOTEBOOK` or `--theirs` takes one side as a whole; with nbdime,
    `git mergetool` shows both, cell by cell. `=======` alone is a heading's underline, no marker.

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
                "a merge conflict has not been resolved",
                help="keep one of the two versions, and remove the rows '<<<<<<<' to '>>>>>>>'",
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
    # A conflict can begin in one cell and end in another.
    return _opened(
        (row, cell.place(number))
        for cell in document.cells
        for number, row in enumerate(cell.rows, 1)
    )


def _opened(rows: Iterable[tuple[str, Place]]) -> Iterator[Place]:
    """Yield where conflicts begin that have an end."""
    opened: Place | None = None
    for row, place in rows:
        if _OPENING.match(row):
            opened = place
        elif opened and _CLOSING.match(row):
            yield opened
            opened = None
