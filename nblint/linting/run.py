"""A run over many notebooks: one after the other, none kept in memory."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from nblint.credentials.redaction import Redaction
from nblint.discovery import Discovery
from nblint.document.model import Notebook, Unreadable
from nblint.document.write import write_atomically
from nblint.linting.baseline import Baseline, baseline_file
from nblint.linting.checking import Checked, RuleError, check_document, read_document
from nblint.linting.fixing import fix_document
from nblint.linting.repository import Repository
from nblint.linting.results import Result, changes, display_path, reported
from nblint.linting.selection import Selection
from nblint.reading.project import Project
from nblint.settings import SettingsFile, SettingsFinder
from nblint.toml import SettingsError


class _Loaded(NamedTuple):
    """All that settings refer to."""

    project: Project
    selection: Selection
    repository: Repository
    baseline: Baseline | None


@dataclass(frozen=True, slots=True)
class Fixing:
    """Which fixes a run applies.

    Attributes:
        unsafe: Also those after which the notebook may mean something else.
        write: Whether files are written; otherwise the run only says what would change.
    """

    unsafe: bool = False
    write: bool = True


class Run:
    """Checks notebooks, and fixes them.

    Args:
        finder: Where settings come from.
        on_error: Called with a sentence for each thing that could not be done; the run goes on.
        fixing: Which fixes to apply; None: none.
        trust_plugins: Whether plugins that the settings name may run.
        baseline: The baseline for all notebooks, instead of the one that their settings name.
        with_recorded: Whether results hold the findings that the baseline records, too.
    """

    def __init__(
        self,
        finder: SettingsFinder,
        on_error: Callable[[str], None],
        *,
        fixing: Fixing | None = None,
        trust_plugins: bool = False,
        baseline: Baseline | None = None,
        with_recorded: bool = False,
    ) -> None:
        self._finder = finder
        self._on_error = on_error
        self._fixing = fixing
        self._trust_plugins = trust_plugins
        self._baseline = baseline
        self._with_recorded = with_recorded
        self._loaded: dict[Path, _Loaded | None] = {}
        self._discovery = Discovery(finder, on_error)

    @property
    def empty(self) -> Sequence[Path]:
        """The folders that were named and hold no notebook."""
        return self._discovery.empty

    def check(self, paths: Sequence[Path]) -> Iterator[Result]:
        """Yield a result for each notebook under paths that could be checked."""
        for path, settings in self._discovery.notebooks(paths):
            try:
                data = path.read_bytes()
            except OSError as error:
                self._on_error(f"{path}: cannot be read: {error.strerror or error}")
                continue
            except MemoryError:
                self._on_error(f"{path}: too large for the memory that there is")
                continue
            yield from self._check(data, path, settings)
        for loaded in filter(None, self._loaded.values()):
            yield from self._conclude(paths, loaded)

    def check_stdin(self, data: bytes, path: Path) -> Iterator[Result]:
        """Yield the result for bytes that came from elsewhere, as if they stood at a path."""
        folder = Path(os.path.abspath(path)).parent
        try:
            settings = self._finder.of(folder)
        except SettingsError as error:
            self._on_error(str(error))
            return
        yield from self._check(data, path, settings)

    def _check(self, data: bytes, path: Path, settings: SettingsFile) -> Iterator[Result]:
        loaded = self._load(settings)
        if loaded is None:
            return
        name = display_path(path)
        try:
            yield self._result(data, path, name, loaded)
        except RuleError as failure:
            cause = type(failure.__cause__).__name__
            self._on_error(
                f"{name}: {failure} failed ({cause}): a fault of nblint, please report it"
            )
        except MemoryError:
            self._on_error(f"{name}: too large for the memory that there is")
        except Exception as error:  # what one notebook brings about keeps no other from its check
            cause = type(error).__name__
            self._on_error(
                f"{name}: checking failed ({cause}): a fault of nblint, please report it"
            )

    def _conclude(self, paths: Sequence[Path], loaded: _Loaded) -> Iterator[Result]:
        """Yield what only all notebooks together say, if all were looked at."""
        if not loaded.repository.is_covered(paths):
            return
        concluded = Checked(tuple(loaded.repository.conclude()), Redaction())
        yield replace(self._judged("", None, concluded, loaded), notebooks=0)

    def _load(self, settings: SettingsFile) -> _Loaded | None:
        """Load what settings refer to, once; an error is said once, too."""
        key = settings.path or settings.root
        if key not in self._loaded:
            self._loaded[key] = None
            try:
                baseline = self._baseline
                if baseline is None and (file := baseline_file(settings)) is not None:
                    baseline = Baseline.load(file)
                project = Project.load(settings, trust_plugins=self._trust_plugins)
                if baseline is not None:
                    project = replace(project, salt=baseline.salt)
                selection = Selection(settings)
                repository = Repository(project, selection)
                self._loaded[key] = _Loaded(project, selection, repository, baseline)
            except SettingsError as error:
                self._on_error(str(error))
        return self._loaded[key]

    def _result(self, data: bytes, path: Path, name: str, loaded: _Loaded) -> Result:
        project, selection = loaded.project, loaded.selection
        document = read_document(name, data)
        loaded.repository.add(document)
        if self._fixing is None:
            checked = check_document(document, name, project, selection)
            return self._judged(name, document, checked, loaded)
        fixed = fix_document(document, name, project, selection, unsafe=self._fixing.unsafe)
        judged = self._judged(name, fixed.document, fixed.checked, loaded)
        if not (isinstance(document, Notebook) and isinstance(fixed.document, Notebook)):
            return judged
        if fixed.fixes and self._fixing.write:
            try:
                _refuse_way_out(path, project.root)
                write_atomically(path, fixed.document.raw, instead_of=data)
            except OSError as error:
                self._on_error(f"{name}: cannot be written: {error.strerror or error}")
                checked = check_document(document, name, project, selection)
                return self._judged(name, document, checked, loaded)
        changed = tuple(changes(document, fixed.document, fixed.checked.redaction))
        return replace(judged, fixes=fixed.fixes, changes=changed)

    def _judged(
        self,
        name: str,
        document: Notebook | Unreadable | None,
        checked: Checked,
        loaded: _Loaded,
    ) -> Result:
        """Return what is reported of findings: those that the baseline does not record."""
        found = tuple(reported(name, document, checked.findings, checked.redaction))
        if loaded.baseline is None:
            return Result(name, found)
        if document is None:
            ran = loaded.repository.codes
        elif isinstance(document, Notebook):
            ran = frozenset(rule.code for rule in loaded.selection.for_notebook(name))
        else:  # of which nothing is known, so that no entry is stale
            ran = frozenset()
        match = loaded.baseline.match(name or None, [one.occurrence(name) for one in found], ran)
        kept = tuple(
            replace(one, entry=entry)
            for one, entry in zip(found, match.entries, strict=True)
            if entry is None or self._with_recorded
        )
        recorded = sum(entry is not None for entry in match.entries)
        return Result(name, kept, recorded=recorded, stale=match.stale)


def _refuse_way_out(path: Path, root: Path) -> None:
    """Refuse to mend what a link leads to outside of the repository: it is not the author's.

    Raises:
        OSError: It lies outside.
    """
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        raise PermissionError(errno.EPERM, "it is a link out of the repository", str(path))
