"""What fixes change, as diffs of cells instead of JSON."""

from collections.abc import Iterable, Iterator

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.results import CellChange, Result
from nblint.reports.terminal import printable


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield a unified diff for each changed cell."""
    for result in results:
        for change in result.changes:
            yield from _cell(result.path, change)


def _cell(path: str, change: CellChange) -> Iterator[str]:
    import difflib

    name = printable(f"{mask_path(path)}:cell {change.cell}")
    before, after = _rows(change.before), _rows(change.after)
    old = name if change.before is not None else "/dev/null"
    new = name if change.after is not None else "/dev/null"
    if not (before or after):  # a cell without a line, of which a unified diff shows nothing
        yield f"--- {old}\n+++ {new}\n"
    for line in difflib.unified_diff(before, after, old, new, lineterm=""):
        yield f"{line}\n"


def _rows(source: str | None) -> list[str]:
    return [printable(row) for row in source.splitlines()] if source is not None else []
