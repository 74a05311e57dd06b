"""Checks one notebook in memory: bytes in, findings out."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from nblint.credentials.credentials import Credentials
from nblint.credentials.masking.redaction import Redaction
from nblint.document.edit import Rewrite
from nblint.document.model import File, Notebook, Place, Unreadable
from nblint.findings import Finding, Gathered, Rule
from nblint.linting.selection import Selection
from nblint.linting.suppression import parted, useless
from nblint.project.project import Project
from nblint.reading.parts import MissingPartError, Reading
from nblint.reading.suppressions import Suppressions

if TYPE_CHECKING:
    from nblint.linting.recognition import Recognise


class RuleError(Exception):
    """A rule raised an exception: a bug in nblint, not a problem of the notebook."""

    @property
    def sentence(self) -> str:
        """What a person is told."""
        return bug(str(self), self.__cause__ or self)


def bug(what: str, error: BaseException) -> str:
    """Return the sentence for an exception: its type, since its text can quote the notebook."""
    return f"{what} failed ({type(error).__name__}): a bug in nblint; please report it"


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
        suppressed: Those that the notebook's author suppressed, with the reasons.
        redaction: Hides the notebook's credentials in what reports quote from it.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    redaction: Redaction


def check_document(
    document: Notebook | Unreadable,
    name: str,
    project: Project,
    selection: Selection,
    recognise: "Recognise | None" = None,
) -> Checked:
    """Check what was read from a file.

    Args:
        document: The notebook, or why the file holds none.
        name: The notebook's path.
        project: What the notebook is checked against.
        selection: The rules that run.
        recognise: Fingerprints findings; None: as the project's baseline does.

    Returns:
        What was found.

    Raises:
        RuleError: A rule raised an exception.
    """
    reading = reading_of(document, project)
    rules = selection.for_notebook(name)
    found = [finding for rule in rules if not rule.last for finding in _run(rule, reading)]
    suppressed: list[Finding] = []
    if isinstance(document, Notebook) and (allowed := reading.get(Suppressions).found):
        reading.give(useless(allowed, found, rules))
        found += [finding for rule in rules if rule.last for finding in _run(rule, reading)]
        found, suppressed = parted(found, allowed, rules)
    if isinstance(document, Notebook) and not document.is_editable:
        found = [_without_edits_in_place(finding) for finding in found]
    if not found and not suppressed:
        return Checked((), (), Redaction())
    from nblint.linting.recognition import Salted

    # Credentials are masked whatever is selected or suppressed.
    redaction = _redaction(reading)
    recognise = recognise or Salted(project.salt, project.recorded, name).of
    both = completed(sorted([*found, *suppressed], key=_order), selection, redaction, recognise)
    findings: list[Finding] = []
    hidden: list[Finding] = []
    for finding in both:
        (findings if finding.suppression is None else hidden).append(finding)
    return Checked(tuple(findings), tuple(hidden), redaction)


def reading_of(document: Notebook | Unreadable | Gathered, project: Project) -> Reading:
    """Return the reading that gives rules the parts they ask for."""
    settings = project.settings
    given = (document, project, project.catalogue, settings, *settings.sections)
    if isinstance(document, Unreadable):
        # Its bytes can still hold a token.
        found = Credentials.of_unreadable(document, settings.credentials, project)
        return Reading((*given, File(document), found))
    if isinstance(document, Notebook):
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
    findings: Iterable[Finding],
    selection: Selection,
    redaction: Redaction,
    recognise: "Recognise",
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
            suppression=finding.suppression and redaction.mask(finding.suppression),
            severity=selection.severity(finding.code, finding.severity),
        )
        secret, place = finding.secret, finding.place
        known = first.setdefault(secret.secret, place) if secret else place
        yield replace(
            masked,
            fingerprint=recognise(masked),
            same_as=None if known == place else known,
            secret=None,
        )


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
