"""Runs over many notebooks, in one process or several, without keeping any in memory."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nblint.credentials.masking.redaction import Redaction
from nblint.discovery import Discovery
from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError
from nblint.files import read_whole
from nblint.linting.checking import reading_of
from nblint.linting.examining import Examined, Examiner, Files, Fixing, examine_files
from nblint.linting.registry import FAMILIES, family_of
from nblint.linting.repository import Repository
from nblint.linting.results import EVERYTHING, Details, Reported, Result
from nblint.linting.selection import Selection
from nblint.paths import display_path
from nblint.project.project import Project
from nblint.reading.parts import Reading
from nblint.settings_files import OncePerFile, SettingsFile, SettingsFinder

if TYPE_CHECKING:
    from nblint.linting.baseline import Baseline

# The number of notebooks from which more processes are faster, by how they are started: measured
# with `--jobs`.
_MANY = {"fork": 60, "spawn": 250}
# The number of notebooks from which remembering pays: for the few that a hook checks, and that
# have just changed, looking for what is remembered takes longer than it can save.
_REMEMBERED = 10
# Files handed to a process at a time: few enough that all processes end together.
_CHUNK = 10


class _Loaded(Struct, frozen=True):
    """Everything that settings refer to."""

    examiner: Examiner
    repository: Repository
    baseline: "Baseline | None"


class _File(Struct, frozen=True):
    """A file to examine: its path, its name in reports, and what it is checked against."""

    path: Path
    name: str
    loaded: _Loaded


class Run:
    """Checks notebooks, and fixes them.

    Args:
        finder: Where settings come from.
        on_error: Called with a message for each thing that could not be done; the run goes on.
        fixing: Which fixes to apply; None for none.
        trust_plugins: Whether plugins that the settings name may run.
        baseline: The baseline for all notebooks, instead of the one that their settings name.
        with_recorded: Whether results include the findings that the baseline records.
        jobs: The number of processes that examine notebooks; None for one per processor, if there
            are enough notebooks. Fixes are always made in this process.
        on_note: Called with a message for each notebook that is checked or skipped, and for each
            settings file.
        with_cache: Whether to remember what is found, and to check only notebooks that have changed
            since, if there are enough of them.
        with_files: Whether to read catalogues of environment variables and parameters files.
        with_hidden: Whether results also hold the findings that are suppressed or recorded.
        committed: Whether notebooks are checked as they are committed, and not as they lie here.
        details: What the report says of the surroundings of findings.

    Attributes:
        total: The number of notebooks to check; set before the first result is yielded.
        fixed: The notebook of `check_stdin` after its fixes; set before its result is yielded.
    """

    def __init__(
        self,
        finder: SettingsFinder,
        on_error: Callable[[str], None],
        *,
        fixing: Fixing | None = None,
        trust_plugins: bool = False,
        baseline: "Baseline | None" = None,
        with_recorded: bool = False,
        jobs: int | None = 1,
        on_note: Callable[[str], None] | None = None,
        with_cache: bool = False,
        with_files: bool = True,
        with_hidden: bool = False,
        committed: bool = False,
        details: Details = EVERYTHING,
    ) -> None:
        self._finder = finder
        self._on_error = on_error
        self._fixing = fixing
        self._trust_plugins = trust_plugins
        self._baseline = baseline
        self._with_recorded = with_recorded
        self._jobs = 1 if fixing else jobs
        self._on_note = on_note
        self._with_cache = with_cache and not fixing
        self._with_files = with_files
        self._with_hidden = with_hidden
        self._committed = committed
        self._details = details
        self._loaded = OncePerFile(self._load, on_error)
        self._discovery = Discovery(finder, on_error, on_note)
        self._told: set[str] = set()
        self.total = 0
        self.fixed: bytes | None = None

    @property
    def skipped(self) -> int:
        """The number of notebooks that settings exclude or git ignores."""
        return self._discovery.skipped

    @property
    def empty(self) -> Sequence[Path]:
        """The given folders without a notebook."""
        return self._discovery.empty

    @property
    def families_off(self) -> Sequence[str]:
        """The families of which no rule ran, if no settings file decides that; else none."""
        loaded = list(self._loaded.all())
        if not loaded or any(one.examiner.project.found.path for one in loaded):
            return ()
        ran = {family_of(rule.code) for one in loaded for rule in one.examiner.selection.rules}
        return [family for family in FAMILIES if family not in ran]

    def check(self, paths: Sequence[Path]) -> Iterator[Result]:
        """Yield a result for each notebook under paths that could be checked."""
        files = list(self._files(paths))
        self.total = len(files)
        is_worth_it = self._with_cache and len(files) >= _REMEMBERED
        for file, examined in (self._remembered if is_worth_it else self._examined)(files):
            yield from self._results(file, examined)
        for loaded in self._loaded.all():
            yield from self._conclude(paths, loaded)

    def check_stdin(self, data: bytes, path: Path) -> Iterator[Result]:
        """Yield the result for bytes, as if they were the file at a path.

        No file is written: `fixed` holds the bytes after their fixes.
        """
        folder = Path(os.path.abspath(path)).parent
        try:
            settings = self._finder.of(folder)
        except SettingsError as error:
            self._on_error(str(error))
            return
        loaded = self._loaded.of(settings)
        if loaded is not None:
            self.total = 1
            file = _File(path, display_path(path), loaded)
            examined = loaded.examiner.examine(data, None, file.name)
            self.fixed = examined.fixed
            yield from self._results(file, examined)

    def readings(
        self, paths: Sequence[Path], *, with_requirements: bool = False
    ) -> Iterator[tuple[Notebook, Reading]]:
        """Yield each notebook under paths with its parts, without checking it.

        Args:
            paths: The paths.
            with_requirements: Whether to read the requirements files.
        """
        load = partial(self._project, with_requirements=with_requirements)
        projects = OncePerFile(load, self._on_error)
        for path, settings in self._discovery.notebooks(paths):
            if (project := projects.of(settings)) is None:
                continue
            try:
                notebook = Notebook.parse(display_path(path), read_whole(path))
                reading = reading_of(notebook, project)
            except SettingsError as error:
                self._on_error(str(error))
            except Unreadable as error:
                self._on_error(f"{path}: {error.reason}")
            except MemoryError:
                self._on_error(f"{path}: too large for the available memory")
            else:
                yield notebook, reading

    def _files(self, paths: Sequence[Path]) -> Iterator[_File]:
        for path, settings in self._discovery.notebooks(paths):
            if (loaded := self._loaded.of(settings)) is not None:
                yield _File(path, display_path(path), loaded)

    def _load(self, settings: SettingsFile) -> _Loaded:
        """Load everything that settings refer to."""
        baseline = self._baseline
        if baseline is None and settings.baseline is not None:
            from nblint.linting.baseline import Baseline

            baseline = Baseline.load(settings.baseline)
        selection = Selection(settings)
        for sentence in selection.faults:
            if sentence not in self._told:  # several settings files may select the same rules
                self._told.add(sentence)
                self._on_error(sentence)
        project = self._project(settings, with_requirements=selection.needs("requirements"))
        if baseline is not None:
            recorded = None if self._with_recorded else baseline.credentials
            project = replace(project, salt=baseline.salt, recorded=recorded)
        # A baseline recognises findings by their fingerprints, whether or not they are printed.
        has_fingerprints = self._details.fingerprints or baseline is not None
        examiner = Examiner(
            project,
            selection,
            self._fixing,
            details=replace(self._details, fingerprints=has_fingerprints),
            with_hidden=self._with_hidden,
            baseline=baseline,
        )
        return _Loaded(examiner, Repository(project, selection), baseline)

    def _project(self, settings: SettingsFile, *, with_requirements: bool = False) -> Project:
        return Project.load(
            settings,
            trust_plugins=self._trust_plugins,
            with_files=self._with_files,
            with_requirements=with_requirements,
            committed=self._committed,
        )

    def _remembered(self, files: Sequence[_File]) -> Iterator[tuple[_File, Examined]]:
        """Do as `_examined` does, but take what is remembered of files that have not changed."""
        from nblint.linting.memory import Memory

        memory = Memory(file.loaded.examiner for file in files)
        known = [memory.find(file.loaded.examiner, file.path, file.name) for file in files]
        number = sum(one is not None for one in known)
        self._note(f"{number} of {len(files)} notebooks are known to the cache")
        others = self._examined([file for file, one in zip(files, known, strict=True) if not one])
        try:
            for file, remembered in zip(files, known, strict=True):
                if remembered:
                    yield file, remembered
                    continue
                _, examined = next(others)
                memory.keep(file.loaded.examiner, examined, file.name)
                yield file, examined
        finally:
            others.close()
            try:
                memory.save()
            except OSError as error:
                self._note(f"the cache cannot be written: {error.strerror or error}")

    def _examined(self, files: Sequence[_File]) -> Generator[tuple[_File, Examined], None, None]:
        """Yield each file with its result, in order, from this process or from others."""
        jobs = 1 if self._jobs is None and len(files) < min(_MANY.values()) else self._jobs
        if jobs is None:
            from nblint.linting.workers import processors, start_method

            jobs = processors() if len(files) >= _MANY[start_method()] else 1
        # Examine the first files here: forked processes inherit the modules that they load.
        here = len(files) if jobs == 1 else _CHUNK
        for file in files[:here]:
            yield file, file.loaded.examiner.examine_file(file.path, file.name)
        if here >= len(files):
            return
        from nblint.linting.workers import shared

        for chunk, answers in shared(examine_files, _chunks(files[here:]), jobs):
            yield from zip(chunk, answers, strict=True)

    def _results(self, file: _File, examined: Examined) -> Iterator[Result]:
        for fault in examined.faults:
            self._on_error(fault)
        self._note(f"{file.name}: {examined.seconds:.3f} s")
        file.loaded.repository.add(examined.gathered)
        if examined.found is not None:
            result = self._judged(file.name, examined.found, examined.ran, file.loaded)
            yield replace(
                result,
                fixes=examined.fixes,
                changes=examined.changes,
                removed_outputs=examined.removed_outputs,
                suppressed=examined.suppressed,
                hidden=(*result.hidden, *examined.hidden),
            )

    def _note(self, sentence: str) -> None:
        if self._on_note is not None:
            self._on_note(sentence)

    def _conclude(self, paths: Sequence[Path], loaded: _Loaded) -> Iterator[Result]:
        """Yield the findings about all notebooks together, if the run covers them all."""
        if not loaded.repository.is_covered(paths):
            return
        from nblint.linting.reporting import reported

        found = tuple(reported("", loaded.repository.conclude(), None, Redaction()))
        judged = self._judged("", found, loaded.repository.codes, loaded)
        yield replace(judged, notebooks=0)

    def _judged(
        self, name: str, found: tuple[Reported, ...], ran: frozenset[str], loaded: _Loaded
    ) -> Result:
        """Return the result for findings, without those that the baseline records."""
        if loaded.baseline is None:
            return Result(name, found)
        match = loaded.baseline.match(name or None, [one.occurrence(name) for one in found], ran)
        both = [replace(one, entry=e) for one, e in zip(found, match.entries, strict=True)]
        kept = tuple(one for one in both if one.entry is None or self._with_recorded)
        hidden = tuple(one for one in both if one.entry is not None) if self._with_hidden else ()
        recorded = sum(entry is not None for entry in match.entries)
        return Result(name, kept, recorded=recorded, stale=match.stale, hidden=hidden)


def _chunks(files: Iterable[_File]) -> Iterator[tuple[Sequence[_File], Files]]:
    """Yield files to examine together, with what another process needs for that."""
    import pickle

    pickled: dict[int, bytes] = {}
    for _, alike in groupby(files, lambda file: id(file.loaded)):
        while chunk := tuple(islice(alike, _CHUNK)):
            examiner = chunk[0].loaded.examiner
            if id(examiner) not in pickled:
                pickled[id(examiner)] = pickle.dumps(examiner)
            yield chunk, Files(pickled[id(examiner)], [(f.path, f.name) for f in chunk])
