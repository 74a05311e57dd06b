"""Fixes one notebook: applies the fixes of its findings until none is left."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.apply import apply
from nblint.document.edit import Edit, Together
from nblint.document.model import Notebook, Unreadable
from nblint.document.verify import is_edited_only
from nblint.findings import Finding
from nblint.linting.checking import Checked, check_document, read_document
from nblint.linting.reporting import occurrences
from nblint.linting.selection import Selection
from nblint.project.project import Project

if TYPE_CHECKING:
    from nblint.linting.baseline import Baseline

# A fix can make another one possible. No such chain is anywhere near this long.
_MOST_ROUNDS = 20


class Fixed(Struct, frozen=True):
    """A notebook after its fixes.

    Attributes:
        document: The notebook; the same object if nothing could be fixed.
        checked: What is left. Its redaction also hides the credentials from before the fixes.
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
    baseline: "Baseline | None" = None,
) -> Fixed:
    """Apply the fixes of a notebook's findings, and of what is found next, until none is left.

    Rules whose fixes never resolve their findings, as in Markdown that is nested too deeply for its
    parser, are left out: each round would add to the notebook.

    Args:
        document: The notebook, or why the file holds none.
        name: The notebook's path.
        project: What the notebook is checked against.
        selection: The rules that run.
        unsafe: Whether to apply fixes after which the notebook may mean something else.
        baseline: The recorded findings, which are left alone; None to fix all.

    Returns:
        The fixed notebook.
    """

    def wanted(notebook: Notebook, findings: Sequence[Finding]) -> Iterable[Finding]:
        if baseline is None:
            return findings
        match = baseline.match(name, list(occurrences(name, notebook, findings)), ())
        both = zip(findings, match.entries, strict=True)
        return (finding for finding, entry in both if entry is None)

    check = partial(check_document, name=name, project=project, selection=selection)
    first = check(document)
    if not isinstance(document, Notebook):
        return Fixed(document, first, 0)
    left_out: set[str] = set()
    while True:
        fixed, endless = _fixed_in_rounds(document, first, check, wanted, left_out, unsafe=unsafe)
        if not endless:
            return replace(fixed, checked=replace(fixed.checked, redaction=first.redaction))
        left_out |= endless


def _fixed_in_rounds(
    notebook: Notebook,
    checked: Checked,
    check: Callable[[Notebook], Checked],
    wanted: Callable[[Notebook, Sequence[Finding]], Iterable[Finding]],
    left_out: Collection[str],
    *,
    unsafe: bool,
) -> tuple[Fixed, set[str]]:
    """Apply fixes and check again, until no fix is left.

    Args:
        notebook: The notebook.
        checked: What was found in it.
        check: Checks it again.
        wanted: Returns the findings that may be fixed.
        left_out: The codes of rules whose fixes are not applied.
        unsafe: Whether to apply fixes after which the notebook may mean something else.

    Returns:
        The fixed notebook, and the codes of rules that still have fixes after the last round.
    """
    fixes = 0
    for rounds in count():
        possible = wanted(notebook, checked.findings)
        allowed = (finding for finding in possible if finding.code not in left_out)
        chosen = compatible(allowed, unsafe=unsafe)
        edited, number = _applied(notebook, chosen)
        if edited is None or rounds == _MOST_ROUNDS:
            break
        notebook, checked = edited, check(edited)
        fixes += number
    endless = set() if edited is None else {finding.code for finding in chosen}
    return Fixed(notebook, checked, fixes), endless


def compatible(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """Return the findings whose fixes can be applied together; earlier ones take precedence.

    Args:
        findings: The findings.
        unsafe: Whether to include fixes after which the notebook may mean something else.
    """
    chosen: list[Finding] = []
    together = Together()
    for finding in findings:
        fix = finding.fix
        if fix and (fix.safe or unsafe) and together.take(fix.edits):
            chosen.append(finding)
    return chosen


def _applied(notebook: Notebook, findings: Iterable[Finding]) -> tuple[Notebook | None, int]:
    """Return the edited notebook, or None if nothing changes, and how many fixes were applied.

    Odd files could be edited wrongly: a fix that would do more than its edits say is left out.
    """
    fixes: Sequence[tuple[Edit, ...]] = [finding.fix.edits for finding in findings if finding.fix]
    edited = _verified(notebook, fixes)
    if edited is None and len(fixes) > 1:
        fixes = _sound(notebook, fixes)
        edited = _verified(notebook, fixes)
    return edited, len(fixes)


def _sound(notebook: Notebook, fixes: Sequence[tuple[Edit, ...]]) -> Sequence[tuple[Edit, ...]]:
    """Return the fixes that do what their edits say, from a list that together does not.

    Searches by halves, since usually only a few of many are unsound.
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
