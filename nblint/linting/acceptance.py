"""Which findings of a range of commits are old, and which credentials its base accepts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from msgspec.structs import replace

from nblint.findings import Finding
from nblint.git.repository import Repository
from nblint.git.snapshot import Snapshot
from nblint.linting.baseline import DEFAULT_NAME, Baseline, Entry, Occurrence
from nblint.linting.recognition import Ephemeral
from nblint.linting.reporting import occurrences
from nblint.linting.sides import Law, Seen

# Of the entries that refusals print: each costs a fingerprint, which is slow on purpose.
_MOST_ENTRIES = 20
# How many credentials are compared with entries in vain: each costs a fingerprint, too.
_MOST_MISSES = 100


class Accepted:
    """What the base has already, in its notebooks or on record.

    Args:
        repository: The repository.
        law: The settings, which name baselines.
        sides: The base's files now, and when HEAD began from it.
        values: Recognises credentials.
        base: What people call the base.
    """

    def __init__(
        self,
        repository: Repository,
        law: Law,
        sides: Sequence[Snapshot],
        values: Ephemeral,
        base: str,
    ) -> None:
        self._repository = repository
        self._law = law
        self._sides = tuple({side.commit: side for side in sides}.values())
        self._values = values
        self._name = base
        self._loaded: dict[tuple[str, str], Baseline | None] = {}
        self._entries: dict[tuple[str, str], defaultdict[str, list[Entry]]] = {}
        self._new: dict[str, Baseline] = {}
        self._printed = self._misses = 0

    def new(
        self, path: str, paths: Iterable[str], seen: Seen, before: Sequence[Seen]
    ) -> list[Finding]:
        """Return the findings of a notebook that the base has not.

        Findings that are alike are old as often as one version, or one baseline, has them; a
        credential is old wherever it stands in the notebook.

        Args:
            path: The notebook's path.
            paths: Its paths in HEAD and the base.
            seen: What was found in it.
            before: What was found in the versions that the base has and had.
        """
        folder = self._sides[0].folder
        where, nothing = str(folder / path), Baseline(folder / DEFAULT_NAME, None)
        sources = [
            [
                entry
                for one in occurrences(where, version.document, version.findings)
                if (entry := nothing.entry(one))
            ]
            for version in before
        ]
        sources += [
            [replace(entry, path=path) for entry in entries if not entry.is_credential]
            for _, entries in self._with_entries(paths)
        ]
        old = nothing.with_entries(_most(sources))
        match = old.match(where, [*occurrences(where, seen.document, seen.findings)], ())
        new = [f for f, entry in zip(seen.findings, match.entries, strict=True) if entry is None]
        return [
            finding
            for finding in new
            if finding.detector is None or not self._is_recorded(paths, finding)
        ]

    def has(self, path: str, finding: Finding) -> bool:
        """Tell whether the base accepts a credential at a path, and says why."""
        return self._is_recorded([path], finding, with_reason=True)

    def explained(self, path: str, finding: Finding, commit: str) -> Finding:
        """Return a credential that HEAD no longer has, with its commit and the ways out."""
        ways = (
            "revoke it: whoever can read the branch can read it; then rewrite the branch without "
            "that commit"
        )
        if entry := self._entry(path, finding):
            ways += f". If it is revoked or no credential, record it on {self._name}: {entry}"
        message = f"{finding.message}, in commit {commit} of this branch"
        return replace(finding, message=message, help=ways)

    def _entry(self, path: str, finding: Finding) -> str | None:
        """Return what accepts a credential, ready to be committed to the base."""
        if self._printed >= _MOST_ENTRIES or finding.fingerprint is None:
            return None
        self._printed += 1
        name = self._law.baseline(path)
        there = self._baseline(self._sides[0], name) if name else None
        has_salt = there is not None and there.salt is not None
        baseline = there if there and has_salt else self._begun(name or DEFAULT_NAME)
        fingerprint = self._values.salted(finding.fingerprint, baseline.salt or "")
        recorded = replace(finding, fingerprint=fingerprint)
        entry = baseline.entry(Occurrence(str(self._sides[0].folder / path), recorded))
        if entry is None:
            return None
        if has_salt:
            return f"in {name}, with a reason: {entry.text}"
        setting = "" if name else f' and baseline = "{DEFAULT_NAME}" in the settings'
        entries = (*(there.entries if there else ()), entry)
        whole = " ".join(baseline.with_entries(entries).text.split())
        return f"a new {name or DEFAULT_NAME}{setting}, with a reason: {whole}"

    def _begun(self, name: str) -> Baseline:
        """Return a new baseline; the same each time, so that all entries have one salt."""
        if name not in self._new:
            self._new[name] = Baseline.new(self._sides[0].folder / name)
        return self._new[name]

    def _is_recorded(
        self, paths: Iterable[str], finding: Finding, *, with_reason: bool = False
    ) -> bool:
        for baseline, entries in self._with_entries(paths):
            candidates = {
                entry.fingerprint
                for entry in entries
                if entry.code == finding.code and (entry.reason.strip() or not with_reason)
            }
            # Only where an entry can match: fingerprints of passwords are slow on purpose.
            if candidates and baseline.salt and finding.fingerprint:
                if self._misses >= _MOST_MISSES:
                    return False
                known = self._values.salted(finding.fingerprint, baseline.salt)
                if known in candidates:
                    return True
                self._misses += 1
        return False

    def _with_entries(self, paths: Iterable[str]) -> Iterator[tuple[Baseline, list[Entry]]]:
        wanted = frozenset(paths)
        for name in {self._law.baseline(path) for path in wanted} - {None}:
            assert name is not None
            for side in self._sides:
                if baseline := self._baseline(side, name):
                    by_path = self._entries[side.commit, name]
                    yield baseline, [entry for path in wanted for entry in by_path.get(path, ())]

    def _baseline(self, side: Snapshot, name: str) -> Baseline | None:
        key = side.commit, name
        if key not in self._loaded:
            content = self._repository.show(side.commit, name) if name in side.others else None
            file = side.folder / name
            baseline = None if content is None else Baseline.parse(content, file)
            by_path = self._entries[key] = defaultdict(list)
            for entry in baseline.entries if baseline else ():
                by_path[str(PurePosixPath(name).parent / entry.path)].append(entry)
            self._loaded[key] = baseline
        return self._loaded[key]


def _most(sources: Iterable[list[Entry]]) -> tuple[Entry, ...]:
    """Return of each finding as many entries as the source has that has most."""
    most: dict[tuple[str, str], list[Entry]] = {}
    for source in sources:
        alike = defaultdict(list)
        for entry in source:
            alike[entry.code, entry.fingerprint].append(entry)
        for key, entries in alike.items():
            most[key] = max(most.get(key, []), entries, key=len)
    return tuple(entry for entries in most.values() for entry in entries)
