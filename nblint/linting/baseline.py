"""The baseline: findings that were there before, recorded so that only new ones are refused.

A JSON file, one line an entry, sorted, without line numbers, counts or times: moving a cell or
editing elsewhere changes nothing in it. It holds no credential, only salted fingerprints.
"""

import json
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from nblint.linting.registry import CREDENTIALS, rules
from nblint.paths import relative_to
from nblint.patterns import lazy_pattern
from nblint.toml import convert_toml

DEFAULT_NAME = ".nblint-baseline.json"
# Takes the place of the salt that stands in the file, for who wants to keep it elsewhere.
SALT_VARIABLE = "NBLINT_BASELINE_SALT"

# 1 recognised findings by their messages, which change as they are reworded.
_VERSION = 2
# Ids as nbformat defines them; any other is left out.
_CELL_ID = lazy_pattern(r"[A-Za-z0-9_-]{1,64}")

_Text = Annotated[str, msgspec.Meta(max_length=4096)]
_Surface = Literal["source", "output", "metadata", "attachment", "file"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that is recorded.

    Attributes:
        path: The notebook, relative to the baseline's folder, with `/` between its parts.
        cell_id: The cell it was in, as a hint where several findings are alike; None before
            nbformat 4.5, which has no ids.
        surface: What of the notebook it was in.
        code: The rule's code.
        fingerprint: What it is recognised by.
        reason: Why it may stay, in a person's words.
    """

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    cell_id: _Text | None
    surface: _Surface
    code: Annotated[str, msgspec.Meta(pattern=r"\ANBL[0-9]{3}\Z")]
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    reason: _Text = ""

    @property
    def is_credential(self) -> bool:
        """Whether it is recognised by a credential's value."""
        return covers(CREDENTIALS, self.code)

    @property
    def order(self) -> tuple[str, ...]:
        """What entries are sorted by."""
        fields = (self.path, self.cell_id, self.surface, self.code, self.fingerprint, self.reason)
        return tuple(field or "" for field in fields)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[2]
    salt: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)] | None
    entries: tuple[Entry, ...]


class Occurrence(NamedTuple):
    """A finding, with what a record of it says beside it.

    Attributes:
        path: The notebook, relative to the current directory or absolute; of a finding about all
            notebooks together, the file that it is about.
        finding: The finding.
        cell_id: The id of its cell.
    """

    path: str
    finding: Finding
    cell_id: str | None = None


class Match(NamedTuple):
    """What of some findings is recorded.

    Attributes:
        entries: For each finding, its entry; None for a new one.
        stale: Entries that no finding has.
    """

    entries: tuple[Entry | None, ...]
    stale: tuple[Entry, ...]


class Baseline(Struct, frozen=True, dict=True):
    """The findings that are recorded.

    Attributes:
        file: The file, absolute; its folder is what the entries' paths are relative to.
        stored_salt: The salt that stands in the file; None where it is kept elsewhere.
        entries: The entries, sorted.
        raw: The bytes of the file; None where it is still to be written.
    """

    file: Path
    stored_salt: str | None
    entries: tuple[Entry, ...] = ()
    raw: bytes | None = None

    @classmethod
    def new(cls, file: Path) -> "Baseline":
        """Return a baseline without entries, for a file that is still to be written.

        It gets a random salt, unless the environment holds one: that one then stays there.
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
                the environment does not hold it.
        """
        raw = _read(file)
        decoded = _decoded(raw, file)
        _refuse_other_version(decoded, file)
        content = convert_toml(decoded, _File, f"{file}: ")
        for entry in content.entries:
            if not _is_inside(entry.path):
                raise SettingsError(f"{file}: an entry's path leads out of the baseline's folder")
        baseline = cls(Path(os.path.abspath(file)), content.salt, _sorted(content.entries), raw)
        if baseline.salt is None and any(entry.is_credential for entry in baseline.entries):
            raise SettingsError(f"{file}: its salt is kept in {SALT_VARIABLE}, which is not set")
        return baseline

    @property
    def salt(self) -> str | None:
        """The salt that credentials are recognised with: the environment's, else the file's."""
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
        """Say which findings are recorded.

        A credential is recognised by its fingerprint, as often as it stands in the notebook: it is
        the same leak. Of other findings that are alike, as many are recorded as have entries; those
        in the entries' cells come first, then the others in the notebook's order.

        Args:
            path: The notebook that they are from; None: from all notebooks together.
            found: The findings, in order.
            ran: The codes of the rules that ran: entries of others are not stale.

        Returns:
            The match.
        """
        own = self.entries if path is None else self._by_path.get(self._relative(path), ())
        if not own:
            return Match((None,) * len(found), ())
        keys = [(self._relative(o.path), o.finding.code, o.finding.fingerprint) for o in found]
        matched: list[int | None] = [None] * len(found)
        used: set[int] = set()
        for hinted in (True, False):
            left: dict[tuple[object, ...], list[int]] = defaultdict(list)
            for index, entry in enumerate(own):
                if entry.is_credential or index not in used:
                    hint = entry.cell_id if hinted else None
                    left[entry.path, entry.code, entry.fingerprint, hint].append(index)
            for number, key in enumerate(keys):
                hint = _hint(found[number].cell_id) if hinted else None
                candidates = left.get((*key, hint))
                if matched[number] is None and candidates:
                    index = candidates[0] if own[candidates[0]].is_credential else candidates.pop()
                    matched[number] = index
                    used.add(index)
        entries = tuple(own[index] if index is not None else None for index in matched)
        unused = (entry for index, entry in enumerate(own) if index not in used)
        return Match(entries, tuple(entry for entry in unused if entry.code in ran))

    def _relative(self, path: str) -> str:
        return relative_to(Path(path), self.root)

    def entry(self, occurrence: Occurrence) -> Entry | None:
        """Return a new entry for a finding; None if it cannot be recorded.

        Findings outside the baseline's folder cannot. Nor can those of rules that are always on:
        nothing is checked in a file that cannot be read, so a record would let anything pass.
        """
        path, (_, finding, cell_id) = self._relative(occurrence.path), occurrence
        if rules()[finding.code].always_on or not finding.fingerprint or not _is_inside(path):
            return None
        surface = cast("_Surface", finding.place.surface)
        return Entry(path, _hint(cell_id), surface, finding.code, finding.fingerprint)

    def with_entries(self, entries: Iterable[Entry]) -> "Baseline":
        """Return the baseline with other entries; of each credential one is kept a notebook."""
        kept: list[Entry] = []
        credentials: set[tuple[str, str, str]] = set()
        # Those with a reason come first, so that no reason is lost.
        for entry in sorted(entries, key=lambda entry: not entry.reason):
            if entry.is_credential:
                key = (entry.path, entry.code, entry.fingerprint)
                if key in credentials:
                    continue
                credentials.add(key)
            kept.append(entry)
        return replace(self, entries=_sorted(kept))

    def moved(self, old: Path, new: Path) -> "Baseline":
        """Return the baseline after a notebook has got a new path.

        Raises:
            SettingsError: The new path lies outside the baseline's folder.
        """
        before, after = self._relative(str(old)), self._relative(str(new))
        if not _is_inside(after):
            raise SettingsError(f"{new}: outside the folder of {self.file.name}")
        return self.with_entries(
            msgspec.structs.replace(entry, path=after) if entry.path == before else entry
            for entry in self.entries
        )

    def write(self) -> "Baseline":
        """Write the file, whole or not at all.

        Returns:
            The baseline as it now stands in the file.

        Raises:
            OSError: It cannot be written, or somebody else has written it meanwhile.
        """
        lines = (
            "  " + json.dumps(msgspec.to_builtins(entry), ensure_ascii=False)
            for entry in self.entries
        )
        entries = ",\n".join(lines)
        body = f"[\n{entries}\n ]" if entries else "[]"
        salt = json.dumps(self.stored_salt)
        text = f'{{\n "version": {_VERSION},\n "salt": {salt},\n "entries": {body}\n}}\n'
        raw = text.encode()
        write_atomically(self.file, raw, instead_of=self.raw, new=self.raw is None)
        return replace(self, raw=raw)


def _read(file: Path) -> bytes:
    if not os.path.lexists(file):
        raise SettingsError(f"{file}: no such baseline; create it with 'nblint baseline create'")
    return read_bounded(file)


def _refuse_other_version(decoded: object, file: Path) -> None:
    """Refuse a baseline that another version of nblint wrote.

    Raises:
        SettingsError: It is one; the text says what to do.
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
    """Return a cell's id as an entry holds it: none that is odd or looks like a credential."""
    if cell_id is None or not _CELL_ID.fullmatch(cell_id) or mask(cell_id) != cell_id:
        return None
    return cell_id


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.order))
