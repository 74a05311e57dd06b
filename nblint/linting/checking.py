"""Checks one notebook: bytes in, findings out."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nblint.credentials.found import Credentials
from nblint.credentials.redaction import mask
from nblint.document.model import Notebook, Place, Unreadable
from nblint.findings import Finding, Gathered, Rule
from nblint.linting.selection import Selection
from nblint.linting.suppression import remaining, suppressions
from nblint.reading import MissingPartError, Reading
from nblint.reading.project import Project

# A row of a private key, say; shorter ones may be anything.
_LONG = 16


class RuleError(Exception):
    """A rule raised an exception: a fault of nblint, not of the notebook."""


def check_bytes(name: str, data: bytes, project: Project) -> tuple[Finding, ...]:
    """Check one notebook.

    A pure function of its arguments, all of which can be pickled: it opens no file and no
    connection, and executes nothing of the notebook.

    Args:
        name: The notebook's path, relative to the current directory or absolute: what globs in the
            settings are matched against.
        data: The bytes of the file.
        project: What the notebook is checked against.

    Returns:
        The findings, in the notebook's order.

    Raises:
        SettingsError: The project's settings name rules that do not exist.
    """
    document = read_document(name, data)
    return check_document(document, name, project, Selection(project.found))


def read_document(name: str, data: bytes) -> Notebook | Unreadable:
    """Return the notebook that some bytes hold, or why they hold none."""
    try:
        return Notebook.parse(name, data)
    except Unreadable as reason:
        return reason


def check_document(
    document: Notebook | Unreadable, name: str, project: Project, selection: Selection
) -> tuple[Finding, ...]:
    """Check what has been read from a file.

    Args:
        document: The notebook, or why there is none.
        name: The notebook's path.
        project: What the notebook is checked against.
        selection: The rules that run.

    Returns:
        The findings, in the notebook's order.

    Raises:
        RuleError: A rule raised an exception.
    """
    reading = reading_of(document, project)
    found = [f for rule in selection.for_notebook(name) for f in _run(rule, reading)]
    if not isinstance(document, Notebook):
        return tuple(completed(found, selection))
    found = remaining(found, suppressions(document))
    if not found:
        return ()
    known = _known(reading)
    named = (replace(f, first_line=_first_line(document, f.place, known)) for f in found)
    return tuple(sorted(completed(named, selection, known, project.salt), key=_order))


def masked(document: Notebook, project: Project, texts: Iterable[str]) -> list[str]:
    """Return excerpts of a notebook as they may be shown."""
    known = _known(reading_of(document, project))
    return [mask(text, known) for text in texts]


def _known(reading: Reading) -> frozenset[str]:
    """Return what must not be shown of a notebook, even where nothing around it gives it away.

    Whatever is selected or suppressed: a rule about something else quotes the notebook, too.

    Raises:
        RuleError: The search failed.
    """
    try:
        values = reading.get(Credentials).values()
    except Exception as error:
        raise RuleError("the search for credentials") from error
    # Excerpts hold single lines of those that have several.
    rows = (row for value in values for row in value.splitlines())
    return values | {row for row in rows if len(row) >= _LONG and not row.startswith("-----")}


def _first_line(document: Notebook, place: Place, known: frozenset[str]) -> str | None:
    if not place.cell or place.cell > len(document.cells):
        return None
    return mask(document.cells[place.cell - 1].first_line, known)


def reading_of(document: Notebook | Unreadable | Gathered, project: Project) -> Reading:
    """Return the reading that gives rules the parts they want."""
    settings = project.settings
    return Reading((document, project, project.catalogue, settings, *settings.sections))


def _run(rule: Rule, reading: Reading) -> Iterator[Finding]:
    try:
        yield from reading.call(rule.check)
    except Exception as error:
        # Of a file there is a notebook or a reason why not, and rules are about one of them.
        if not isinstance(error, MissingPartError) or error.part not in (Notebook, Unreadable):
            raise RuleError(f"{rule.code} {rule.name}") from error


def completed(
    findings: Iterable[Finding],
    selection: Selection,
    known: frozenset[str] = frozenset(),
    salt: str | None = None,
) -> Iterator[Finding]:
    """Yield findings as they are reported: masked, with the settings' severity, recognisable.

    A message may quote the notebook, and so may hold what another rule keeps secret.
    """
    for finding in findings:
        masked = replace(
            finding,
            message=mask(finding.message, known),
            help=finding.help and mask(finding.help, known),
            severity=selection.severity(finding.code, finding.severity),
        )
        yield replace(masked, fingerprint=_fingerprint(masked, salt), secret=None)


def _fingerprint(finding: Finding, salt: str | None) -> str | None:
    """Return what a finding is recognised by when its cell moves or the text around it changes.

    Of a credential it is made from the value, with a baseline's salt; without one there is none.
    Of others it is made from what is said, masked: a plain hash of a weak password could be
    guessed.
    """
    if finding.detector is not None:
        return finding.secret.fingerprint(salt) if finding.secret and salt else None
    kind = (finding.code, finding.place.surface, finding.place.mime or "", finding.message)
    return hashlib.sha256("\0".join(kind).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _order(finding: Finding) -> tuple[object, ...]:
    place: Place = finding.place
    surfaces = ("file", "source", "output", "metadata", "attachment")
    return (
        place.cell or 0,
        surfaces.index(place.surface),
        place.output or 0,
        place.mime or "",
        place.row or 0,
        place.column or 0,
        finding.code,
        finding.message,
    )
