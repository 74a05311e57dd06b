"""Findings for people: `path:cell 5:4:7: NBL201 message`, then what to do."""

from collections.abc import Iterable, Iterator

from nblint.document.model import Place
from nblint.linting.run import Reported, Result
from nblint.reports.terminal import one_line, printable


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the findings, each with its cell's first line and help; a summary comes last."""
    errors = warnings = notebooks = fixable = 0
    for result in results:
        notebooks += result.notebooks
        for reported in result.findings:
            yield from describe(reported)
            errors += reported.finding.severity == "error"
            warnings += reported.finding.severity == "warning"
            fixable += bool(reported.finding.fix and reported.finding.fix.safe)
    yield _summary(notebooks, errors, warnings, fixable)


def location(path: str, place: Place) -> str:
    """Return where a finding stands, as editors and people read it."""
    position = f"{place.row or 1}:{place.column or 1}"
    if place.cell is None:
        kind = "" if place.surface == "file" else f"{place.surface}:"
        return f"{path}:{kind}{position}"
    inside = {"source": "", "output": f", output {place.output}"}.get(
        place.surface, f", {place.surface}"
    )
    return f"{path}:cell {place.cell}{inside}:{position}"


def describe(reported: Reported) -> Iterator[str]:
    """Yield the lines that say what a finding is, with its cell's first line and help."""
    finding = reported.finding
    warning = "warning: " if finding.severity == "warning" else ""
    where = printable(location(reported.path, finding.place))
    yield f"{where}: {finding.code} {warning}{printable(finding.message)}\n"
    if finding.first_line:
        yield f"  in the cell: {one_line(finding.first_line)}\n"
    if finding.help:
        yield f"  help: {printable(finding.help)}\n"
    if finding.fix:
        option = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        yield f"  fix: {printable(finding.fix.message)} ({option})\n"


def _summary(notebooks: int, errors: int, warnings: int, fixable: int) -> str:
    checked = f"{count(notebooks, 'notebook')} checked"
    if not errors and not warnings:
        return f"All clean: {checked}.\n" if notebooks else "No notebook to check.\n"
    parts = [count(errors, "error")] if errors else []
    parts += [count(warnings, "warning")] if warnings else []
    mended = f"; --fix mends {fixable} of them" if fixable else ""
    return f"{' and '.join(parts)}, {checked}{mended}.\n"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 error", "2 errors"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
