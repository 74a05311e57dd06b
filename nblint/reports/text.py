"""Findings for people: `path:cell 5:4:7: NBL201 message`, the row in question, what to do."""

from collections.abc import Iterable, Iterator, Sequence

from nblint.credentials.masking.redaction import mask_path
from nblint.document.model import Place
from nblint.findings import Finding
from nblint.linting.results import Note, Reported, Result
from nblint.linting.tally import Tally
from nblint.reports.terminal import FIX, PLAIN, Style, one_line, printable, underlined


def render(results: Iterable[Result], style: Style = PLAIN) -> Iterator[str]:
    """Yield the findings, and at the end a summary."""
    tally = Tally()
    for result in tally.counted(results):
        above = None
        for reported in _grouped(result.findings):
            yield from describe(reported, style, above)
            above = reported
    yield from notes(tally, style)
    yield summary_line(tally, style)


def notes(tally: Tally, style: Style = PLAIN) -> Iterator[str]:
    """Yield the lines for a reviewer, if there are any."""
    if tally.notes:
        yield style.paint("For a reviewer:", "strong") + "\n"
        yield from (f"  {printable(note_sentence(note))}\n" for note in tally.notes)


def summary_line(tally: Tally, style: Style = PLAIN) -> str:
    """Return the summary."""
    checked = f"{count(tally.notebooks, 'notebook')} checked"
    if not tally.errors and not tally.warnings:
        clean = style.paint("All clean:", "good")
        return f"{clean} {checked}.\n" if tally.notebooks else "No notebooks to check.\n"
    parts = [style.paint(count(tally.errors, "error"), "bad")] if tally.errors else []
    if tally.warnings:
        parts.append(style.paint(count(tally.warnings, "warning"), "doubtful"))
    fixable = f"; {tally.fixable} fixable with {style.fix_command}" if tally.fixable else ""
    return f"{' and '.join(parts)}, {checked}{fixable}.\n"


def note_sentence(note: Note) -> str:
    """Return a note in one sentence that names its file."""
    where = location(note.path, note.place) if note.place else note.path
    return f"{where}: {note.message}"


def _grouped(findings: Sequence[Reported]) -> list[Reported]:
    """Return findings in their order, but those of the same credential together."""
    first: dict[Place, int] = {}
    for number, reported in enumerate(findings):
        first.setdefault(reported.finding.place, number)

    def rank(reported: Reported) -> int:
        same, place = reported.finding.same_as, reported.finding.place
        return first[same if same in first else place]

    return sorted(findings, key=rank)


def location(path: str, place: Place) -> str:
    """Return where a finding is, for people and editors."""
    return f"{mask_path(path)}:{_inside(place)}"


def _inside(place: Place) -> str:
    position = f"{place.row or 1}:{place.column or 1}"
    if place.cell is None or place.surface == "file":
        kind = "" if place.surface == "file" else f"{place.surface}:"
        return f"{kind}{position}"
    inside = {"source": "", "output": f", output {place.output}"}.get(
        place.surface, f", {place.surface}"
    )
    return f"cell {place.cell}{inside}:{position}"


def describe(
    reported: Reported, style: Style = PLAIN, above: Reported | None = None
) -> Iterator[str]:
    """Yield the lines that describe a finding: where it is, what is wrong, the row, what to do.

    Args:
        reported: The finding.
        style: How it looks.
        above: The finding of the same notebook that is printed above; what it shows of the cell is
            not repeated.
    """
    yield headline(reported, style)
    place, shown = reported.finding.place, above.finding.place if above else None
    if shown is None or shown.cell != place.cell:
        yield from _cell(reported, style)
    if place != shown:
        yield from _row(reported, style)
    yield from _advice(reported.finding, above.finding if above else None, style)


def _advice(finding: Finding, above: Finding | None, style: Style) -> Iterator[str]:
    """Yield where else a credential is, and what to do about it."""
    same = finding.same_as
    if same:
        yield f"  {style.paint('same:', 'quiet')} the value at {_inside(same)}\n"
    is_same_as_above = same and above and same in (above.place, above.same_as)
    if finding.help and not (is_same_as_above and above and above.help == finding.help):
        yield f"  {style.paint('help:', 'quiet')} {printable(finding.help)}\n"
    # The repository's own command applies no unsafe fixes.
    if finding.fix and (finding.fix.safe or style.fix_command == FIX):
        command = style.fix_command if finding.fix.safe else f"{FIX} --unsafe-fixes"
        yield f"  {style.paint('fix:', 'quiet')} {printable(finding.fix.message)} ({command})\n"


def headline(reported: Reported, style: Style = PLAIN, mark: str = "") -> str:
    """Return the line that says where a finding is and what is wrong; `mark` follows its code."""
    finding = reported.finding
    is_error = finding.is_error
    where = style.paint(printable(location(reported.path, finding.place)), "strong")
    code = style.paint(finding.code, "bad" if is_error else "doubtful")
    warning = "" if is_error else "warning: "
    return f"{where}: {code} {mark}{warning}{printable(finding.message)}\n"


def _cell(reported: Reported, style: Style) -> Iterator[str]:
    """Yield the cell's first line, which identifies it for people, unless it is quoted anyway."""
    first = reported.first_line
    if first and not (reported.excerpt and reported.excerpt.line.strip() == first):
        label = style.paint("in the cell:", "quiet")
        yield f"  {label} {one_line(first, style.width - 15)}\n"


def _row(reported: Reported, style: Style) -> Iterator[str]:
    """Yield the row of the finding, with its part underlined."""
    excerpt = reported.excerpt
    if excerpt is None or not excerpt.line.strip():
        return
    number = str(excerpt.row)
    room = style.width - len(number) - 5
    shown, carets = underlined(excerpt.line, excerpt.column - 1, excerpt.line_end - 1, room)
    bar, pointer = style.paint("|", "quiet"), carets.lstrip()
    indent = carets[: -len(pointer)]
    pointer = style.paint(pointer, "bad" if reported.finding.is_error else "doubtful")
    yield f"  {style.paint(number, 'quiet')} {bar} {shown}\n"
    yield f"  {' ' * len(number)} {bar} {indent}{pointer}\n"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 error", "2 errors"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
