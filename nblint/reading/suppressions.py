"""What the author of a notebook has allowed: comments in cells, and tags on them.

- `token = "…"  # nblint: ignore[NBL201] reason`: this line
- `# nblint: ignore-cell[NBL3]`: this cell
- `<!-- nblint: ignore[NBL104] -->`: in markdown, this line; alone on a line, the next text as well
- `nblint-ignore-NBL203`, a cell tag: the cell, its outputs and metadata
- `# pragma: allowlist secret`: detect-secrets' own comment for this line; `nextline` for the next
"""

import re
from collections.abc import Iterable

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
    """Something that an author has allowed.

    Attributes:
        codes: Selectors of the rules. A comment that names none allows nothing; detect-secrets'
            comment names none and allows credentials.
        place: Where it is written.
        rows: The rows of the source that it holds for; None: the whole cell.
        everything: Whether it holds for the cell's outputs and metadata as well.
        pragma: Whether it is detect-secrets' comment.
        tag: The cell tag that it is; None for a comment.
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
        codes: Those of its codes that suppress nothing; empty where it names none at all.
        unknown: Those of them that no rule has.
    """

    suppression: Suppression
    codes: tuple[str, ...]
    unknown: tuple[str, ...]


class UselessSuppressions(Struct, frozen=True):
    """What suppresses nothing in a notebook: known when the other rules have run.

    Attributes:
        found: The suppressions, in the notebook's order.
        codes: Those of all rules there are: what one without a rule may have meant.
    """

    found: tuple[Useless, ...]
    codes: tuple[str, ...]


def suppressions(notebook: Notebook) -> tuple[Suppression, ...]:
    """Return all that a notebook's author has allowed in it."""
    if b"nblint" not in notebook.raw and b"pragma:" not in notebook.raw:
        return ()
    return tuple(found for cell in notebook.cells for found in _in_cell(cell))


def _in_cell(cell: Cell) -> Iterable[Suppression]:
    for tag in sorted(cell.tags):
        if tag.startswith(_TAG):
            place = Place(cell.index, "metadata")
            code = tag.removeprefix(_TAG)
            yield Suppression((code,) if code else (), place, None, everything=True, tag=tag)
    if "nblint" not in cell.source and "pragma:" not in cell.source:
        return
    openings = _openings(cell)
    for row, text in enumerate(cell.rows, 1):
        indent = len(text) - len(text.lstrip())
        for match in _COMMENT.finditer(text):
            if match["opening"] not in openings:
                continue
            codes = (code.strip() for code in (match["codes"] or "").split(","))
            yield Suppression(
                tuple(code for code in codes if code),
                cell.place(row, match.start() + 1, row, match.end() + 1),
                None if match["cell"] else _rows(cell, row, match, opens=match.start() <= indent),
            )
        for match in _PRAGMA.finditer(text):
            place = cell.place(row, match.start() + 1, row, match.end() + 1)
            rows = frozenset((row + 1,)) if match["next"] else frozenset((row,))
            yield Suppression((), place, rows, pragma=True)


def _openings(cell: Cell) -> tuple[str, ...]:
    """Return what opens a comment in a cell; behind anything else stands a text about nblint."""
    if cell.type == "markdown":
        return ("<!--",)
    if cell.type == "code" and cell.language == "python" and not cell.first_line.startswith("%%"):
        return ("#",)
    return ("#", "//", "--", "<!--", "/*")


def _rows(cell: Cell, row: int, match: re.Match[str], *, opens: bool) -> frozenset[int]:
    """Return the rows that a comment holds for: its own and, alone in markdown, the next text."""
    if match["opening"] != "<!--" or not opens:
        return frozenset((row,))
    for following in range(row + 1, len(cell.rows) + 1):
        if cell.rows[following - 1].strip():
            return frozenset((row, following))
    return frozenset((row,))
