"""Checks one notebook: bytes in, findings out."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nblint.credentials.redaction import mask
from nblint.document.edit import Rewrite
from nblint.document.model import File, Notebook, Place, Unreadable
from nblint.findings import Finding, Rule
from nblint.linting.selection import Selection
from nblint.linting.suppression import ITSELF, remaining, useless
from nblint.reading import MissingPartError, Reading
from nblint.reading.project import Project
from nblint.reading.suppression import suppressions


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
    settings = project.settings
    given = (document, File(document), project, settings, *settings.sections)
    rules = selection.for_notebook(name)
    reading = Reading(given)
    found = [f for rule in rules if rule.code != ITSELF for f in _run(rule, reading)]
    if isinstance(document, Notebook) and (allowed := suppressions(document)):
        reading = Reading((*given, useless(allowed, found, rules)))
        found += [f for rule in rules if rule.code == ITSELF for f in _run(rule, reading)]
        found = remaining(found, allowed)
    if isinstance(document, Notebook) and document.nbformat < 4:
        found = [_without_surgery(finding) for finding in found]
    return tuple(sorted(_completed(found, selection), key=_order))


def _run(rule: Rule, reading: Reading) -> list[Finding]:
    try:
        return list(reading.call(rule.check))
    except Exception as error:
        # Of a file there is a notebook or a reason why not, and rules are about one of them.
        if isinstance(error, MissingPartError) and error.part in (Notebook, Unreadable):
            return []
        raise RuleError(f"{rule.code} {rule.name}") from error


def _without_surgery(finding: Finding) -> Finding:
    """Return a finding of an older format: its cells do not stand in the file as they are read."""
    edits = finding.fix.edits if finding.fix else ()
    return finding if any(isinstance(e, Rewrite) for e in edits) else replace(finding, fix=None)


def _completed(findings: Iterable[Finding], selection: Selection) -> Iterator[Finding]:
    """Yield findings as they are reported: masked, with the settings' severity, recognisable.

    A message may quote the notebook, and so may hold what another rule keeps secret.
    """
    for finding in findings:
        yield replace(
            finding,
            message=mask(finding.message),
            help=finding.help and mask(finding.help),
            severity=selection.severity(finding.code, finding.severity),
            fingerprint=finding.fingerprint or _fingerprint(finding),
        )


def _fingerprint(finding: Finding) -> str | None:
    """Return what a finding is recognised by when its cell moves or the text around it changes.

    Of a credential it would have to be made from the secret, and so needs a baseline's salt.
    """
    if finding.detector is not None:
        return None
    kind = (finding.code, finding.place.surface, finding.place.mime or "", finding.message)
    return hashlib.sha256("\0".join(kind).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _order(finding: Finding) -> tuple[object, ...]:
    # Findings of a rule at one place stay in the rule's order: so do the texts that they insert.
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
    )
