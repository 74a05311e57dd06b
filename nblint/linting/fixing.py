"""Applies the fixes of findings until none is left."""

from collections.abc import Iterable
from typing import NamedTuple

from nblint.document.edit import Edit, TextEdit, apply, conflict
from nblint.document.model import Notebook, Unreadable
from nblint.document.positions import RawNotebook
from nblint.findings import Finding
from nblint.linting.checking import check_document, read_document
from nblint.linting.selection import Selection
from nblint.reading.project import Project

# A fix can make another one possible; no chain of them is anywhere near as long.
_MOST_ROUNDS = 20


class Fixed(NamedTuple):
    """A notebook after its fixes.

    Attributes:
        document: The notebook; the same object where nothing could be fixed.
        findings: What is left.
        fixes: How many findings were fixed.
    """

    document: Notebook | Unreadable
    findings: tuple[Finding, ...]
    fixes: int


def fix_document(
    document: Notebook | Unreadable,
    name: str,
    project: Project,
    selection: Selection,
    *,
    unsafe: bool,
) -> Fixed:
    """Apply the fixes of a notebook's findings, and of what is found then, until none is left.

    Args:
        document: What has been read from the file.
        name: The notebook's path.
        project: What the notebook is checked against.
        selection: The rules that run.
        unsafe: Whether to apply fixes after which the notebook may mean something else.

    Returns:
        The fixed notebook.
    """
    findings = check_document(document, name, project, selection)
    fixes = 0
    for _ in range(_MOST_ROUNDS):
        if not isinstance(document, Notebook):
            break
        chosen = _compatible(findings, unsafe=unsafe)
        fixed = _applied(document, [edit for edits in chosen for edit in edits])
        if fixed is None:
            break
        document = fixed
        fixes += len(chosen)
        findings = check_document(document, name, project, selection)
    return Fixed(document, findings, fixes)


def _compatible(findings: Iterable[Finding], *, unsafe: bool) -> list[tuple[Edit, ...]]:
    """Return the edits of the fixes that can be applied together, the first come first."""
    chosen: list[tuple[Edit, ...]] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        if not any(conflict(edits, fix.edits) for edits in chosen):
            chosen.append(fix.edits)
    return chosen


def _applied(notebook: Notebook, edits: list[Edit]) -> Notebook | None:
    """Return the edited notebook; None where nothing changes, or more than the edited cells."""
    if not edits:
        return None
    raw = apply(notebook, edits)
    edited = read_document(notebook.path, raw)
    if raw == notebook.raw or not isinstance(edited, Notebook):
        return None
    touched = {edit.cell for edit in edits if isinstance(edit, TextEdit)}
    before, after = RawNotebook(notebook.raw), RawNotebook(raw)
    following = iter([raw[span.start : span.end] for span in after.cells])
    kept = all(
        any(notebook.raw[span.start : span.end] == other for other in following)
        for index, span in enumerate(before.cells, 1)
        if index not in touched
    )
    # Odd files could be edited wrongly; then they stay as they are.
    return edited if kept else None
