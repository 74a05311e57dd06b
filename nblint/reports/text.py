"""Findings for people: `path:cell 5:4:7: NBL201 message`, the row it is about, what to do."""

from collections.abc import Iterable, Iterator

from nblint.document.model import Place
from nblint.linting.results import Reported, Result
from nblint.reports.terminal import PLAIN, Style, one_line, printable, underlined


def render(results: Iterable[Result], style: Style = PLAIN) -> Iterator[str]:
    """Yield the findings; a summary comes last, unless the style is quiet."""
    summary = Summary()
    for result in summary.counted(results):
        above = None
        for reported in result.findings if style.quiet else _by_credential(result.findings):
            yield from describe(reported, style, above)
            above = reported
    if not style.quiet:
        yield summary.line(style)


def _by_credential(findings: Iterable[Reported]) -> Iterator[Reported]:
    """Yield findings in their order, but a credential's further places right behind its first."""
    places: dict[object, list[Reported]] = {}
    for reported in findings:
        leak = reported.finding.leak
        places.setdefault(id(reported) if leak is None else (leak,), []).append(reported)
    for group in places.values():
        yield from group


class Summary:
    """Counts findings while results pass by."""

    def __init__(self) -> None:
        self._errors = self._warnings = self._notebooks = self._fixable = 0

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results as they are."""
        for result in results:
            self._notebooks += result.notebooks
            for reported in result.findings:
                finding = reported.finding
                self._errors += finding.severity == "error"
                self._warnings += finding.severity == "warning"
                self._fixable += bool(finding.fix and finding.fix.safe)
            yield result

    def line(self, style: Style = PLAIN) -> str:
        """Return how many there are."""
        checked = f"{count(self._notebooks, 'notebook')} checked"
        if not self._errors and not self._warnings:
            clean = style.paint("All clean:", "good")
            return f"{clean} {checked}.\n" if self._notebooks else "No notebook to check.\n"
        parts = [style.paint(count(self._errors, "error"), "bad")] if self._errors else []
        if self._warnings:
            parts.append(style.paint(count(self._warnings, "warning"), "doubtful"))
        mended = f"; --fix mends {self._fixable} of them" if self._fixable else ""
        return f"{' and '.join(parts)}, {checked}{mended}.\n"


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


def describe(
    reported: Reported, style: Style = PLAIN, above: Reported | None = None
) -> Iterator[str]:
    """Yield the lines that say what a finding is: where, what, the row, and what to do.

    Args:
        reported: The finding.
        style: How it looks.
        above: The finding of the same notebook that is printed above; what it shows of the cell is
            not shown again.
    """
    finding = reported.finding
    yield _headline(reported, style)
    if style.quiet:
        return
    place, shown = finding.place, above.finding.place if above else None
    if above and finding.leak is not None and finding.leak == above.finding.leak:
        yield f"  {style.paint('again:', 'quiet')} the credential above, in another place\n"
    else:
        if shown is None or shown.cell != place.cell:
            yield from _cell(reported, style)
        if place != shown:
            yield from _row(reported, style)
    if finding.help:
        yield f"  {style.paint('help:', 'quiet')} {printable(finding.help)}\n"
    if finding.fix:
        option = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        yield f"  {style.paint('fix:', 'quiet')} {printable(finding.fix.message)} ({option})\n"


def _headline(reported: Reported, style: Style) -> str:
    finding = reported.finding
    is_error = finding.severity == "error"
    where = style.paint(printable(location(reported.path, finding.place)), "strong")
    code = style.paint(finding.code, "bad" if is_error else "doubtful")
    warning = "" if is_error else "warning: "
    return f"{where}: {code} {warning}{printable(finding.message)}\n"


def _cell(reported: Reported, style: Style) -> Iterator[str]:
    """Yield the cell's first line, which people know it by, unless it is the row that is meant."""
    first = reported.first_line
    if first and not (reported.excerpt and reported.excerpt.line.strip() == first):
        label = style.paint("in the cell:", "quiet")
        yield f"  {label} {one_line(first, style.width - 15)}\n"


def _row(reported: Reported, style: Style) -> Iterator[str]:
    """Yield the row that is meant, with carets below the part that is."""
    excerpt = reported.excerpt
    if excerpt is None or not excerpt.line.strip():
        return
    number = str(excerpt.row)
    room = style.width - len(number) - 5
    shown, carets = underlined(excerpt.line, excerpt.column - 1, excerpt.line_end - 1, room)
    bar, pointer = style.paint("|", "quiet"), carets.lstrip()
    indent = carets[: -len(pointer)]
    pointer = style.paint(pointer, "bad" if reported.finding.severity == "error" else "doubtful")
    yield f"  {style.paint(number, 'quiet')} {bar} {shown}\n"
    yield f"  {' ' * len(number)} {bar} {indent}{pointer}\n"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 error", "2 errors"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
