"""Checks one notebook in memory: bytes in, findings out."""

from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from nblint.credentials.masking.redaction import Redaction
from nblint.document.edit import Rewrite
from nblint.document.model import File, Notebook, Place, Unreadable
from nblint.findings import Finding, Gathered, Rule
from nblint.linting.selection import Selection
from nblint.linting.suppression import remaining, useless
from nblint.project.project import Project
from nblint.reading.parts import MissingPartError, Reading
from nblint.reading.suppressions import suppressions


class RuleError(Exception):
    """A rule raised an exception: a bug in nblint, not a problem of the notebook."""


def check_bytes(name: str, data: bytes, project: Project) -> tuple[Finding, ...]:
    """Check one notebook.

    A pure function that can run anywhere: its arguments and its result can be pickled. It opens no
    connection and no files except the modules that its first calls import and, for NBL505, the
    metadata of installed distributions, and executes nothing from the notebook.

    Args:
        name: The notebook's path, which globs in the settings are matched against: absolute, or
            relative to the folder that the project's root is relative to.
        data: The bytes of the file.
        project: What the notebook is checked against.

    Returns:
        The findings, in the notebook's order; messages hold no credentials.

    Raises:
        SettingsError: The project's settings name rules that do not exist.
        RuleError: A rule failed: a bug in nblint.
    """
    document = read_document(name, data)
    return check_document(document, name, project, Selection(project.found)).findings


def read_document(name: str, data: bytes) -> Notebook | Unreadable:
    """Return the notebook in a file's bytes, or why there is none."""
    try:
        return Notebook.parse(name, data)
    except Unreadable as reason:
        return reason


class Checked(NamedTuple):
    """What was found in a notebook.

    Attributes:
        findings: The findings, in the notebook's order.
        redaction: Hides the notebook's credentials in what reports quote from it.
    """

    findings: tuple[Finding, ...]
    redaction: Redaction


def check_document(
    document: Notebook | Unreadable, name: str, project: Project, selection: Selection
) -> Checked:
    """Check what was read from a file.

    Args:
        document: The notebook, or why the file holds none.
        name: The notebook's path.
        project: What the notebook is checked against.
        selection: The rules that run.

    Returns:
        What was found.

    Raises:
        RuleError: A rule raised an exception.
    """
    reading = reading_of(document, project)
    rules = selection.for_notebook(name)
    found = [finding for rule in rules if not rule.last for finding in _run(rule, reading)]
    if isinstance(document, Notebook) and (allowed := suppressions(document)):
        reading.give(useless(allowed, found, rules))
        found += [finding for rule in rules if rule.last for finding in _run(rule, reading)]
        found = remaining(found, allowed)
    if isinstance(document, Notebook) and not document.is_editable:
        found = [_without_edits_in_place(finding) for finding in found]
    # Credentials are masked whatever is selected or suppressed, but only if something is printed.
    has_text = isinstance(document, Notebook) and found
    redaction = _redaction(reading) if has_text else Redaction()
    whole = completed(sorted(found, key=_order), selection, redaction, project.salt)
    return Checked(tuple(whole), redaction)


def reading_of(document: Notebook | Unreadable | Gathered, project: Project) -> Reading:
    """Return the reading that gives rules the parts they ask for."""
    settings = project.settings
    given = (document, project, project.catalogue, settings, *settings.sections)
    if isinstance(document, Notebook | Unreadable):
        return Reading((*given, File(document)))
    return Reading(given)


def _run(rule: Rule, reading: Reading) -> list[Finding]:
    try:
        return list(reading.call(rule.check))
    except Exception as error:
        # A file gives a notebook or the reason why not, and each rule asks for one of them.
        if isinstance(error, MissingPartError) and error.part in (Notebook, Unreadable):
            return []
        raise RuleError(f"{rule.code} {rule.name}") from error


def _redaction(reading: Reading) -> Redaction:
    try:
        return reading.get(Redaction)
    except Exception as error:
        raise RuleError("the search for credentials") from error


def _without_edits_in_place(finding: Finding) -> Finding:
    """Return a finding of a file that cannot be edited in place, with a fix only if it works."""
    edits = finding.fix.edits if finding.fix else ()
    if any(isinstance(edit, Rewrite) for edit in edits):
        return finding
    return replace(finding, fix=None)


def completed(
    findings: Iterable[Finding], selection: Selection, redaction: Redaction, salt: str | None
) -> Iterator[Finding]:
    """Yield findings as they are reported: masked, fingerprinted, with the settings' severity.

    Messages are masked because they can quote the notebook, and with it another rule's credential.
    """
    first: dict[Hashable, Place] = {}
    for finding in findings:
        masked = replace(
            finding,
            message=redaction.mask(finding.message),
            subject=finding.subject and redaction.mask(finding.subject),
            help=finding.help and redaction.mask(finding.help),
            severity=selection.severity(finding.code, finding.severity),
        )
        secret, place = finding.secret, finding.place
        known = first.setdefault(secret.secret, place) if secret else place
        yield replace(
            masked,
            fingerprint=_fingerprint(masked, salt),
            same_as=None if known == place else known,
            secret=None,
        )


def _fingerprint(finding: Finding, salt: str | None) -> str | None:
    """Return what a finding is recognised by when its cell moves or its message is reworded.

    For a credential, made from its value and the baseline's salt; None without a salt. For others,
    made from the masked subject: the password behind a plain hash could be guessed.
    """
    if finding.detector is not None:
        return finding.secret.fingerprint(salt) if finding.secret and salt else None
    place = finding.place
    parts = (finding.code, place.surface, place.mime or "", finding.subject)
    import hashlib

    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _order(finding: Finding) -> tuple[object, ...]:
    # A rule's findings at one place stay in the rule's order, as do the texts that they insert.
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
