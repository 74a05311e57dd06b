"""Makes copies of homes and of the hub's state, and tests that they can be brought back."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import random
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from nblint.errors import unreadable, unwritable
from nblint.hub.backup.restic import HOST, TAG, UNREAD, BackupError, NoRepositoryError, Restic
from nblint.hub.servers.accounts import HOMES
from nblint.hub.settings import HubFile
from nblint.reports.text import count

_MAGIC = b"SQLite format 3\0"
_BESIDE_DATABASES = ("-wal", "-shm", "-journal")
# What the hub and its proxy tell each other while they run.
RUNTIME = ("proxy.env", "proxy.pid")
# What a test compares, in files and bytes each, and what part of the repository it reads.
_SAMPLES = 25
_LONGEST = 20_000_000
_PART = "5%"


class Made(msgspec.Struct, frozen=True):
    """A copy that was made.

    Attributes:
        snapshot: What restic calls it.
        files: How many files it has.
        unread: Whether some could not be read, or went away meanwhile.
    """

    snapshot: str
    files: int
    unread: bool


class _Known(msgspec.Struct):
    """What was there at the last copy, so that what is not mounted is not taken for empty."""

    address: str = ""
    repository: str = ""
    homes: int = 0


def staging_folder(file: HubFile) -> Path:
    """Return the folder, root's alone, through which copies go."""
    state = file / file.settings.state
    return state.with_name(f"{state.name}-backup")


@contextlib.contextmanager
def staging(file: HubFile) -> Iterator[Path]:
    """Yield an empty folder that is root's alone, while no other backup or restore runs.

    Raises:
        BackupError: It cannot be made.
    """
    folder = staging_folder(file)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # What a run that was killed has left.
            for left in (*folder.glob("run-*"), folder / "databases"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="run-", dir=folder) as work:
                yield Path(work)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupError(f"backup: {folder}: its disk is full; make room") from None
        raise BackupError(unwritable(error.filename or folder, error)) from None


def back_up(file: HubFile, at: datetime | None = None) -> Made:
    """Copy homes, the hub's state and its settings; remove copies that are older than is kept.

    One that is interrupted leaves the copies that were there, and the next one goes on.

    Args:
        file: The settings, with an absolute path.
        at: When it is said to have been made, in local time; now if that is left out.

    Raises:
        SettingsError: It cannot be made; the text says why.
    """
    restic = Restic(file)
    with staging(file):
        known = _known(file)
        homes = _homes()
        if known.homes and not homes:
            raise BackupError(
                f"backup: {HOMES}: is empty, and had {known.homes} homes at the last backup; mount "
                f"it, or remove {_known_file(file)} if they are gone for good"
            )
        repository = _open(restic, file, known)
        databases = staging_folder(file) / "databases"
        found = _copy_databases(file / file.settings.state, databases)
        time = [f"--time={at:%Y-%m-%d %H:%M:%S}"] if at else []
        status, said = restic.run(
            *("backup", "--json", "--quiet", f"--host={HOST}", f"--tag={TAG}", *time),
            *("--exclude-caches", *_excluded(file, found)),
            *("--", str(HOMES), str(file.path.parent), str(file / file.settings.state)),
            str(databases),
            accepted=(0, UNREAD),
        )
        shutil.rmtree(databases)
        known = _Known(file.settings.backup.repository, repository, homes)
        _known_file(file).write_bytes(msgspec.json.encode(known))
        summary = msgspec.json.decode(said.strip().splitlines()[-1])
        _forget(restic, file)
    return Made(summary["snapshot_id"], summary["total_files_processed"], status == UNREAD)


def self_test(file: HubFile) -> str:
    """Bring the databases and some files of the last copy back, into a folder of root's.

    Returns:
        What was found to be in order, as a sentence.

    Raises:
        SettingsError: Something is not as it was, or cannot be brought back.
    """
    restic = Restic(file)
    with staging(file) as work:
        snapshot = restic.snapshot()
        restic.run("unlock", "--quiet")
        restic.run("check", "--quiet", f"--read-data-subset={_PART}")
        samples = _samples(restic, snapshot.id)
        databases = staging_folder(file) / "databases"
        restic.restore(snapshot, work, [str(databases), *samples])
        tested = test_databases(work / databases.relative_to("/"))
        if not tested:
            raise BackupError(f"{snapshot}: has no database of the hub")
        same = [_compare(path, node, work, str(snapshot)) for path, node in samples.items()]
    return (
        f"{snapshot}: {count(tested, 'database')} whole, {count(len(samples), 'file')} brought "
        f"back, of which {sum(same)} have not changed since"
    )


def test_databases(folder: Path) -> int:
    """Refuse databases that are not whole; return how many there are.

    Raises:
        BackupError: One is not whole.
    """
    number = 0
    for path in sorted(folder.rglob("*")):
        if not _is_database(path):
            continue
        number += 1
        try:
            with contextlib.closing(sqlite3.connect(path)) as database:
                (said,) = database.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.Error as error:
            said = str(error)
        if said != "ok":
            raise BackupError(f"{path.name}: in the backup, this database is not whole: {said}")
    return number


def _open(restic: Restic, file: HubFile, known: _Known) -> str:
    """Return the identity of the repository, which is made if there never was one."""
    is_known = known.address == file.settings.backup.repository
    try:
        _, said = restic.run("cat", "config")
    except NoRepositoryError as error:
        if is_known:
            raise BackupError(
                f"{error}; there was one at the last backup: is its disk mounted? If it is gone "
                f"for good, remove {_known_file(file)}"
            ) from None
        restic.run("init")
        _, said = restic.run("cat", "config")
    found = str(msgspec.json.decode(said)["id"])
    if is_known and known.repository != found:
        raise BackupError(
            f"backup: {restic.repository}: is not the repository that the last backup went to; if "
            f"that is meant, remove {_known_file(file)}"
        )
    # Of processes of this machine that have ended, and those that nobody has renewed.
    restic.run("unlock", "--quiet")
    return found


def _forget(restic: Restic, file: HubFile) -> None:
    settings = file.settings.backup
    if not settings.prune:
        return
    kept = (
        f"--keep-within={settings.keep_within}"
        if settings.keep_within
        else f"--keep-daily={settings.keep_daily or 14}"
    )
    # By host and paths, as restic does otherwise, copies with other paths would stay for ever.
    restic.run("forget", "--quiet", f"--tag={TAG}", "--group-by=tags", kept, "--prune")


def _excluded(file: HubFile, databases: list[Path]) -> Iterator[str]:
    """Yield what is in no copy: caches, what opens the copies, and what is copied otherwise."""
    backup, state = file.settings.backup, file / file.settings.state
    secrets = [backup.password_file, *([backup.access_file] if backup.access_file else [])]
    paths = [*(file / name for name in secrets), *(state / name for name in RUNTIME)]
    paths += [Path(f"{path}{end}") for path in databases for end in ("", *_BESIDE_DATABASES)]
    if backup.is_on_host:
        paths.append(Path(backup.repository))
    for path in paths:
        yield f"--exclude={_pattern(path)}"
    yield f"--exclude={HOMES}/*/.cache"


def _pattern(path: Path) -> str:
    return "".join(f"\\{char}" if char in "\\*?[" else char for char in str(path))


def _homes() -> int:
    try:
        return sum(1 for entry in HOMES.iterdir() if entry.is_dir() and not entry.is_symlink())
    except OSError as error:
        raise BackupError(unreadable(HOMES, error)) from None


def _copy_databases(state: Path, folder: Path) -> list[Path]:
    """Copy the hub's databases while it writes them, each as of one moment."""
    if not state.is_dir():
        raise BackupError(f"backup: {state}: no such folder; has the hub ever started?")
    folder.mkdir(mode=0o700)
    found = [path for path in sorted(state.rglob("*")) if _is_database(path)]
    for path in found:
        copy = folder / path.relative_to(state)
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with (
                contextlib.closing(sqlite3.connect(path, timeout=60)) as source,
                contextlib.closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        except sqlite3.Error as error:
            raise BackupError(f"backup: {path}: cannot be copied: {error}") from None
        shutil.copystat(path, copy)
    return found


def _is_database(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _known_file(file: HubFile) -> Path:
    return staging_folder(file) / "known.json"


def _known(file: HubFile) -> _Known:
    try:
        return msgspec.json.decode(_known_file(file).read_bytes(), type=_Known)
    except (FileNotFoundError, msgspec.MsgspecError):  # the first time, or after a power cut
        return _Known()


def _samples(restic: Restic, snapshot: str) -> dict[str, Any]:
    """Return some files of the homes, of all that there are with the same chance."""
    samples: list[Any] = []
    number = 0
    for node in restic.lines("ls", snapshot):
        if node.get("type") != "file" or node.get("size", 0) > _LONGEST:
            continue
        if not Path(node["path"]).is_relative_to(HOMES):
            continue
        number += 1
        if len(samples) < _SAMPLES:
            samples.append(node)
        elif (place := random.randrange(number)) < _SAMPLES:  # noqa: S311 - no secret
            samples[place] = node
    return {node["path"]: node for node in samples}


def _compare(path: str, node: Any, work: Path, which: str) -> bool:
    """Refuse a file that was brought back otherwise than it is; return whether it could be told."""
    try:
        copy, size = _content(work / path.lstrip("/"))
    except OSError as error:
        raise BackupError(f"{which}: {path}: is not brought back: {error.strerror}") from None
    if size[0] != node["size"]:
        raise BackupError(f"{which}: {path}: is brought back with another length")
    try:
        there, now = _content(Path(path))
    except OSError:  # gone, or not a file any more
        return False
    if now != size:  # written to since
        return False
    if copy != there:
        raise BackupError(f"{which}: {path}: is brought back with another content than it has")
    return True


def _content(path: Path) -> tuple[str, tuple[int, int]]:
    """Return the digest of a file, and by what one sees that it has been written to."""
    # A link or a pipe can have taken its place.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a file")
        digest = hashlib.sha256(file.read()).hexdigest()
    return digest, (status.st_size, status.st_mtime_ns)
