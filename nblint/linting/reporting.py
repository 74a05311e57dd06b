"""Turns findings and fixes into the results that reports print."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from nblint.credentials.masking.redaction import Redaction
from nblint.document.model import Cell, Notebook, Place, Unreadable
from nblint.findings import Finding
from nblint.linting.results import EVERYTHING, CellChange, Details, Reported
from nblint.paths import display_path

if TYPE_CHECKING:
    from nblint.linting.baseline import Occurrence


def reported(
    path: str,
    findings: Iterable[Finding],
    document: Notebook | Unreadable | None,
    redaction: Redaction,
    details: Details = EVERYTHING,
) -> Iterator[Reported]:
    """Yield findings as reports need them.

    Args:
        path: The notebook's path, as reports show it.
        findings: The findings.
        document: What they were found in; None for all notebooks together.
        redaction: Hides the notebook's credentials in what is quoted.
        details: What the report says of their surroundings.
    """
    one_line = document is not None and b"\n" not in document.raw.strip()
    if not isinstance(document, Notebook):
        for finding in findings:
            yield Reported(
                _path(finding, path),
                finding,
                file_line=finding.place.row,
                one_line=one_line and not finding.path,
            )
        return
    line_of = _file_lines(document) if details.file_lines else None
    excerpts = None
    if details.rows is not None:
        from nblint.linting.excerpts import Excerpts

        excerpts = Excerpts(document, redaction, details.rows)
    for finding in findings:
        cell = cell_of(document, finding)
        yield Reported(
            _path(finding, path),
            finding,
            cell_id=redaction.mask(cell.id) if cell and cell.id else None,
            cell_type=redaction.mask(cell.type) if cell else None,
            file_line=line_of(finding.place) if line_of else None,
            first_line=excerpts.first_line(cell) if excerpts and cell else None,
            excerpt=excerpts.at(finding.place) if excerpts else None,
            one_line=one_line and not finding.path,
        )


def _file_lines(notebook: Notebook) -> Callable[[Place], int | None]:
    """Return what tells the line of the notebook's file that a place is in."""
    from nblint.document.positions import RawNotebook, file_line

    return partial(file_line, RawNotebook(notebook.raw))


def _path(finding: Finding, notebook: str) -> str:
    return display_path(finding.path) if finding.path else notebook


def cell_of(notebook: Notebook, finding: Finding) -> Cell | None:
    """Return the cell that a finding is in."""
    number = finding.place.cell
    return notebook.cells[number - 1] if number and number <= len(notebook.cells) else None


def occurrences(
    path: str, document: Notebook | Unreadable, findings: Iterable[Finding]
) -> "Iterator[Occurrence]":
    """Yield findings as baselines match them.

    Args:
        path: The notebook's path.
        document: What they were found in.
        findings: The findings.
    """
    from nblint.linting.baseline import Occurrence

    for finding in findings:
        cell = cell_of(document, finding) if isinstance(document, Notebook) else None
        yield Occurrence(path, finding, cell.id if cell else None)


def changes(before: Notebook, after: Notebook, redaction: Redaction) -> Iterator[CellChange]:
    """Yield the cells that differ, paired by their sources: fixes also insert and remove cells."""
    from nblint.document.pairing import paired

    one = [cell.source for cell in before.cells]
    other = [cell.source for cell in after.cells]
    for i, j in paired(one, other):
        if i is not None and j is not None and one[i] == other[j]:
            yield from _stripped(before.cells[i], after.cells[j])
            continue
        old = redaction.mask(one[i]) if i is not None else None
        new = redaction.mask(other[j]) if j is not None else None
        yield CellChange((i if i is not None else j or 0) + 1, old, new)


def _stripped(before: Cell, after: Cell) -> Iterator[CellChange]:
    """Yield the change in the outputs of a cell whose source is unchanged, in one line."""
    old, new = _results(before), _results(after)
    if old != new:
        yield CellChange(before.index, old, new)


def _results(cell: Cell) -> str:
    number = len(cell.outputs)
    count = cell.data.get("execution_count")
    outputs = f"{number} output{'' if number == 1 else 's'}" if number else "no output"
    return f"[{outputs}, {'no execution count' if count is None else 'an execution count'}]"
