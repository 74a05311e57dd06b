"""Checks one notebook in memory: bytes in, findings out."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nblint.credentials.credentials import Credentials
from nblint.credentials.masking.redaction import Redaction
from nblint.document.model import File, Notebook, Place, Unreadable
from nblint.findings import OWN, Finding, Gathered, Rule, covers
from nblint.linting.selection import Selection
from nblint.project.project import Project
from nblint.reading.parts import MissingPartError, Reading
from nblint.reading.suppressions import Suppressions
from nblint.rules.index import Entry

if TYPE_CHECKING:
    from nblint.linting.recognition import Recognise


class RuleError(Exception):
    """A rule raised an exception: a bug, not a problem of the notebook; the text is a sentence.

    Attributes:
        code: The code of the rule; empty where it is not one rule that failed.
    """

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


def bug(what: str, error: BaseException, where: str = "nblint") -> str:
    """Return the sentence for an exception: its type, since its text can quote the notebook."""
    return f"{what} failed ({type(error).__name__}): a bug in {where}; please report it"


def failure(rule: Rule, error: BaseException) -> RuleError:
    """Return what to say of an exception that a rule raised."""
    where = "nblint"
    if not covers(OWN, rule.code):
        from nblint.linting.plugins import plugin_of

        plugin = plugin_of(rule.code)
        where = plugin.title if plugin else rule.code
    failed = RuleError(bug(f"{rule.code} {rule.name}", error, where), rule.code)
    failed.__cause__ = error
    return failed


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
        RuleError: A rule failed, or those of an installed package cannot run: a bug.
    """
    document = read_document(name, data)
    selection = Selection(project.found)
    checked = check_document(document, name, project, selection)
    for fault in selection.faults:
        raise RuleError(fault)
    for error in checked.errors:
        raise error
    return checked.findings


def read_document(name: str, data: bytes) -> Notebook | Unreadable:
    """Return the notebook in a file's bytes, or why there is none."""
    try:
        return Notebook.parse(name, data)
    except Unreadable as reason:
        return reason


class Checked(Struct, frozen=True):
    """What was found in a notebook.

    Attributes:
        findings: The findings, in the notebook's order.
        suppressed: Those that the notebook's author suppressed, with the reasons.
        redaction: Hides the notebook's credentials in what reports quote from it.
        errors: The rules that raised an exception; what the others found is there.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    redaction: Redaction
    errors: tuple[RuleError, ...] = ()

    @property
    def failed(self) -> frozenset[str]:
        """The codes of the rules that raised an exception."""
        return frozenset(error.code for error in self.errors)


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
        RuleError: The search for credentials failed, so that nothing can be shown.
    """
    reading = reading_of(document, project)
    rules = selection.for_notebook(name)
    errors: dict[str, RuleError] = {}
    found = _found((rule for rule in rules if not rule.last), reading, errors)
    suppressed: list[Finding] = []
    if isinstance(document, Notebook) and (allowed := reading.get(Suppressions).found):
        from nblint.linting.suppression import parted, useless

        reading.give(useless(allowed, found, [rule for rule in rules if rule.code not in errors]))
        found += _found((rule for rule in rules if rule.last), reading, errors)
        found, suppressed = parted(found, allowed, rules)
    failed = tuple(errors.values())
    if isinstance(document, Notebook) and not document.is_editable:
        found = [_without_edits_in_place(finding) for finding in found]
    if not found and not suppressed:
        return Checked((), (), Redaction(), failed)
    if recognise is None:
        from nblint.linting.recognition import Salted

        recognise = Salted(project.salt, project.recorded, name).of
    # Credentials are masked whatever is selected or suppressed.
    redaction = _redaction(reading)
    both = completed(sorted([*found, *suppressed], key=_order), selection, redaction, recognise)
    findings: list[Finding] = []
    hidden: list[Finding] = []
    for finding in both:
        (findings if finding.suppression is None else hidden).append(finding)
    return Checked(tuple(findings), tuple(hidden), redaction, failed)


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


def _found(rules: Iterable[Entry], reading: Reading, errors: dict[str, RuleError]) -> list[Finding]:
    """Return what rules find; each that fails gets an error in `errors`, by its code."""
    return [finding for rule in rules for finding in _run(rule, reading, errors)]


def _run(entry: Entry, reading: Reading, errors: dict[str, RuleError]) -> list[Finding]:
    try:
        if entry.is_silent(reading):
            return []
        if entry.loaded is None:
            return list(reading.call(entry.rule.check))
        from nblint.linting.plugin_findings import run

        return run(entry.loaded, reading)
    except MissingPartError as error:
        # A file gives a notebook or the reason why not, and each rule asks for one of them.
        if error.part not in (Notebook, Unreadable):
            errors[entry.code] = failure(entry.rule, error)
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:
        errors[entry.code] = failure(entry.rule, error)
    return []


def _redaction(reading: Reading) -> Redaction:
    try:
        return reading.get(Redaction)
    except Exception as error:
        raise RuleError(bug("the search for credentials", error)) from error


def _without_edits_in_place(finding: Finding) -> Finding:
    """Return a finding of a file that cannot be edited in place, with a fix only if it works."""
    from nblint.document.edit import rewrites

    is_whole = finding.fix is not None and rewrites(finding.fix.edits)
    return finding if is_whole else replace(finding, fix=None)


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
            fix=finding.fix and replace(finding.fix, message=redaction.mask(finding.fix.message)),
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
