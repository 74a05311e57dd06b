"""What the author of a notebook suppresses: by comments in cells, and by tags of cells.

- `token = "…"  # nblint: ignore[NBL201] reason`: this line
- `# nblint: ignore-cell[NBL3]`: this cell
- `<!-- nblint: ignore[NBL104] -->`: in markdown, this line; alone on a line, the next text as well
- `nblint-ignore-NBL203`, a cell tag: the cell, its outputs and metadata
- `# pragma: allowlist secret`: detect-secrets' own comment for this line; `nextline` for the next
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from nblint.document.model import Cell, Notebook, Place
from nblint.patterns import lazy_pattern

_COMMENT = lazy_pattern(
    r"(?P<opening>#|//|--|<!--|/\*)[ \t]{0,20}nblint:[ \t]{0,20}ignore(?P<cell>-cell)?"
    r"(?:\[(?P<codes>[^\[\]]{0,200})\])?"
)
_PRAGMA = lazy_pattern(
    r"pragma:[ \t]{0,20}(?:allowlist|whitelist)[ \t]{1,20}(?P<next>nextline[ \t]{1,20})?secret"
)
_TAG = "nblint-ignore-"


class Suppression(Struct, frozen=True):
    """A comment or tag by which an author suppresses findings.

    Attributes:
        codes: Selectors of the rules. Without any, it suppresses nothing, unless it is
            detect-secrets' comment: that one covers credentials.
        place: Where it is written.
        rows: The rows of the source that it applies to; None for the whole cell.
        everything: Whether it applies to the cell's outputs and metadata as well.
        pragma: Whether it is detect-secrets' comment.
        tag: The cell tag; None for a comment.
    """

    codes: tuple[str, ...]
    place: Place
    rows: frozenset[int] | None
    everything: bool = False
    pragma: bool = False
    tag: str | None = None


class Useless(Struct, frozen=True):
    """A suppression, or a part of one, that suppresses nothing.

    Attributes:
        suppression: The suppression.
        codes: Those of its codes that suppress nothing; empty where it names no code.
        unknown: Those of them that no rule has.
    """

    suppression: Suppression
    codes: tuple[str, ...]
    unknown: tuple[str, ...]


class UselessSuppressions(Struct, frozen=True):
    """The suppressions of a notebook that suppress nothing, known when the other rules have run.

    Attributes:
        found: The suppressions, in the notebook's order.
        codes: The codes of all rules, for suggestions.
    """

    found: tuple[Useless, ...]
    codes: tuple[str, ...]


def suppressions(notebook: Notebook) -> tuple[Suppression, ...]:
    """Return the suppressions in a notebook."""
    if b"nblint" not in notebook.raw and b"pragma:" not in notebook.raw:
        return ()
    return tuple(found for cell in notebook.cells for found in _in_cell(cell))


def _in_cell(cell: Cell) -> Iterator[Suppression]:
    yield from _tags(cell)
    if "nblint" not in cell.source and "pragma:" not in cell.source:
        return
    openings = _openings(cell)
    for row, text in enumerate(cell.rows, 1):
        for match in _COMMENT.finditer(text):
            if match["opening"] in openings:
                yield _comment(cell, row, match)
        for match in _PRAGMA.finditer(text):
            yield _pragma(cell, row, match)


def _tags(cell: Cell) -> Iterator[Suppression]:
    for tag in sorted(cell.tags):
        if tag.startswith(_TAG):
            code = tag.removeprefix(_TAG)
            place = Place(cell.index, "metadata")
            yield Suppression((code,) if code else (), place, None, everything=True, tag=tag)


def _comment(cell: Cell, row: int, match: re.Match[str]) -> Suppression:
    codes = (code.strip() for code in (match["codes"] or "").split(","))
    return Suppression(
        tuple(code for code in codes if code),
        cell.place(row, match.start() + 1, row, match.end() + 1),
        None if match["cell"] else _rows(cell, row, match),
    )


def _pragma(cell: Cell, row: int, match: re.Match[str]) -> Suppression:
    place = cell.place(row, match.start() + 1, row, match.end() + 1)
    rows = frozenset((row + 1,)) if match["next"] else frozenset((row,))
    return Suppression((), place, rows, pragma=True)


def _openings(cell: Cell) -> tuple[str, ...]:
    """Return what starts a comment in a cell; after anything else, it is a text about nblint."""
    if cell.type == "markdown":
        return ("<!--",)
    if cell.type == "code" and cell.language == "python" and not cell.first_line.startswith("%%"):
        return ("#",)
    return ("#", "//", "--", "<!--", "/*")


def _rows(cell: Cell, row: int, match: re.Match[str]) -> frozenset[int]:
    """Return the rows that a comment applies to: its own and, alone in markdown, the next text."""
    if match["opening"] != "<!--" or match.string[: match.start()].strip():
        return frozenset((row,))
    for following in range(row + 1, len(cell.rows) + 1):
        if cell.rows[following - 1].strip():
            return frozenset((row, following))
    return frozenset((row,))
