"""Applies the fixes of findings until none is left."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nblint.document.apply import apply
from nblint.document.edit import Edit, Together
from nblint.document.model import Notebook, Unreadable
from nblint.document.verify import is_edited_only
from nblint.findings import Finding
from nblint.linting.checking import Checked, check_document, read_document
from nblint.linting.selection import Selection
from nblint.project.project import Project

# A fix can make another one possible; no chain of them is anywhere near as long.
_MOST_ROUNDS = 20


class Fixed(NamedTuple):
    """A notebook after its fixes.

    Attributes:
        document: The notebook; the same object where nothing could be fixed.
        checked: What is left. Its redaction knows the credentials from before the fixes as well.
        fixes: How many findings were fixed.
    """

    document: Notebook | Unreadable
    checked: Checked
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

    Fixes that are there again every time, as where Markdown is nested too deeply for its parser,
    are left out: each round would add to the notebook.

    Args:
        document: What has been read from the file.
        name: The notebook's path.
        project: What the notebook is checked against.
        selection: The rules that run.
        unsafe: Whether to apply fixes after which the notebook may mean something else.

    Returns:
        The fixed notebook.
    """
    first = checked = check_document(document, name, project, selection)
    vain: set[str] = set()
    before, fixes, rounds = document, 0, 0
    while isinstance(document, Notebook):
        wanted = [finding for finding in checked.findings if finding.code not in vain]
        chosen = compatible(wanted, unsafe=unsafe)
        fixed, number = _applied(document, chosen)
        if fixed is None:
            break
        rounds += 1
        if rounds > _MOST_ROUNDS:  # these fix nothing: once more, without them
            vain.update(finding.code for finding in chosen)
            document, checked, fixes, rounds = before, first, 0, 0
            continue
        document = fixed
        fixes += number
        checked = check_document(document, name, project, selection)
    return Fixed(document, Checked(checked.findings, first.redaction), fixes)


def compatible(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """Return those of some findings whose fixes can be applied together, the first come first.

    Args:
        findings: The findings.
        unsafe: Whether to take fixes after which the notebook may mean something else.
    """
    chosen: list[Finding] = []
    together = Together()
    for finding in findings:
        fix = finding.fix
        if fix and (fix.safe or unsafe) and together.take(fix.edits):
            chosen.append(finding)
    return chosen


def _applied(notebook: Notebook, findings: Iterable[Finding]) -> tuple[Notebook | None, int]:
    """Return the edited notebook, or None where nothing changes; and how many fixes it has.

    Odd files could be edited wrongly. A fix that would do more than its edits say is left out.
    """
    fixes: Sequence[tuple[Edit, ...]] = [finding.fix.edits for finding in findings if finding.fix]
    edited = _verified(notebook, fixes)
    if edited is None and len(fixes) > 1:
        fixes = _sound(notebook, fixes)
        edited = _verified(notebook, fixes)
    return edited, len(fixes)


def _sound(notebook: Notebook, fixes: Sequence[tuple[Edit, ...]]) -> Sequence[tuple[Edit, ...]]:
    """Return the fixes that do what their edits say, of some that together do not.

    By halves, since mostly a few of many do not.
    """
    if len(fixes) < 2:
        return ()
    half = len(fixes) // 2
    return [
        fix
        for part in (fixes[:half], fixes[half:])
        for fix in (part if _verified(notebook, part) else _sound(notebook, part))
    ]


def _verified(notebook: Notebook, fixes: Sequence[tuple[Edit, ...]]) -> Notebook | None:
    edits = [edit for fix in fixes for edit in fix]
    if not edits:
        return None
    raw = apply(notebook, edits)
    edited = read_document(notebook.path, raw)
    if raw == notebook.raw or not isinstance(edited, Notebook):
        return None
    return edited if is_edited_only(notebook, edited, edits) else None
