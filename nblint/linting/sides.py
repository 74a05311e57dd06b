"""The two sides of a range of commits, and the settings that both are checked by."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from msgspec.structs import replace

from nblint.credentials.masking.redaction import Redaction
from nblint.discovery import is_excluded
from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError
from nblint.findings import Finding, overlap
from nblint.git.refusals import GitError
from nblint.git.repository import Repository
from nblint.git.snapshot import Snapshot, write_named
from nblint.linting.checking import RuleError, check_document, read_document
from nblint.linting.recognition import Ephemeral
from nblint.linting.registry import CREDENTIALS
from nblint.linting.results import Note
from nblint.linting.selection import Selection
from nblint.paths import is_outside, relative_to
from nblint.project.catalogue import DEFAULT_CATALOGUE
from nblint.project.project import Project
from nblint.settings import CredentialsSettings, Settings
from nblint.settings_files import NAMES, SettingsFile, SettingsFinder, load_settings

# A suppression without a reason, which nobody can review.
UNEXPLAINED = "NBL010"


class Law:
    """The settings that decide: the base's; where it has none, HEAD's, but for credentials.

    Args:
        repository: The repository.
        base: The base's files.
        head: HEAD's files.
        trust_plugins: Whether detect-secrets plugins that the settings name may run.

    Attributes:
        snapshot: The files that the settings are from.
        baselines: The paths of the baselines that were asked for.

    Raises:
        SettingsError: The settings cannot be used.
    """

    def __init__(
        self, repository: Repository, base: Snapshot, head: Snapshot, *, trust_plugins: bool
    ) -> None:
        self._repository = repository
        self.trust_plugins = trust_plugins
        notebooks = {*base.notebooks, *head.notebooks}
        self.is_new = next(_settings_above(base, notebooks), None) is None
        self.snapshot = head if self.is_new else base
        self.baselines: set[str] = set()
        self._excluded: dict[str, int] = {}
        self._finder = SettingsFinder(top=self.snapshot.folder)
        self._decided: dict[Path, SettingsFile] = {}  # by the folders of settings files

    def of(self, path: str) -> SettingsFile:
        """Return the settings for a notebook, with the base's plugins if any are trusted.

        Raises:
            SettingsError: The file that decides for the notebook cannot be used.
        """
        # A tree that git did not make can name a place outside the repository.
        parts = [part for part in PurePosixPath(path).parts[:-1] if part not in ("/", "//", "..")]
        found = self._finder.of(self.snapshot.folder.joinpath(*parts))
        if found.root not in self._decided:
            self._decided[found.root] = self._decide(found)
        return self._decided[found.root]

    def is_usable(self, path: str) -> bool:
        """Tell whether the settings for a notebook can be used."""
        try:
            self.of(path)
        except GitError:  # what plugins are written from is missing
            raise
        except SettingsError:
            return False
        return True

    def _decide(self, found: SettingsFile) -> SettingsFile:
        if self.is_new:
            return replace(found, settings=_with_credentials(found.settings))
        plugins = found.settings.credentials.detect_secrets_plugins
        if not plugins or not self.trust_plugins:
            return found
        for plugin in plugins:
            write_named(self._repository, self.snapshot, plugin)
        own = tuple(str(self.snapshot.folder / plugin) for plugin in plugins)
        credentials = replace(found.settings.credentials, detect_secrets_plugins=own)
        return replace(found, settings=replace(found.settings, credentials=credentials))

    def root(self, found: SettingsFile) -> PurePosixPath:
        """Return the folder of settings, relative to the top of the repository."""
        return PurePosixPath(relative_to(found.root, self.snapshot.folder))

    def baseline(self, path: str) -> str | None:
        """Return the path of the baseline that the settings of a notebook name."""
        found = self.of(path)
        name = found.baseline
        if name is None:
            return None
        baseline = relative_to(name, self.snapshot.folder)
        if is_outside(baseline):
            return None  # no commit can have it
        self.baselines.add(baseline)
        return baseline

    def exclude(self, found: SettingsFile) -> None:
        """Count a notebook that settings exclude, which is checked for credentials only."""
        name = relative_to(found.path, self.snapshot.folder) if found.path else "."
        self._excluded[name] = self._excluded.get(name, 0) + 1

    def notes(self) -> Iterator[Note]:
        """Yield what a reader has to know of how notebooks were judged."""
        if self.is_new:
            what = "the base has no settings of nblint: these are used, except for credentials"
            for path in _settings_above(self.snapshot, self.snapshot.notebooks):
                yield Note("settings", path, what)
        for path, number in sorted(self._excluded.items()):
            noun = "notebook is" if number == 1 else "notebooks are"
            what = f"{number} {noun} excluded by 'exclude', and checked for credentials only"
            yield Note("excluded", path, what)


class Seen(NamedTuple):
    """What was found in a version of a notebook.

    Attributes:
        document: The notebook.
        findings: Its findings, with the credentials that are suppressed without a reason.
        suppressed: The other findings that its author suppressed.
        redaction: Hides its credentials in what is quoted of it.
    """

    document: Notebook | Unreadable
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    redaction: Redaction

    @property
    def values(self) -> frozenset[str]:
        """What its credentials are recognised by, suppressed ones included."""
        both = (*self.findings, *self.suppressed)
        return frozenset(f.fingerprint for f in both if f.detector and f.fingerprint)


class Side:
    """A commit's files, and what its notebooks are checked against.

    Args:
        repository: The repository.
        law: The settings that decide.
        snapshot: The commit's files.
        values: Recognises credentials.
        on_error: Called with a sentence for each notebook that could not be checked.
        otherwise: Has what notebooks are checked against where this side's files cannot be used.

    Attributes:
        projects: What notebooks were checked against, by the folders of their settings.
    """

    def __init__(
        self,
        repository: Repository,
        law: Law,
        snapshot: Snapshot,
        values: Ephemeral,
        on_error: Callable[[str], None],
        *,
        otherwise: "Side | None" = None,
    ) -> None:
        self._repository = repository
        self._otherwise = otherwise
        self._inputs: dict[PurePosixPath, tuple[object, ...]] = {}
        self._law = law
        self._snapshot = snapshot
        self._values = values
        self._on_error = on_error
        self._selections: dict[PurePosixPath, tuple[Selection, Selection]] = {}
        self.projects: dict[PurePosixPath, Project] = {}

    def project(self, root: PurePosixPath) -> Project:
        """Return what notebooks are checked against whose settings are those of a folder.

        Raises:
            SettingsError: As of `check`.
        """
        if root not in self.projects:
            found = self._law.of(str(root / "any.ipynb"))
            own = replace(found, root=self._snapshot.folder / root)
            selection = Selection(own)
            for fault in selection.faults:
                self._on_error(fault)
            self._selections[root] = selection, Selection(own, within=CREDENTIALS)
            try:
                self.projects[root] = self._load(root, own, selection)
            except GitError:
                raise
            except SettingsError:
                # The base's own files cannot be used, and HEAD may come to repair them.
                if self._otherwise is None:
                    raise
                self.projects[root] = self._otherwise.project(root)
        return self.projects[root]

    def check(self, path: str, content: bytes | None, *, credentials_only: bool) -> Seen | None:
        """Check a version of a notebook; None if that could not be done.

        Args:
            path: Its path from the top of the repository.
            content: What it holds; None if that is more than git's objects are read for.
            credentials_only: Whether to look for credentials only.

        Raises:
            SettingsError: Settings, or a file that they name, cannot be used.
        """
        if content is None:
            self._on_error(f"{path}: too large to be checked")
            return None
        found = self._law.of(path)
        root = self._law.root(found)
        project = self.project(root)
        whole, credentials = self._selections[root]
        if not credentials_only and is_excluded(self._law.snapshot.folder / path, found):
            credentials_only = True
            if self._otherwise is None:
                self._law.exclude(found)
        name = str(self._snapshot.folder / path)
        document = read_document(name, content)
        selection = credentials if credentials_only else whole
        try:
            checked = check_document(document, name, project, selection, self._values.of)
        except RuleError as error:
            self._on_error(f"{path}: {error}")
            return None
        except MemoryError:
            self._on_error(f"{path}: too large for the available memory")
            return None
        for failed in checked.errors:
            self._on_error(f"{path}: {failed}")
        # Nobody could review why.
        unexplained = [one for one in checked.suppressed if _is_unexplained(one)]
        findings = (*checked.findings, *(replace(one, suppression=None) for one in unexplained))
        suppressed = tuple(one for one in checked.suppressed if not _is_unexplained(one))
        return Seen(document, findings, suppressed, checked.redaction)

    def inputs(self, path: str) -> tuple[object, ...]:
        """Return what a notebook is checked against besides the settings: equal for what is alike.

        Raises:
            SettingsError: As of `check`.
        """
        root = self._law.root(self._law.of(path))
        if root not in self._inputs:
            self._inputs[root] = _inputs(self.project(root))
        return self._inputs[root]

    def _load(self, root: PurePosixPath, found: SettingsFile, selection: Selection) -> Project:
        """Load what settings refer to, from this side's files."""
        settings = found.settings
        parameters = settings.parameters.file
        catalogues = settings.environment.catalogues or (DEFAULT_CATALOGUE,)
        for name in (*catalogues, *([parameters] if parameters else [])):
            named = os.path.normpath(root / name).replace(os.sep, "/")
            write_named(self._repository, self._snapshot, named)
        return Project.load(
            found,
            trust_plugins=self._law.trust_plugins,
            with_requirements=selection.needs("requirements"),
            committed=True,
        )


def _is_unexplained(suppressed: Finding) -> bool:
    return suppressed.detector is not None and not suppressed.suppression


def _inputs(project: Project) -> tuple[object, ...]:
    requirements, parameters = project.requirements, project.parameters_file
    return (
        project.catalogue.variables,
        project.catalogue.sources,
        requirements and (requirements.distributions, requirements.modules),
        parameters and parameters.keys,
        {name: file.keys for name, file in project.parameters_files.items()},
    )


def _with_credentials(settings: Settings) -> Settings:
    """Return settings that nobody has accepted yet, with all that finds credentials as by default.

    Else a branch could begin settings that hide its credentials.
    """

    def is_about(selector: str) -> bool:
        return overlap(selector, CREDENTIALS) or overlap(selector, UNEXPLAINED)

    return replace(
        settings,
        credentials=CredentialsSettings(),
        extend_select=(*settings.extend_select, CREDENTIALS, UNEXPLAINED),
        ignore=tuple(one for one in settings.ignore if not is_about(one)),
        severity={one: how for one, how in settings.severity.items() if not is_about(one)},
        per_file_ignores={
            glob: tuple(one for one in ignored if not is_about(one))
            for glob, ignored in settings.per_file_ignores.items()
        },
    )


def _settings_above(snapshot: Snapshot, notebooks: Iterable[str]) -> Iterator[str]:
    """Yield the paths of a commit's settings files that can decide for notebooks, sorted.

    Others need not even be TOML: a template's `pyproject.toml` can hold Jinja.
    """
    folders = {folder for path in notebooks for folder in PurePosixPath(path).parents}
    for path in sorted(snapshot.others):
        name = PurePosixPath(path)
        if name.name in NAMES and name.parent in folders and _has_settings(snapshot.folder / path):
            yield path


def _has_settings(file: Path) -> bool:
    """Tell whether a file holds settings of nblint, or was to hold some that cannot be read."""
    if not file.is_file():
        return False
    try:
        return load_settings(file) is not None
    except SettingsError:
        return file.name != "pyproject.toml" or b"nblint" in file.read_bytes()
