"""The baseline: known findings, recorded so that only new ones are reported.

A JSON file with one entry per line, sorted, without line numbers, counts or times: moving a cell or
editing elsewhere does not change it. It holds no credentials, only salted fingerprints.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nblint.credentials.masking.redaction import mask
from nblint.document.write import write_atomically
from nblint.errors import SettingsError
from nblint.files import read_bounded
from nblint.findings import Finding, covers
from nblint.linting.registry import CREDENTIALS, rule_of
from nblint.paths import relative_to
from nblint.patterns import lazy_pattern
from nblint.toml import convert_toml

DEFAULT_NAME = ".nblint-baseline.json"
# Overrides the salt in the file, for teams that keep it elsewhere.
SALT_VARIABLE = "NBLINT_BASELINE_SALT"

# Version 1 recognised findings by their messages, which get reworded.
_VERSION = 2
# Ids as nbformat defines them; others are not recorded.
_CELL_ID = lazy_pattern(r"[A-Za-z0-9_-]{1,64}")

_Text = Annotated[str, msgspec.Meta(max_length=4096)]
_Surface = Literal["source", "output", "metadata", "attachment", "file"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recorded finding.

    Attributes:
        path: The notebook, relative to the baseline's folder, with `/` as separator.
        cell_id: The id of its cell, as a hint if several findings are alike; None before nbformat
            4.5, which has no ids.
        surface: The part of the notebook it was in.
        code: The rule's code.
        fingerprint: What it is recognised by.
        reason: Why it may stay, as somebody wrote it.
    """

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    cell_id: _Text | None
    surface: _Surface
    code: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{2,10}[0-9]{3}\Z")]
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    reason: _Text = ""

    @property
    def is_credential(self) -> bool:
        """Whether it is recognised by a credential's value."""
        return covers(CREDENTIALS, self.code)

    @property
    def order(self) -> tuple[str, ...]:
        """The key that entries are sorted by."""
        fields = (self.path, self.cell_id, self.surface, self.code, self.fingerprint, self.reason)
        return tuple(field or "" for field in fields)

    @property
    def text(self) -> str:
        """The entry as a line of the file."""
        return json.dumps(msgspec.to_builtins(self), ensure_ascii=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it has in common with the finding that it records."""
        return self.path, self.code, self.fingerprint


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[2]
    salt: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)] | None
    entries: tuple[Entry, ...]


class Occurrence(NamedTuple):
    """A finding, with what else its entry records.

    Attributes:
        path: The notebook, relative to the current directory or absolute; for a finding about all
            notebooks together, the file that it is about.
        finding: The finding.
        cell_id: The id of its cell.
    """

    path: str
    finding: Finding
    cell_id: str | None = None


class Match(NamedTuple):
    """The entries of findings.

    Attributes:
        entries: For each finding, its entry; None for a new one.
        stale: Entries whose findings are gone.
    """

    entries: tuple[Entry | None, ...]
    stale: tuple[Entry, ...]


class Baseline(Struct, frozen=True, dict=True):
    """The recorded findings.

    Attributes:
        file: The file, absolute; the entries' paths are relative to its folder.
        stored_salt: The salt in the file; None if it is kept elsewhere.
        entries: The entries, sorted.
        raw: The bytes of the file; None if it is not written yet.
    """

    file: Path
    stored_salt: str | None
    entries: tuple[Entry, ...] = ()
    raw: bytes | None = None

    @classmethod
    def new(cls, file: Path) -> "Baseline":
        """Return an empty baseline, for a file that is not written yet.

        It gets a random salt, unless the environment holds one, which is not copied into the file.
        """
        from nblint.credentials.fingerprint import new_salt

        salt = None if os.environ.get(SALT_VARIABLE) else new_salt()
        return cls(Path(os.path.abspath(file)), salt)

    @classmethod
    def load(cls, file: Path) -> "Baseline":
        """Read a baseline.

        Args:
            file: The file.

        Returns:
            The baseline.

        Raises:
            SettingsError: The file is missing or not a baseline, or its salt is kept elsewhere and
                is not in the environment.
        """
        return cls.parse(_read(file), file)

    @classmethod
    def parse(cls, raw: bytes, file: Path) -> "Baseline":
        """Read a baseline from the bytes of its file.

        Args:
            raw: The bytes.
            file: The file that they are from.

        Returns:
            The baseline.

        Raises:
            SettingsError: As for `load`.
        """
        decoded = _decoded(raw, file)
        _refuse_other_version(decoded, file)
        content = convert_toml(decoded, _File, f"{file}: ")
        for entry in content.entries:
            if not _is_inside(entry.path):
                raise SettingsError(f"{file}: an entry's path is outside the baseline's folder")
        baseline = cls(Path(os.path.abspath(file)), content.salt, _sorted(content.entries), raw)
        if baseline.salt is None and any(entry.is_credential for entry in baseline.entries):
            raise SettingsError(f"{file}: its salt is kept in {SALT_VARIABLE}, which is not set")
        return baseline

    @property
    def salt(self) -> str | None:
        """The salt of the credentials' fingerprints: the environment's, else the file's."""
        return os.environ.get(SALT_VARIABLE) or self.stored_salt

    @property
    def root(self) -> Path:
        """The folder that the entries' paths are relative to."""
        return self.file.parent

    @cached_property
    def _by_path(self) -> Mapping[str, Sequence[Entry]]:
        found = defaultdict(list)
        for entry in self.entries:
            found[entry.path].append(entry)
        return found

    def match(self, path: str | None, found: Sequence[Occurrence], ran: Collection[str]) -> Match:
        """Match findings with the entries that record them.

        A credential's entry records it wherever it occurs in the notebook: it is the same leak.
        Other findings that are alike are recorded up to the number of their entries, first those in
        the same cells, then the rest in the notebook's order.

        Args:
            path: The notebook that they are from; None for all notebooks together.
            found: The findings, in order.
            ran: The codes of the rules that ran; entries of other rules are never stale.

        Returns:
            The match.
        """
        own = self.entries if path is None else self._by_path.get(self._relative(path), ())
        if not own:
            return Match((None,) * len(found), ())
        keys = [(self._relative(o.path), o.finding.code, o.finding.fingerprint) for o in found]
        cells = [_hint(occurrence.cell_id) for occurrence in found]
        unmatched = _Unmatched(own)
        in_same_cell = unmatched.match(
            list(zip(keys, cells, strict=True)), lambda entry: (entry.key, entry.cell_id)
        )
        elsewhere = unmatched.match(
            [None if entry else key for entry, key in zip(in_same_cell, keys, strict=True)],
            lambda entry: entry.key,
        )
        return Match(
            tuple(one or other for one, other in zip(in_same_cell, elsewhere, strict=True)),
            tuple(entry for entry in unmatched.entries() if entry.code in ran),
        )

    def _relative(self, path: str) -> str:
        return relative_to(Path(path), self.root)

    def entry(self, occurrence: Occurrence) -> Entry | None:
        """Return a new entry for a finding; None if it cannot be recorded.

        Findings outside the baseline's folder cannot, nor can those of rules that are always on:
        nothing is checked in a file that cannot be read, so its entry would let anything pass.
        """
        path, (_, finding, cell_id) = self._relative(occurrence.path), occurrence
        if rule_of(finding.code).always_on or not finding.fingerprint or not _is_inside(path):
            return None
        surface = cast("_Surface", finding.place.surface)
        return Entry(path, _hint(cell_id), surface, finding.code, finding.fingerprint)

    def with_entries(self, entries: Iterable[Entry]) -> "Baseline":
        """Return the baseline with other entries: one per credential and notebook."""
        kept: list[Entry] = []
        credentials: set[tuple[str, str, str]] = set()
        # Entries with a reason come first, so that no reason is lost.
        for entry in sorted(entries, key=lambda entry: not entry.reason):
            if entry.is_credential:
                if entry.key in credentials:
                    continue
                credentials.add(entry.key)
            kept.append(entry)
        return replace(self, entries=_sorted(kept))

    def moved(self, old: Path, new: Path) -> "Baseline":
        """Return the baseline with the new path of a notebook that was moved.

        Raises:
            SettingsError: The new path is outside the baseline's folder.
        """
        before, after = self._relative(str(old)), self._relative(str(new))
        if not _is_inside(after):
            raise SettingsError(f"{new}: outside the folder of {self.file.name}")
        return self.with_entries(
            msgspec.structs.replace(entry, path=after) if entry.path == before else entry
            for entry in self.entries
        )

    @property
    def credentials(self) -> frozenset[tuple[str, str]]:
        """The notebooks, as absolute paths, and codes for which credentials are recorded."""
        return frozenset(
            (os.path.abspath(self.root / entry.path), entry.code)
            for entry in self.entries
            if entry.is_credential
        )

    @property
    def text(self) -> str:
        """The text of the file."""
        entries = ",\n".join(f"  {entry.text}" for entry in self.entries)
        body = f"[\n{entries}\n ]" if entries else "[]"
        salt = json.dumps(self.stored_salt)
        return f'{{\n "version": {_VERSION},\n "salt": {salt},\n "entries": {body}\n}}\n'

    def write(self) -> "Baseline":
        """Write the file atomically.

        Returns:
            The baseline as it is now in the file.

        Raises:
            OSError: It cannot be written, or has been changed since it was read.
        """
        raw = self.text.encode()
        write_atomically(self.file, raw, instead_of=self.raw, new=self.raw is None)
        return replace(self, raw=raw)


class _Unmatched:
    """Entries that findings are still to be matched with.

    Each records one finding, but a credential's entry records any number.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._matched: set[int] = set()

    def entries(self) -> Iterable[Entry]:
        """Return the entries that no finding was matched with."""
        return (one for index, one in enumerate(self._entries) if index not in self._matched)

    def match(
        self, keys: Iterable[Hashable], key_of: Callable[[Entry], Hashable]
    ) -> list[Entry | None]:
        """Return the entry for each finding's key; `key_of` gives an entry's key."""
        free: defaultdict[Hashable, list[int]] = defaultdict(list)
        for index, entry in enumerate(self._entries):
            if entry.is_credential or index not in self._matched:
                free[key_of(entry)].append(index)
        return [self._take(free.get(key)) for key in keys]

    def _take(self, candidates: list[int] | None) -> Entry | None:
        if not candidates:
            return None
        is_credential = self._entries[candidates[0]].is_credential
        index = candidates[0] if is_credential else candidates.pop()
        self._matched.add(index)
        return self._entries[index]


def _read(file: Path) -> bytes:
    if not os.path.lexists(file):
        raise SettingsError(f"{file}: no such baseline; create it with 'nblint baseline create'")
    return read_bounded(file)


def _refuse_other_version(decoded: object, file: Path) -> None:
    """Refuse a baseline that another version of nblint wrote.

    Raises:
        SettingsError: Another version wrote it; the text says what to do.
    """
    version = decoded.get("version") if isinstance(decoded, dict) else None
    if not isinstance(version, int) or version == _VERSION:
        return
    if version > _VERSION:
        raise SettingsError(f"{file}: written by a newer nblint (format {version}); upgrade nblint")
    raise SettingsError(
        f"{file}: format {version} is no longer supported; delete the file and run "
        "'nblint baseline create' to record the findings anew"
    )


def _decoded(data: bytes, file: Path) -> object:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{file}: not JSON: {error}") from None


def _is_inside(path: str) -> bool:
    """Tell whether a relative path stays in the folder that it is relative to."""
    parts = path.replace("\\", "/").split("/")
    return bool(parts[0]) and ":" not in parts[0] and ".." not in parts and "\0" not in path


def _hint(cell_id: str | None) -> str | None:
    """Return a cell's id as an entry records it; None if it is odd or looks like a credential."""
    if cell_id is None or not _CELL_ID.fullmatch(cell_id) or mask(cell_id) != cell_id:
        return None
    return cell_id


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.order))
