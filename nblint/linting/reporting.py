"""From what is found and mended to what reports say of it."""

from collections.abc import Iterable, Iterator

from nblint.credentials.redaction import Redaction
from nblint.document.model import Cell, Notebook, Unreadable
from nblint.document.positions import RawNotebook, file_line
from nblint.findings import Finding
from nblint.linting.excerpts import Excerpts
from nblint.linting.results import CellChange, Reported, display_path


def reported(
    path: str,
    document: Notebook | Unreadable | None,
    findings: Iterable[Finding],
    redaction: Redaction,
) -> Iterator[Reported]:
    """Yield findings as reports need them.

    Args:
        path: The notebook's path, as reports show it.
        document: What they were found in; None: in all notebooks together.
        findings: The findings.
        redaction: Hides the notebook's credentials in what is quoted.
    """
    notebook = document if isinstance(document, Notebook) else None
    raw = RawNotebook(notebook.raw) if notebook else None
    excerpts = Excerpts(notebook, redaction) if notebook else None
    one_line = document is not None and b"\n" not in document.raw.strip()
    for finding in findings:
        cell = _cell(notebook, finding) if notebook else None
        yield Reported(
            display_path(finding.path) if finding.path else path,
            finding,
            cell.id if cell else None,
            cell.type if cell else None,
            file_line(raw, finding.place) if raw else finding.place.row,
            excerpts.first_line(cell) if excerpts and cell else None,
            excerpts.at(finding.place) if excerpts else None,
            one_line and not finding.path,
        )


def _cell(notebook: Notebook, finding: Finding) -> Cell | None:
    number = finding.place.cell
    return notebook.cells[number - 1] if number and number <= len(notebook.cells) else None


def changes(before: Notebook, after: Notebook, redaction: Redaction) -> Iterator[CellChange]:
    """Yield the cells that differ, by what they hold: fixes insert and remove whole cells, too."""
    import difflib

    def masked(sources: list[str], index: int, end: int) -> str | None:
        return redaction.mask(sources[index]) if index < end else None

    one = [cell.source for cell in before.cells]
    other = [cell.source for cell in after.cells]
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, one, other, False).get_opcodes():
        if tag == "equal":
            pairs = zip(before.cells[i1:i2], after.cells[j1:j2], strict=True)
            yield from (stripped for pair in pairs for stripped in _stripped(*pair))
            continue
        for offset in range(max(i2 - i1, j2 - j1)):
            old = masked(one, i1 + offset, i2)
            new = masked(other, j1 + offset, j2)
            yield CellChange((i1 if old is not None else j1) + offset + 1, old, new)


def _stripped(before: Cell, after: Cell) -> Iterator[CellChange]:
    """Yield what became of the outputs of a cell whose source is as it was, in a line."""
    old, new = _results(before), _results(after)
    if old != new:
        yield CellChange(before.index, old, new)


def _results(cell: Cell) -> str:
    number = len(cell.outputs)
    count = cell.data.get("execution_count")
    outputs = f"{number} output{'' if number == 1 else 's'}" if number else "no output"
    return f"[{outputs}, {'no execution count' if count is None else 'an execution count'}]"
