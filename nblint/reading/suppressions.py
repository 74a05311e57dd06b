"""What the author of a notebook suppresses: by comments in cells, and by tags of cells.

- `token = "…"  # nblint: ignore[NBL201] reason`: this line
- `# nblint: ignore-cell[NBL3]`: this cell, its outputs and metadata
- `<!-- nblint: ignore[NBL104] -->`: in markdown, this line; alone on a line, the next text as well
- `nblint-ignore-NBL203`, a cell tag: the cell, its outputs and metadata
- `# pragma: allowlist secret`: detect-secrets' own comment for this line; `nextline` for the next
- `# gitleaks:allow`, `# trufflehog:ignore`: other tools' comments for this line

What follows a comment's directive is its reason. A comment in a string is none.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.document.model import Cell, Notebook, Place
from nblint.document.rows import position_of
from nblint.patterns import lazy_pattern

if TYPE_CHECKING:
    from nblint.reading.comments import Comment

_DIRECTIVE = lazy_pattern(
    r"(?P<opening>#|//|--|<!--|/\*)[ \t]{0,20}nblint:[ \t]{0,20}ignore(?P<cell>-cell)?"
    r"(?:\[(?P<codes>[^\[\]]{0,200})\])?"
)
# https://github.com/Yelp/detect-secrets#inline-allowlisting,
# https://github.com/gitleaks/gitleaks#gitleaksallow, and trufflehog's.
_PRAGMA = lazy_pattern(
    r"pragma:[ \t]{0,20}(?:allowlist|whitelist)[ \t]{1,20}(?P<next>nextline[ \t]{1,20})?secret"
    r"|gitleaks:[ \t]{0,4}allow|trufflehog:[ \t]{0,4}ignore"
)
_MARKS = ("nblint", "pragma:", "gitleaks:", "trufflehog:")
# Where a reason ends: the comment, its row, or another comment in it.
_REASON = lazy_pattern(r"[ \t]*(?:[-:–—][ \t]+)?((?:(?!\*/|-->|[ \t]#|[ \t]//)[^\r\n])*)")
_WORD = lazy_pattern(r"[^\W_]{2}")
_TAG = "nblint-ignore-"


class Suppression(Struct, frozen=True):
    """A comment or tag by which an author suppresses findings.

    Attributes:
        codes: Selectors of the rules. Without any, it suppresses nothing, unless it is
            another tool's comment: that one covers credentials.
        place: Where it is written.
        rows: The rows of the source that it applies to; None for the whole cell.
        everything: Whether it applies to the cell's outputs and metadata as well.
        pragma: Whether it is the comment of another tool that looks for credentials.
        tag: The cell tag; None for a comment.
        reason: Why, in the author's words; empty where the comment gives none, and for a tag.
    """

    codes: tuple[str, ...]
    place: Place
    rows: frozenset[int] | None
    everything: bool = False
    pragma: bool = False
    tag: str | None = None
    reason: str = ""


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


class Suppressions(Struct, frozen=True):
    """The suppressions in a notebook, as a part of what it says.

    Attributes:
        found: The suppressions, in the notebook's order.
    """

    found: tuple[Suppression, ...]

    @classmethod
    def read(cls, notebook: Notebook) -> "Suppressions":
        """Find them."""
        return cls(suppressions(notebook))


def suppressions(notebook: Notebook) -> tuple[Suppression, ...]:
    """Return the suppressions in a notebook."""
    written = "\n".join([cell.source for cell in notebook.cells])
    is_marked = any(mark in written for mark in _MARKS)
    found: list[Suppression] = []
    for cell in notebook.cells:
        if cell.tags:
            found += _tags(cell)
        if is_marked and any(mark in cell.source for mark in _MARKS):
            found += _comments(cell)
    return tuple(found)


def _comments(cell: Cell) -> Iterator[Suppression]:
    from nblint.reading.comments import comments

    for comment in comments(cell):
        for match in _DIRECTIVE.finditer(comment.text):
            if match["opening"] == comment.opening:
                yield _directive(cell, comment, match)
        for match in _PRAGMA.finditer(comment.text):
            yield _pragma(cell, comment, match)


def _tags(cell: Cell) -> Iterator[Suppression]:
    for tag in sorted(cell.tags):
        if tag.startswith(_TAG):
            code = tag.removeprefix(_TAG)
            place = Place(cell.index, "metadata")
            yield Suppression((code,) if code else (), place, None, everything=True, tag=tag)


def _directive(cell: Cell, comment: "Comment", match: re.Match[str]) -> Suppression:
    codes = (code.strip() for code in (match["codes"] or "").split(","))
    place = _place(cell, comment, match)
    return Suppression(
        tuple(code for code in codes if code),
        place,
        None if match["cell"] else _rows(cell, place, comment),
        everything=match["cell"] is not None,
        reason=_reason(comment, match),
    )


def _pragma(cell: Cell, comment: "Comment", match: re.Match[str]) -> Suppression:
    place = _place(cell, comment, match)
    row = (place.row or 1) + (match["next"] is not None)
    rows = frozenset((row,))
    return Suppression((), place, rows, pragma=True, reason=_reason(comment, match))


def _place(cell: Cell, comment: "Comment", match: re.Match[str]) -> Place:
    row, column = position_of(cell.source, comment.start + match.start())
    return cell.place(row, column, row, column + len(match[0]))


def _reason(comment: "Comment", match: re.Match[str]) -> str:
    """Return what stands behind a directive, if it holds a word."""
    behind = _REASON.match(comment.text, match.end())
    reason = behind[1].strip() if behind else ""
    return reason if _WORD.search(reason) else ""


def _rows(cell: Cell, place: Place, comment: "Comment") -> frozenset[int]:
    """Return the rows that a comment applies to: its own and, alone in markdown, the next text."""
    row = place.row or 1
    before = cell.rows[row - 1][: (place.column or 1) - 1]
    if comment.opening != "<!--" or before.strip():
        return frozenset((row,))
    for following in range(row + 1, len(cell.rows) + 1):
        if cell.rows[following - 1].strip():
            return frozenset((row, following))
    return frozenset((row,))
