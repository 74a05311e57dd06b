"""Reads, checks and fixes one file, in this process or in another one."""

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError, unwritable
from nblint.files import read_whole
from nblint.findings import Finding
from nblint.linting.checking import Checked, RuleError, bug, check_document, read_document
from nblint.linting.frames import in_one_block
from nblint.linting.repository import gather
from nblint.linting.results import EVERYTHING, CellChange, Details, Reported
from nblint.linting.selection import Selection
from nblint.project.project import Project

if TYPE_CHECKING:
    from nblint.linting.baseline import Baseline


class Fixing(Struct, frozen=True):
    """Which fixes a run applies.

    Attributes:
        unsafe: Include fixes after which the notebook may mean something else.
        write: Write the files; otherwise the run only reports what would change.
    """

    unsafe: bool = False
    write: bool = True


class Examined(Struct, frozen=True):
    """The result of examining one file.

    Attributes:
        found: The findings, after fixes; None if the file could not be examined.
        ran: The codes of the rules that ran.
        gathered: What the rules about the repository gathered from it, by their codes; None if
            unknown.
        faults: Messages about what could not be done.
        fixes: The number of findings that were fixed.
        changes: The cells that the fixes change.
        removed_outputs: How many outputs the fixes remove.
        fixed: The notebook after its fixes, if there is no file to write it to.
        seconds: The time that it took.
        digest: The file's key in the cache; None if it is not to be remembered.
        suppressed: The number of findings that its author suppressed.
        hidden: These findings, if they were asked for.
    """

    found: tuple[Reported, ...] | None = None
    ran: frozenset[str] = frozenset()
    gathered: Mapping[str, frozenset[str]] | None = None
    faults: tuple[str, ...] = ()
    fixes: int = 0
    changes: tuple[CellChange, ...] = ()
    removed_outputs: int = 0
    fixed: bytes | None = None
    seconds: float = 0.0
    digest: bytes | None = None
    suppressed: int = 0
    hidden: tuple[Reported, ...] = ()


class Examiner:
    """Examines files against one project; can be pickled.

    Args:
        project: What the notebooks are checked against.
        selection: The rules that run.
        fixing: Which fixes to apply; None for none.
        details: What the report says of the surroundings of findings.
        with_hidden: Whether suppressed findings are reported apart.
        baseline: The recorded findings, which are not fixed.

    Attributes:
        project: What the notebooks are checked against.
        selection: The rules that run.
        details: What the report says of the surroundings of findings.
        with_hidden: Whether suppressed findings are reported apart.
        key: What the cache knows all this by; None without a cache.
    """

    def __init__(
        self,
        project: Project,
        selection: Selection,
        fixing: Fixing | None,
        *,
        details: Details = EVERYTHING,
        with_hidden: bool = False,
        baseline: "Baseline | None" = None,
    ) -> None:
        self.project = project
        self.selection = selection
        self.details = details
        self.with_hidden = with_hidden
        self.key: bytes | None = None
        self._fixing = fixing
        # Other processes, which get a copy of the examiner, fix nothing.
        self._baseline = baseline if fixing else None

    def examine_file(self, path: Path, name: str) -> Examined:
        """Examine a file; `name` is what reports call it."""
        try:
            data = read_whole(path)
        except SettingsError as error:
            return Examined(faults=(str(error),))
        examined = self.examine(data, path, name)
        if self.key is None or examined.faults:
            return examined
        from nblint.linting.cache import digest_of

        return replace(examined, digest=digest_of(self.key, name, data))

    @in_one_block
    def examine(self, data: bytes, path: Path | None, name: str) -> Examined:
        """Examine bytes; fixes are written to the file at `path`, unless it is None."""
        started = time.perf_counter()
        try:
            examined = self._examine(data, path, name)
            return replace(examined, seconds=time.perf_counter() - started)
        except RuleError as error:
            fault = str(error)
        except MemoryError:
            return Examined(faults=(f"{name}: too large for the available memory",))
        except Exception as error:  # one notebook must not stop the others from being checked
            fault = bug("checking", error)
        return Examined(faults=(f"{name}: {fault}",))

    def _examine(self, data: bytes, path: Path | None, name: str) -> Examined:
        document = read_document(name, data)
        gathered = gather(document, self.project, self.selection)
        if self._fixing is None:
            return self._examined(document, name, self._check(document, name), gathered)
        from nblint.document.write import write_atomically
        from nblint.linting.fixing import fix_document
        from nblint.linting.reporting import changes

        fixed = fix_document(
            document,
            name,
            self.project,
            self.selection,
            unsafe=self._fixing.unsafe,
            baseline=self._baseline,
        )
        after = self._examined(fixed.document, name, fixed.checked, gathered)
        if not (isinstance(document, Notebook) and isinstance(fixed.document, Notebook)):
            return after
        if fixed.fixes and self._fixing.write and path is not None:
            try:
                root = self.project.root
                write_atomically(path, fixed.document.raw, instead_of=data, inside=root)
            except OSError as error:
                before = self._examined(document, name, self._check(document, name), gathered)
                return replace(before, faults=(*before.faults, unwritable(name, error)))
        changed = tuple(changes(document, fixed.document, fixed.checked.redaction))
        raw = fixed.document.raw if path is None else None
        return replace(
            after,
            fixes=fixed.fixes,
            changes=changed,
            removed_outputs=_outputs(document) - _outputs(fixed.document),
            fixed=raw,
        )

    def _check(self, document: Notebook | Unreadable, name: str) -> Checked:
        # What computes them takes longer to load than many notebooks to check.
        recognise = None if self.details.fingerprints else _by_nothing
        return check_document(document, name, self.project, self.selection, recognise)

    def _examined(
        self,
        document: Notebook | Unreadable,
        name: str,
        checked: Checked,
        gathered: Mapping[str, frozenset[str]] | None,
    ) -> Examined:
        found: tuple[Reported, ...] = ()
        hidden: tuple[Reported, ...] = ()
        asked = checked.suppressed if self.with_hidden else ()
        if checked.findings or asked:
            from nblint.linting.reporting import reported

            quoted = document, checked.redaction, self.details
            found = tuple(reported(name, checked.findings, *quoted))
            hidden = tuple(reported(name, asked, *quoted))
        # Nothing is known about a file that cannot be read, so its baseline entries are not stale.
        is_known = isinstance(document, Notebook)
        codes = self._codes(name) - checked.failed if is_known else frozenset()
        number = len(checked.suppressed)
        faults = tuple(f"{name}: {error}" for error in checked.errors)
        return Examined(found, codes, gathered, faults, suppressed=number, hidden=hidden)

    def _codes(self, name: str) -> frozenset[str]:
        return frozenset(rule.code for rule in self.selection.for_notebook(name))


def _by_nothing(_: Finding) -> None:
    """Return no fingerprint."""


def _outputs(notebook: Notebook) -> int:
    return sum(len(cell.outputs) for cell in notebook.cells)


class Files(Struct, frozen=True):
    """Files to examine, for another process.

    Attributes:
        examiner: The pickled examiner, which each process unpickles once.
        files: Each file's path, and its name in reports.
    """

    examiner: bytes
    files: Sequence[tuple[Path, str]]


def examine_files(work: Files) -> list[Examined]:
    """Examine files in a worker process."""
    examiner = _examiner(work.examiner)
    return [examiner.examine_file(path, name) for path, name in work.files]


@lru_cache(maxsize=8)
def _examiner(pickled: bytes) -> Examiner:
    import pickle

    examiner = pickle.loads(pickled)  # noqa: S301 - comes from the parent process
    assert isinstance(examiner, Examiner)
    return examiner
