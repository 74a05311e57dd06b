import ast
import re
from collections.abc import Iterator

from nblint.document.edit import Edit, SetValue, TextEdit, edited
from nblint.document.model import Cell, Notebook
from nblint.document.rows import offset_of
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.headings import without_comments
from nblint.reading.markdown.blocks import blocks
from nblint.reading.python.cells import read_source
from nblint.reading.suppressions import Suppression, Useless, UselessSuppressions
from nblint.suggestions import nearest

# What ends a comment with this opening; others end with their line.
_ENDINGS = {"<!--": "-->", "/*": "*/"}
# Above these limits, which nobody reaches by hand, suggestions and fixes would take too long.
_MANY = 100
_LONG = 20_000


class UnusedSuppression(Rule):
    """A suppression suppresses nothing.

    The finding it was written for is gone, or no rule has its code. If it stays, it hides the next
    finding of its rule, which nobody has reviewed.

    A code is judged only if its rule ran. A suppression must name its rules, as in `# nblint:
    ignore[NBL201] why`. Comments for detect-secrets (`pragma: allowlist secret`) are not judged.

    Refused:

    ```python
    days = 7  # nblint: ignore[NBL201] it looked like a password
    ```

    Instead:

    ```python
    days = 7
    ```
    """

    code = "NBL009"
    last = True
    unnecessary = True
    fixable = "safe"

    def check(self, useless: UselessSuppressions, notebook: Notebook) -> Iterator[Finding]:
        are_many = len(useless.found) > _MANY
        for found in useless.found:
            place = found.suppression.place
            cell = notebook.cells[(place.cell or 1) - 1]
            # Each edit is tried out on its whole cell.
            edit = None if are_many or len(cell.source) > _LONG else _without(cell, found)
            if found.codes:
                message = f"unused suppression: {', '.join(found.codes)}"
                advice = "remove it"
            else:
                message = "suppression without a rule code has no effect"
                advice = "name the rule, as in nblint: ignore[NBL201]"
            if found.unknown:
                meant = "" if are_many else nearest(found.unknown[0], useless.codes)
                advice = f"unknown rule code {found.unknown[0]!r}{meant}"
            yield self.at(
                place,
                message,
                subject=" ".join(found.codes),
                help=advice,
                fix=Fix("remove the suppression", (edit,)) if edit else None,
            )


def _without(cell: Cell, found: Useless) -> Edit | None:
    """Return the edit that removes a suppression's unused codes; None where it is not safe."""
    suppression = found.suppression
    kept = [code for code in suppression.codes if code not in found.codes]
    if suppression.place.surface == "metadata":
        tags = cell.metadata.get("tags")
        left = [tag for tag in tags if tag != suppression.tag] if isinstance(tags, list) else []
        return SetValue(cell.index, ("metadata", "tags"), left)
    edit = _without_codes(cell, suppression, kept) if kept else _without_comment(cell, suppression)
    if edit is None or cell.type != "code":
        return edit
    after = edited(cell.source, [edit])
    before_row = cell.source[: edit.start].rpartition("\n")[2]
    return edit if _same_code(cell, after, whole_row=not before_row.strip()) else None


def _without_codes(cell: Cell, suppression: Suppression, kept: list[str]) -> TextEdit | None:
    start, end = _span(cell, suppression)
    codes = re.search(r"\[([^\[\]]*)\]", cell.source[start:end])
    if codes is None:
        return None
    return TextEdit(cell.index, start + codes.start(1), start + codes.end(1), ", ".join(kept))


def _without_comment(cell: Cell, suppression: Suppression) -> TextEdit | None:
    start, end = _span(cell, suppression)
    row = suppression.place.row or 1
    line = cell.rows[row - 1]
    row_start = offset_of(cell.source, row)
    row_end = row_start + len(line)
    opening = next((o for o in _ENDINGS if cell.source.startswith(o, start)), None)
    if opening:
        closing = cell.source.find(_ENDINGS[opening], end, row_end)
        if closing < 0:
            return None
        end = closing + len(_ENDINGS[opening])
    else:
        # Up to another comment: a reason goes with the suppression.
        following = re.search(r"[ \t](?=#)", cell.source[end:row_end])
        end = end + following.end() if following else row_end
    before, behind = cell.source[row_start:start], cell.source[end:row_end]
    if before.strip() or behind.strip():
        blanks = len(before) - len(before.rstrip()) if not behind.strip() else 0
        return TextEdit(cell.index, start - blanks, end, "")
    return _without_row(cell, row)


def _without_row(cell: Cell, row: int) -> TextEdit | None:
    start = offset_of(cell.source, row)
    blanked = TextEdit(cell.index, start, start + len(cell.rows[row - 1]), "")
    removed = TextEdit(cell.index, start, offset_of(cell.source, row + 1), "")
    if row == len(cell.rows) and row > 1:
        start = offset_of(cell.source, row - 1) + len(cell.rows[row - 2])
        removed = TextEdit(cell.index, start, len(cell.source), "")
    if cell.type != "markdown":
        return removed
    # The lines around a comment can be two paragraphs or one element.
    before = _shown(cell.source)
    same = (edit for edit in (removed, blanked) if _shown(edited(cell.source, [edit])) == before)
    return next(same, None)


def _shown(source: str) -> list[object]:
    """Return what a text renders as: its blocks, without comments."""
    shown = [
        (block.kind, block.level, [" ".join(text.split()) for text in texts])
        for block in blocks(source)
        for texts in [[without_comments(text.text) for text in block.texts]]
    ]
    return [block for block in shown if block[0] != "html" or any(block[2])]


def _span(cell: Cell, suppression: Suppression) -> tuple[int, int]:
    place = suppression.place
    start = offset_of(cell.source, place.row or 1, place.column or 1)
    return start, offset_of(cell.source, place.end_row or 1, place.end_column or 1)


def _same_code(cell: Cell, after: str, *, whole_row: bool) -> bool:
    """Tell whether code means the same without its comment, which could be part of a string."""
    tree = read_source(cell.source).tree if cell.language == "python" else None
    if tree is None:
        # Other rules skip empty cells, so this one must not become empty.
        return whole_row and bool(after.strip())
    new = read_source(after).tree
    return new is not None and ast.dump(tree) == ast.dump(new)
