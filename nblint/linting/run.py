"""A run over many notebooks: one after the other, none kept in memory."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

from nblint.discovery import Discovery
from nblint.document.model import Cell, Notebook, Unreadable
from nblint.document.positions import RawNotebook, file_line
from nblint.document.write import write_atomically
from nblint.findings import Finding
from nblint.linting.baseline import Baseline, Entry, Occurrence, baseline_file
from nblint.linting.checking import RuleError, check_document, masked, read_document
from nblint.linting.fixing import fix_document
from nblint.linting.repository import Repository
from nblint.linting.selection import Selection
from nblint.reading.project import Project
from nblint.settings import SettingsError, SettingsFile, SettingsFinder


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with all that a report says of it, so that the notebook need not be kept.

    Attributes:
        path: The notebook: posix, relative to the current directory.
        finding: The finding.
        cell_id: The cell's id.
        cell_type: The cell's type.
        file_line: The line of the `.ipynb` file, 1-based.
        entry: What records it in the baseline; None for a new finding.
    """

    path: str
    finding: Finding
    cell_id: str | None = None
    cell_type: str | None = None
    file_line: int | None = None
    entry: Entry | None = None

    def occurrence(self, notebook: str) -> Occurrence:
        """Return it as the baseline knows it: by the notebook that it was found in, if by one."""
        return Occurrence(notebook or self.path, self.finding, self.cell_id)


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell before and after its fixes, masked; None where the cell is not there."""

    cell: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run says of one notebook.

    Attributes:
        path: The notebook.
        findings: What is wrong, after fixes.
        fixes: How many findings were fixed, or would be where only the changes are wanted.
        changes: The cells that the fixes change.
        recorded: How many findings the baseline records.
        stale: What it records and is not found any more.
        notebooks: 1; 0 for what is found in all notebooks together.
    """

    path: str
    findings: tuple[Reported, ...]
    fixes: int = 0
    changes: tuple[CellChange, ...] = ()
    recorded: int = 0
    stale: tuple[Entry, ...] = ()
    notebooks: int = 1


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

    def _conclude(self, paths: Sequence[Path], loaded: _Loaded) -> Iterator[Result]:
        """Yield what only all notebooks together say, if all were looked at."""
        if not loaded.repository.is_covered(paths):
            return
        concluded = tuple(loaded.repository.conclude())
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
            findings = check_document(document, name, project, selection)
            return self._judged(name, document, findings, loaded)
        fixed = fix_document(document, name, project, selection, unsafe=self._fixing.unsafe)
        changes: tuple[CellChange, ...] = ()
        if isinstance(document, Notebook) and isinstance(fixed.document, Notebook) and fixed.fixes:
            changes = tuple(_changes(document, fixed.document, project))
            if self._fixing.write:
                try:
                    write_atomically(path, fixed.document.raw)
                except OSError as error:
                    self._on_error(f"{name}: cannot be written: {error.strerror or error}")
                    findings = check_document(document, name, project, selection)
                    return self._judged(name, document, findings, loaded)
        judged = self._judged(name, fixed.document, fixed.findings, loaded)
        return replace(judged, fixes=fixed.fixes, changes=changes)

    def _judged(
        self,
        name: str,
        document: Notebook | Unreadable | None,
        findings: tuple[Finding, ...],
        loaded: _Loaded,
    ) -> Result:
        """Return what is reported of findings: those that the baseline does not record."""
        reported = _reported(name, document, findings)
        if loaded.baseline is None:
            return Result(name, reported)
        if document is None:
            ran = loaded.repository.codes
        elif isinstance(document, Notebook):
            ran = frozenset(rule.code for rule in loaded.selection.for_notebook(name))
        else:  # of which nothing is known, so that no entry is stale
            ran = frozenset()
        match = loaded.baseline.match(name or None, [r.occurrence(name) for r in reported], ran)
        reported = tuple(
            replace(one, entry=entry)
            for one, entry in zip(reported, match.entries, strict=True)
            if entry is None or self._with_recorded
        )
        recorded = sum(entry is not None for entry in match.entries)
        return Result(name, reported, recorded=recorded, stale=match.stale)


def display_path(path: Path) -> str:
    """Return a path as reports show it: posix, relative to the current directory."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        relative = os.path.abspath(path)
    # Names that are not UTF-8 come from the system with surrogates, which cannot be printed.
    printable = relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Path(printable).as_posix()


def _reported(
    path: str, document: Notebook | Unreadable | None, findings: Iterable[Finding]
) -> tuple[Reported, ...]:
    raw = RawNotebook(document.raw) if isinstance(document, Notebook) else None
    reported = []
    for finding in findings:
        cell = _cell(document, finding)
        reported.append(
            Reported(
                display_path(finding.path) if finding.path else path,
                finding,
                cell.id if cell else None,
                cell.type if cell else None,
                file_line(raw, finding.place) if raw else finding.place.row,
            )
        )
    return tuple(reported)


def _cell(document: Notebook | Unreadable | None, finding: Finding) -> Cell | None:
    """Return the cell that a finding is in."""
    number = finding.place.cell
    if not isinstance(document, Notebook) or not number or number > len(document.cells):
        return None
    return document.cells[number - 1]


def _changes(before: Notebook, after: Notebook, project: Project) -> Iterator[CellChange]:
    """Yield the cells that differ, by what they hold: fixes insert and remove whole cells, too."""
    import difflib

    one = [cell.source for cell in before.cells]
    other = [cell.source for cell in after.cells]
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, one, other, False).get_opcodes():
        if tag == "equal":
            continue
        shown = iter(masked(before, project, [*one[i1:i2], *other[j1:j2]]))
        old, new = list(islice(shown, i2 - i1)), list(shown)
        for offset, (was, now) in enumerate(zip_longest(old, new)):
            yield CellChange((i1 if was is not None else j1) + offset + 1, was, now)
