"""The gate: what a range of commits brings to the notebooks of a repository, judged by its base.

Everything is read from git's objects: what was committed, and not what a checkout or a hook made of
it. Settings are those of the base's tip, so that a branch cannot weaken what it is judged by. What
notebooks are checked against (catalogue, requirements, parameters file) is the branch's, since that
rightly changes along with them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from msgspec.structs import replace

from nblint.errors import SettingsError
from nblint.findings import Finding
from nblint.git.changes import Version
from nblint.git.objects import LINK, Entry
from nblint.git.repository import Repository
from nblint.git.snapshot import Snapshot, write_snapshot
from nblint.linting import review
from nblint.linting.acceptance import Accepted
from nblint.linting.recognition import Ephemeral
from nblint.linting.reporting import reported
from nblint.linting.results import Note, Reported, Result
from nblint.linting.sides import Law, Seen, Side

# How many notebooks are in memory at a time.
_CHUNK = 20
_SHORT = 8

Item = TypeVar("Item")


class Gate:
    """Judges the commits that HEAD has and a base has not.

    Args:
        repository: The repository.
        base: The branch, tag or commit that they are to be merged into.
        on_error: Called with a sentence for each notebook that could not be judged.
        trust_plugins: Whether plugins that the base's settings name may run; they are the base's.

    Attributes:
        total: How many notebooks HEAD has; known when the first result is.

    Raises:
        GitError: The base is unknown, or history that is needed is missing; so does `check`.
    """

    def __init__(
        self,
        repository: Repository,
        base: str,
        on_error: Callable[[str], None],
        *,
        trust_plugins: bool = False,
    ) -> None:
        self._repository = repository
        self._name = base
        self._on_error = on_error
        self._trust_plugins = trust_plugins
        self._base, self._head = repository.resolve(base), repository.resolve("HEAD")
        self._fork = repository.merge_base(self._base, self._head)
        self.total = 0

    def check(self) -> Iterator[Result]:
        """Yield a result for each notebook of HEAD, then for what commits brought and removed.

        The last result holds notes: what the range changes of that by which it is judged.

        Raises:
            SettingsError: The base's settings, or files that they name, cannot be used.
        """
        with TemporaryDirectory(prefix="nblint-gate-") as temporary:
            folder = Path(os.path.realpath(temporary))
            try:
                yield from self._judgement(folder).results()
            except SettingsError as error:
                raise SettingsError(_without(folder, str(error))) from None

    def _judgement(self, folder: Path) -> "_Judgement":
        commits = dict.fromkeys((self._base, self._fork, self._head))
        written = {
            commit: write_snapshot(self._repository, commit, folder / commit) for commit in commits
        }
        judgement = _Judgement(
            self._repository,
            self._name,
            written[self._base],
            written[self._fork],
            written[self._head],
            lambda sentence: self._on_error(_without(folder, sentence)),
            trust_plugins=self._trust_plugins,
        )
        self.total = len(judgement.notebooks)
        return judgement


class _Judgement:
    """One range of commits, with its files written out."""

    def __init__(
        self,
        repository: Repository,
        name: str,
        base: Snapshot,
        fork: Snapshot,
        head: Snapshot,
        on_error: Callable[[str], None],
        *,
        trust_plugins: bool,
    ) -> None:
        self._repository = repository
        self._base, self._fork, self._head = base, fork, head
        self._law = Law(repository, base, head, trust_plugins=trust_plugins)
        self._values = Ephemeral()
        self._before = Side(repository, self._law, base, self._values, on_error)
        self._after = Side(repository, self._law, head, self._values, on_error)
        self._accepted = Accepted(repository, self._law, (base, fork), self._values, name)
        self._renames = [
            (snapshot, repository.renames(snapshot.commit, head.commit))
            for snapshot in {one.commit: one for one in (base, fork)}.values()
        ]
        self._known: dict[str, frozenset[str]] = {}  # values of credentials, by paths in HEAD
        self._reported: set[tuple[str, str]] = set()
        self._notes: list[Note] = []
        # Nothing is compared with the base where it is HEAD itself: after a push, say.
        self._is_same = base.commit == head.commit
        self.notebooks = {
            path: entry for path, entry in head.notebooks.items() if entry.mode != LINK
        }

    def results(self) -> Iterator[Result]:
        same_inputs = self._base.inputs == self._head.inputs
        changed = []
        for path, entry in sorted(self.notebooks.items()):
            before = self._base.notebooks.get(path)
            if same_inputs and not self._is_same and before and before.id == entry.id:
                yield Result(path, ())  # as the base has it, and checked against the same
            else:
                changed.append((path, entry))
        for chunk in _chunks(changed):
            wanted = [(path, entry, self._versions(path)) for path, entry in chunk]
            contents = self._contents(
                one.id for _, entry, old in wanted for one in (entry, *(e for _, _, e in old))
            )
            for path, entry, old in wanted:
                yield from self._judged(path, entry, old, contents)
        yield from self._between()
        yield Result("", (), notebooks=0, notes=tuple(self._all_notes()))

    def _contents(self, ids: Iterable[str]) -> dict[str, bytes | None]:
        return dict(self._repository.blobs(ids))

    def _versions(self, path: str) -> list[tuple[Side, str, Entry]]:
        """Return the versions of a notebook that the base has, and had where HEAD began from it.

        Both are checked against what the base has now.
        """
        found: dict[str, tuple[Side, str, Entry]] = {}
        for snapshot, renames in self._renames:
            old = path if path in snapshot.notebooks else renames.get(path)
            entry = snapshot.notebooks.get(old) if old else None
            if old and entry and entry.mode != LINK:
                found.setdefault(entry.id, (self._before, old, entry))
        return list(found.values())

    def _judged(
        self,
        path: str,
        entry: Entry,
        old: Sequence[tuple[Side, str, Entry]],
        contents: dict[str, bytes | None],
    ) -> Iterator[Result]:
        seen = self._after.check(path, contents[entry.id], credentials_only=self._is_same)
        if seen is None:
            return
        before = [
            version
            for side, name, one in old
            if not self._is_same
            and (version := side.check(name, contents[one.id], credentials_only=False))
        ]
        paths = (path, *(name for _, name, _ in old))
        new = self._accepted.new(path, paths, seen, before)
        self._known[path] = frozenset().union(*(version.values for version in (seen, *before)))
        self._notes += review.suppressions(path, seen, before)
        yield Result(
            path,
            _shown(path, seen, new),
            recorded=len(seen.findings) - len(new),
            suppressed=len(seen.suppressed),
        )

    def _between(self) -> Iterator[Result]:
        """Yield credentials of versions that a commit of the range brought and HEAD has not."""
        if self._is_same:
            return
        here = {entry.id for entry in self.notebooks.values()}
        here.update(e.id for side in (self._base, self._fork) for e in side.notebooks.values())
        versions = [
            version
            for version in self._repository.changed(self._base.commit, self._head.commit)
            if version.entry.id not in here and version.entry.mode != LINK
        ]
        for chunk in _chunks(versions):
            contents = self._contents(version.entry.id for version in chunk)
            for version in chunk:
                yield from self._brought(version, contents[version.entry.id])

    def _brought(self, version: Version, content: bytes | None) -> Iterator[Result]:
        path = version.entry.path
        seen = self._after.check(path, content, credentials_only=True)
        if seen is None:
            return
        new = []
        for finding in seen.findings:
            value = finding.fingerprint
            if finding.detector is None or value is None or (path, value) in self._reported:
                continue
            if value in self._values_of(path) or self._accepted.has(path, finding):
                continue
            self._reported.add((path, value))
            new.append(self._accepted.explained(path, finding, version.commit[:_SHORT]))
        if new:
            yield Result(path, _shown(path, seen, new), notebooks=0)

    def _values_of(self, path: str) -> frozenset[str]:
        """Return the credentials that are no news at a path: the base's, and what HEAD reports.

        At a path that neither has, those of all notebooks that the range has renamed or removed.
        """
        if path not in self._known:
            old = self._versions(path) or [
                (self._before, name, entry)
                for snapshot in (self._base, self._fork)
                for name, entry in snapshot.notebooks.items()
                if name not in self.notebooks and entry.mode != LINK
            ]
            if path in self.notebooks:
                old.append((self._after, path, self.notebooks[path]))
            contents = self._contents(entry.id for _, _, entry in old)
            seen = [
                side.check(name, contents[entry.id], credentials_only=True)
                for side, name, entry in old
            ]
            self._known[path] = frozenset().union(*(one.values for one in seen if one))
        return self._known[path]

    def _all_notes(self) -> Iterator[Note]:
        yield from self._law.notes()
        yield from self._notes
        yield from review.notes(self._fork, self._head, self._law.baselines)
        yield from review.declarations(self._before, self._after)


def _shown(path: str, seen: Seen, findings: Iterable[Finding]) -> tuple[Reported, ...]:
    """Return findings for reports, without what credentials are recognised by in this run only."""
    shown = (replace(one, fingerprint=None) if one.detector else one for one in findings)
    return tuple(reported(path, seen.document, shown, seen.redaction))


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))


def _without(folder: Path, sentence: str) -> str:
    """Return a sentence in which files have their paths in the repository."""
    for snapshot in folder.iterdir():
        sentence = sentence.replace(f"{snapshot}{os.sep}", "").replace(str(snapshot), ".")
    return sentence
