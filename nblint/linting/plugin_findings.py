"""Runs a rule of an installed package, whose findings may be anything."""

import sys
from collections.abc import Iterable
from contextlib import redirect_stdout

from nblint.document.edit import DeleteCell, InsertCell, TextEdit
from nblint.document.model import Notebook, Place
from nblint.findings import Finding, Fix, Rule
from nblint.reading.parts import Reading

_SURFACES = ("source", "output", "metadata", "attachment", "file")


class UnusableFinding(TypeError):
    """What a rule yields is not a finding of its own that can be reported."""


def run(rule: Rule, reading: Reading) -> list[Finding]:
    """Return what a rule finds; the types of what it yields are only known afterwards.

    Raises:
        UnusableFinding: Something that it yields cannot be reported.
    """
    # stdout is for the report, and for what an editor is told.
    with redirect_stdout(sys.stderr):
        yielded: Iterable[object] = reading.call(rule.check)
        found = list(yielded or ())
    return [_sound(one, rule, reading.get(Notebook)) for one in found]


def _sound(one: object, rule: Rule, notebook: Notebook) -> Finding:
    if not isinstance(one, Finding) or one.code != rule.code:
        raise UnusableFinding
    texts: tuple[object, ...] = (one.message, one.subject, one.help or "", one.name)
    if not (
        all(isinstance(text, str) for text in texts)
        and one.severity in ("error", "warning")
        and one.secret is None
        and one.path is None
        and one.detector is None
        and _is_place(one.place, len(notebook.cells))
        and (one.fix is None or _is_fix(one.fix, notebook))
    ):
        raise UnusableFinding
    return one


def _is_place(place: object, cells: int) -> bool:
    if not isinstance(place, Place) or place.surface not in _SURFACES:
        return False
    named: dict[str, object] = place._asdict()
    mime, _ = named.pop("mime"), named.pop("surface")
    are_numbers = all(one is None or (type(one) is int and one > 0) for one in named.values())
    return are_numbers and (mime is None or isinstance(mime, str)) and (place.cell or 0) <= cells


def _is_fix(fix: object, notebook: Notebook) -> bool:
    if not isinstance(fix, Fix):
        return False
    parts: tuple[object, object] = (fix.message, fix.edits)
    return (
        isinstance(parts[0], str)
        and isinstance(parts[1], tuple)
        and all(_is_edit(edit, notebook) for edit in parts[1])
    )


def _is_edit(edit: object, notebook: Notebook) -> bool:
    cells = notebook.cells
    match edit:
        case TextEdit(cell=int(cell), start=int(start), end=int(end), text=str()):
            return 1 <= cell <= len(cells) and 0 <= start <= end <= len(cells[cell - 1].source)
        case InsertCell(before=int(before), source=str()):
            return 1 <= before <= len(cells) + 1
        case DeleteCell(cell=int(cell)):
            return 1 <= cell <= len(cells)
    return False
