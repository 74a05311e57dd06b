"""Remembers what was found in notebooks, so that unchanged ones are not checked again.

A file of the cache is for one digest of everything besides the notebooks that decides what is
found: the program, settings, catalogue, … So entries never go stale. It holds, by the digest of a
notebook's name and bytes, what was found in it, as reports print it: masked. Before that stands a
hash of it all under the digest that the file is for, so that a damaged or foreign file is none.

Concurrent runs need no lock: files are replaced whole, and what another run has overwritten is
checked again.
"""

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path

import msgspec

from nblint._version import __version__
from nblint.files import is_file
from nblint.findings import OWN, covers
from nblint.linting.results import Details
from nblint.paths import PACKAGE
from nblint.project.project import Project
from nblint.rules.index import Entry

FOLDER_VARIABLE = "NBLINT_CACHE_DIR"

# Bytes. A notebook with more findings than anybody reads is checked again.
_LARGEST_ENTRY = 200_000
_LARGEST_FILE = 16_000_000
_LARGEST_FOLDER = 64_000_000
_HASH = 32
_ENTRIES = msgspec.msgpack.Decoder(dict[bytes, bytes])


class Cache:
    """What was found in notebooks that are checked against the same.

    Args:
        folder: The folder of the cache; None to keep nothing.
        key: The digest of everything that they are checked against.
    """

    def __init__(self, folder: Path | None, key: bytes) -> None:
        self._key = key
        self._file = folder / hashlib.sha256(key).hexdigest()[:32] if folder else None
        self._met: dict[bytes, bytes] = {}

    @cached_property
    def _known(self) -> dict[bytes, bytes]:
        return self._kept()

    def find(self, path: Path, name: str) -> bytes | None:
        """Return what was kept of a file; None if it has changed since, or is unknown.

        Args:
            path: The file.
            name: Its name in reports.
        """
        if not self._known:
            return None
        try:
            digest = digest_of(self._key, name, path.read_bytes())
        except (OSError, MemoryError):
            return None  # the examiner reports it
        found = self._known.get(digest)
        if found is not None:
            self._met[digest] = found
        return found

    def keep(self, digest: bytes, data: bytes) -> None:
        """Keep what was found in a notebook."""
        if len(data) <= _LARGEST_ENTRY:
            self._met[digest] = data

    def save(self) -> None:
        """Write what was added.

        Raises:
            OSError: It cannot be written.
        """
        if self._file is None or self._met.items() <= self._known.items():
            return
        # Read again what another run may have written meanwhile. The newest stand last.
        others = {digest: data for digest, data in self._kept().items() if digest not in self._met}
        entries = _newest({**others, **self._met})
        data = msgspec.msgpack.encode(entries)
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(self._file, self._hash(data) + data)
        _drop_oldest(self._file.parent)

    def _kept(self) -> dict[bytes, bytes]:
        """Return the entries in the file now; none if it cannot be read."""
        if self._file is None or not is_file(self._file):
            return {}
        try:
            with self._file.open("rb") as file:
                if not _is_ours(os.fstat(file.fileno())):
                    return {}
                data = file.read(2 * _LARGEST_FILE)
        except OSError:
            return {}
        if data[:_HASH] != self._hash(data[_HASH:]):
            return {}
        try:
            return _ENTRIES.decode(data[_HASH:])
        except msgspec.MsgspecError:
            return {}

    def _hash(self, data: bytes) -> bytes:
        return hashlib.blake2b(data, digest_size=_HASH, key=self._key).digest()


def _replace(path: Path, data: bytes) -> None:
    """Replace a file that nobody else reads, without waiting for the disk.

    What does not reach the disk before a power cut is not this data: its hash says so.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        # Not through a link that somebody else has put there.
        aside.touch(mode=0o600, exist_ok=False)
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _is_ours(status: os.stat_result) -> bool:
    """Tell whether nobody else can have written a file; Windows asks the folder about that."""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _newest(entries: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the last entries, as many as a file may hold."""
    size = 0
    kept: list[tuple[bytes, bytes]] = []
    for digest, data in reversed(entries.items()):
        size += len(digest) + len(data)
        if size > _LARGEST_FILE:
            break
        kept.append((digest, data))
    return dict(reversed(kept))


def _drop_oldest(folder: Path) -> None:
    """Remove the files that were written longest ago, if all together are too large."""
    size = 0
    with suppress(OSError), os.scandir(folder) as found:
        files = [(one.stat(follow_symlinks=False), one.path) for one in found if one.is_file()]
        for status, path in sorted(files, key=lambda one: one[0].st_mtime_ns, reverse=True):
            size += status.st_size
            if size > _LARGEST_FOLDER:
                os.unlink(path)  # noqa: PTH108 - as the names came


def cache_folder() -> Path | None:
    """Return the folder of the cache: the user's, or where the variable says.

    Never in the repository by default: whoever can write its files can hide findings.
    """
    if own := os.environ.get(FOLDER_VARIABLE):
        return Path(os.path.abspath(own), "findings")
    from platformdirs import user_cache_path

    folder = user_cache_path("nblint", appauthor=False)
    # Without a home directory it would be below the current one, which may be anybody's.
    return folder / "findings" if folder.is_absolute() else None


def key_of(
    project: Project, details: Details, rules: Iterable[Entry], *, with_hidden: bool
) -> bytes | None:
    """Return a digest of everything besides the notebook that decides what is found in it.

    Args:
        project: What the notebooks are checked against.
        details: What the report says of their surroundings.
        rules: The rules that run.
        with_hidden: Whether suppressed findings are kept apart.

    Returns:
        The digest; None if nothing can be remembered: plugins that the command line trusts decide
        as well.
    """
    if project.trust_plugins:
        return None
    validator = os.environ.get("NBFORMAT_VALIDATOR")  # the library that nbformat uses
    found_against = (
        *(_installed(), sorted(_plugins(rules)), validator, os.fsencode(Path.cwd()), with_hidden),
        *(_canonical(project), _canonical(details)),
    )
    return hashlib.sha256(ascii(found_against).encode()).digest()


def digest_of(key: bytes, name: str, data: bytes) -> bytes:
    """Return the digest of a notebook.

    Args:
        key: The digest of everything that it is checked against.
        name: Its name in reports, which rules and globs look at.
        data: Its bytes.
    """
    digest = hashlib.sha256(key)
    digest.update(f"{name}\0".encode())
    digest.update(data)
    return digest.digest()


def _canonical(struct: msgspec.Struct) -> object:
    """Return a struct as builtins that are the same for equal ones: sets have no order."""
    return msgspec.to_builtins(struct, order="deterministic", enc_hook=repr)


def _plugins(rules: Iterable[Entry]) -> set[tuple[str, str]]:
    """Return what identifies the plugins whose rules run: their versions and their code."""
    others = [rule.code for rule in rules if not covers(OWN, rule.code)]
    if not others:
        return set()
    from nblint.linting.plugins import code_digest, plugin_of

    found = map(plugin_of, others)
    return {(plugin.title, code_digest(plugin)) for plugin in found if plugin}


@lru_cache(maxsize=1)
def _installed() -> object:
    """Return what identifies the program: its version and code, Python, and the libraries.

    The code counts because it changes between versions while nblint is developed. Libraries are
    identified by their metadata folders, whose names hold their versions.
    """
    code = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        code.update(f"{path.relative_to(PACKAGE)}\0".encode())
        code.update(path.read_bytes())
    libraries = sorted(chain.from_iterable(map(_libraries, dict.fromkeys(sys.path))))
    return __version__, code.hexdigest(), sys.version, libraries


def _libraries(folder: str) -> list[str]:
    try:
        names = [path.name for path in Path(folder).iterdir()]
    except OSError:  # missing, or an archive
        return []
    return [name for name in names if name.endswith((".dist-info", ".egg-info"))]
