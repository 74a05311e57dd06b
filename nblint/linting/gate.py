"""The gate: what a range of commits brings to the notebooks of a repository, judged by its base.

Everything is read from git's objects: what was committed, and not what a checkout or a hook made of
it. Settings are those of the base's tip, so that a branch cannot weaken what it is judged by. What
notebooks are checked against (catalogue, requirements, parameters file) is the branch's, since that
rightly changes along with them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from msgspec.structs import replace

from nblint.credentials.masking.redaction import mask, mask_path
from nblint.document.model import Unreadable
from nblint.errors import SettingsError
from nblint.findings import Finding
from nblint.git.changes import Version
from nblint.git.objects import LINK, Entry
from nblint.git.repository import Repository
from nblint.git.snapshot import Snapshot, list_snapshot, write_snapshot
from nblint.linting import review
from nblint.linting.acceptance import Accepted
from nblint.linting.recognition import Ephemeral
from nblint.linting.registry import rule_of
from nblint.linting.reporting import reported
from nblint.linting.results import Note, Reported, Result
from nblint.linting.sides import UNEXPLAINED, Law, Seen, Side

# How many notebooks are in memory at a time.
_CHUNK = 20
_SHORT = 8

Item = TypeVar("Item")


class Gate:
    """Judges the commits that HEAD has and a base has not.

    Args:
        repository: The repository.
        base: The branch, tag or commit that they are to be merged into.
        on_error: Called with a sentence for each thing that could not be judged.
        trust_plugins: Whether plugins that the base's settings name may run; they are the base's.
        with_hidden: Whether results also hold the findings that are suppressed.

    Raises:
        GitError: The base is unknown, or history that is needed is missing.
    """

    def __init__(
        self,
        repository: Repository,
        base: str,
        on_error: Callable[[str], None],
        *,
        trust_plugins: bool = False,
        with_hidden: bool = False,
    ) -> None:
        self._repository = repository
        self._with_hidden = with_hidden
        self._name = base
        self._told: set[str] = set()
        self._tell = on_error
        self._trust_plugins = trust_plugins
        self._base, self._head = repository.resolve(base), repository.resolve("HEAD")
        self._fork = repository.merge_base(self._base, self._head)

    def _on_error(self, sentence: str) -> None:
        """Say what could not be judged, once: both sides may fail alike."""
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)

    def check(self) -> Iterator[Result]:
        """Yield a result for each notebook of HEAD, then for what commits brought and removed.

        The last result holds notes: what the range changes of that by which it is judged. Settings,
        or files that they name, which cannot be used end the check with a sentence to `on_error`.
        """
        with TemporaryDirectory(prefix="nblint-gate-") as temporary:
            folder = Path(os.path.realpath(temporary))
            try:
                yield from self._judgement(folder).results()
            except SettingsError as error:
                self._on_error(_without(folder, str(error)))

    def _judgement(self, folder: Path) -> "_Judgement":
        written = {
            commit: write_snapshot(self._repository, commit, folder / commit)
            for commit in dict.fromkeys((self._base, self._head))
        }
        # No file is read where HEAD began, unless it began from the base's tip.
        fork = written.get(self._fork) or list_snapshot(
            self._repository, self._fork, folder / self._fork
        )
        return _Judgement(
            self._repository,
            self._name,
            written[self._base],
            fork,
            written[self._head],
            lambda sentence: self._on_error(_without(folder, sentence)),
            trust_plugins=self._trust_plugins,
            with_hidden=self._with_hidden,
        )


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
        with_hidden: bool,
    ) -> None:
        self._repository = repository
        self._with_hidden = with_hidden
        self._base, self._fork, self._head = base, fork, head
        self._law = Law(repository, base, head, trust_plugins=trust_plugins)
        self._values = Ephemeral()
        self._after = Side(repository, self._law, head, self._values, on_error)
        self._before = Side(
            repository, self._law, base, self._values, on_error, otherwise=self._after
        )
        self._accepted = Accepted(repository, self._law, (base, fork), self._values, name)
        self._renames = [
            (snapshot, repository.renames(snapshot.commit, head.commit))
            for snapshot in {one.commit: one for one in (base, fork)}.values()
        ]
        self._known: set[str] = set()  # credentials of HEAD's notebooks
        self._told: set[tuple[str, str, bool]] = set()  # of credentials in between
        self._notes: list[Note] = []
        # Nothing is compared with the base where it is HEAD itself: after a push, say.
        self._is_same = base.commit == head.commit
        self.notebooks = head.notebooks

    def results(self) -> Iterator[Result]:
        changed = []
        for path, entry in sorted(self.notebooks.items()):
            if self._is_unchanged(path, entry):
                yield Result(path, ())
            else:
                changed.append((path, entry))
        for chunk in _chunks(changed):
            wanted = [(path, entry, self._versions(path)) for path, entry in chunk]
            contents = self._contents(
                one.id for _, entry, old in wanted for one in (entry, *(e for _, e in old))
            )
            for path, entry, old in wanted:
                yield from self._judged(path, entry, old, contents)
        yield from self._between()
        yield Result("", (), notebooks=0, notes=tuple(map(_masked, self._all_notes())))

    def _is_unchanged(self, path: str, entry: Entry) -> bool:
        """Tell whether the base has a notebook as it is, and would be checked against the same."""
        if self._is_same or self._base.notebooks.get(path) != entry:
            return False
        if not self._law.is_usable(path):
            return True  # a notebook of a template, say, whose settings hold Jinja
        return self._before.inputs(path) == self._after.inputs(path)

    def _contents(self, ids: Iterable[str]) -> dict[str, bytes | None]:
        return dict(self._repository.blobs(ids))

    def _versions(self, path: str) -> list[tuple[str, Entry]]:
        """Return the versions of a notebook that the base has, and had where HEAD began from it."""
        if self._is_same:
            return []
        found: dict[str, tuple[str, Entry]] = {}
        for snapshot, renames in self._renames:
            old = path if path in snapshot.notebooks else renames.get(path)
            entry = snapshot.notebooks.get(old) if old else None
            if old and entry and entry.mode != LINK:
                found.setdefault(entry.id, (old, entry))
        return list(found.values())

    def _judged(
        self,
        path: str,
        entry: Entry,
        old: Sequence[tuple[str, Entry]],
        contents: dict[str, bytes | None],
    ) -> Iterator[Result]:
        # What a link leads to is checked at its own path, if it is in the repository.
        only = self._is_same or entry.mode == LINK
        seen = self._after.check(path, contents[entry.id], credentials_only=only)
        if seen is None:
            return
        # All are checked against what the base has now.
        before = [
            version
            for name, one in old
            if (version := self._before.check(name, contents[one.id], credentials_only=False))
        ]
        new = self._accepted.new(path, (path, *(name for name, _ in old)), seen, before)
        if any(one.id == entry.id for _, one in old):
            # Such a file has no baseline entry, but the base has the same bytes.
            new = [finding for finding in new if not rule_of(finding.code).always_on]
        if any(finding.detector for finding in new):
            new = [finding for finding in new if finding.fingerprint not in self._moved]
        self._known |= seen.values
        self._notes += review.suppressions(path, seen, before)
        yield Result(
            path,
            _shown(path, seen, map(_refused, new)),
            recorded=len(seen.findings) - len(new),
            suppressed=len(seen.suppressed),
            hidden=_shown(path, seen, seen.suppressed) if self._with_hidden else (),
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
            if version.entry.id not in here
        ]
        for chunk in _chunks(versions):
            contents = self._contents(version.entry.id for version in chunk)
            for version in chunk:
                yield from self._brought(version, contents[version.entry.id])

    def _brought(self, version: Version, content: bytes | None) -> Iterator[Result]:
        path, commit = version.entry.path, version.commit[:_SHORT]
        seen = self._after.check(path, content, credentials_only=True)
        if seen is None:
            return
        if isinstance(seen.document, Unreadable):
            self._notes.append(review.unreadable(path, commit))
        new = [
            self._accepted.explained(path, finding, commit)
            for finding in seen.findings
            if self._is_news(path, finding)
        ]
        self._notes += (
            review.suppressed(path, finding, commit)
            for finding in seen.suppressed
            if self._is_news(path, finding)
        )
        if new:
            yield Result(path, _shown(path, seen, new), notebooks=0)

    def _is_news(self, path: str, finding: Finding) -> bool:
        """Tell whether neither HEAD nor the base has a credential, or accepts it at its path."""
        value = finding.fingerprint or ""
        told = path, value, finding.suppression is None
        if value in self._known or told in self._told:
            return False
        self._told.add(told)
        return not self._accepted.has(path, finding) and value not in self._old

    @cached_property
    def _old(self) -> frozenset[str]:
        """The credentials of all notebooks that the base has, and had where HEAD began from it."""
        return self._values_of(
            entry for one in (self._base, self._fork) for entry in one.notebooks.values()
        )

    @cached_property
    def _moved(self) -> frozenset[str]:
        """The credentials of those notebooks that HEAD no longer has, at least at their paths."""
        if self._is_same:
            return frozenset()
        return self._values_of(
            entry
            for one in (self._base, self._fork)
            for path, entry in one.notebooks.items()
            if path not in self.notebooks
        )

    def _values_of(self, entries: Iterable[Entry]) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for chunk in _chunks(list({entry.id: entry for entry in entries}.values())):
            contents = self._contents(entry.id for entry in chunk)
            for entry in chunk:
                if not self._law.is_usable(entry.path):
                    continue
                seen = self._before.check(entry.path, contents[entry.id], credentials_only=True)
                found |= seen.values if seen else frozenset()
        return found

    def _all_notes(self) -> Iterator[Note]:
        yield from self._law.notes()
        yield from self._notes
        yield from review.notes(self._fork, self._head, self._law.baselines)
        yield from review.declarations(self._before, self._after)


def _shown(path: str, seen: Seen, findings: Iterable[Finding]) -> tuple[Reported, ...]:
    """Return findings for reports, without what credentials are recognised by in this run only."""
    shown = (replace(one, fingerprint=None) if one.detector else one for one in findings)
    return tuple(reported(path, shown, seen.document, seen.redaction))


def _refused(finding: Finding) -> Finding:
    """Return a finding that fails the gate where it only warns otherwise."""
    return replace(finding, severity="error") if finding.code == UNEXPLAINED else finding


def _masked(note: Note) -> Note:
    """Return a note that shows no credential, which a path or a name can hold."""
    return replace(note, path=mask_path(note.path), message=mask(note.message))


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))


def _without(folder: Path, sentence: str) -> str:
    """Return a sentence in which files have their paths in the repository."""
    for snapshot in folder.iterdir():
        sentence = sentence.replace(f"{snapshot}{os.sep}", "").replace(str(snapshot), ".")
    return sentence
