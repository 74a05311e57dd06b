"""The files of a commit that settings can lead to, written to a folder as plain files.

Contents come from git's objects, so that no filter, link or ignored file of a working tree has a
say. A tree that was not made by git can name anything, so a path is checked before it is written.
"""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nblint.git.objects import LINK, SUBMODULE, Entry
from nblint.git.refusals import GitError
from nblint.git.repository import Repository

# Settings, catalogues, requirements and parameters: what people write by hand.
_READ = frozenset([".cfg", ".env", ".example", ".in", ".json", ".toml", ".txt", ".yaml", ".yml"])
_MODULES = (".py", ".pyx", ".so", ".pyd")
_LARGEST, _MOST_BYTES, _MOST_FILES = 1024 * 1024, 256 * 1024 * 1024, 50_000
_RESERVED = frozenset(["", ".", "..", ".git"])


class Snapshot(NamedTuple):
    """A commit's files.

    Attributes:
        commit: Its id.
        folder: Where they are written, if they are.
        notebooks: Its notebooks by their paths; none of them is written. A link to a file that is
            not called a notebook stands for that file.
        others: Its other files by their paths.
        left_out: Paths that were not written: names that no file may have, and very large files.
    """

    commit: str
    folder: Path
    notebooks: Mapping[str, Entry]
    others: Mapping[str, Entry]
    left_out: tuple[str, ...]


def list_snapshot(repository: Repository, commit: str, folder: Path) -> Snapshot:
    """Return a commit's files without writing any.

    Args:
        repository: The repository.
        commit: The commit's id.
        folder: Where they would be written; made.

    Raises:
        GitError: The repository lacks an object.
    """
    folder.mkdir()
    entries = repository.entries(commit)
    notebooks = {
        entry.path: _notebook(repository, commit, entry) for entry in entries if entry.is_notebook
    }
    others = {entry.path: entry for entry in entries if not entry.is_notebook}
    return Snapshot(commit, folder, notebooks, others, ())


def write_snapshot(repository: Repository, commit: str, folder: Path) -> Snapshot:
    """Write a commit's files.

    Args:
        repository: The repository.
        commit: The commit's id.
        folder: Where to; made.

    Raises:
        GitError: The repository lacks an object, or the files are too many.
    """
    snapshot = list_snapshot(repository, commit, folder)
    wanted = [
        entry
        for entry in snapshot.others.values()
        if entry.mode != SUBMODULE and (_is_read(entry.path) or entry.path.endswith(_MODULES))
    ]
    if len(wanted) > _MOST_FILES:
        raise GitError(f"more than {_MOST_FILES:,} files of settings and modules in {commit[:7]}")
    read = [
        file
        for entry in wanted
        if _is_read(entry.path) and (file := _led_to(repository, commit, entry)) is not None
    ]
    sizes = repository.sizes(entry.id for entry in read)
    large = {entry.path for entry in read if sizes[entry.id] > _LARGEST}
    if sum(sizes[entry.id] for entry in read if entry.path not in large) > _MOST_BYTES:
        raise GitError(f"more than {_MOST_BYTES // 1024**2} MB of settings in {commit[:7]}")
    kept = {entry.path: entry.id for entry in read if entry.path not in large}
    contents = dict(repository.blobs(kept.values()))

    def content_of(path: str) -> bytes:
        return (contents[kept[path]] if path in kept else None) or b""

    left_out = [
        entry.path
        for entry in wanted
        if entry.path not in large and not write_file(folder, entry.path, content_of(entry.path))
    ]
    return snapshot._replace(left_out=(*left_out, *sorted(large)))


def write_named(repository: Repository, snapshot: Snapshot, path: str) -> None:
    """Write a file that settings name, whatever it is called and however large.

    Args:
        repository: The repository.
        snapshot: The other files of the commit.
        path: Its path; nothing is written where the commit has no such file.

    Raises:
        GitError: The repository lacks it.
    """
    content = repository.show(snapshot.commit, path) if path in snapshot.others else None
    if content is not None:
        write_file(snapshot.folder, path, content)


def _notebook(repository: Repository, commit: str, entry: Entry) -> Entry:
    """Return what is checked as a notebook: a link's file, if that is not checked anyway."""
    file = repository.led_to(commit, entry.path) if entry.mode == LINK else None
    return entry if file is None or file.is_notebook else file._replace(path=entry.path)


def _led_to(repository: Repository, commit: str, entry: Entry) -> Entry | None:
    """Return a link's file in the commit, under the link's path; other files as they are."""
    if entry.mode != LINK:
        return entry
    file = repository.led_to(commit, entry.path)
    return None if file is None else file._replace(path=entry.path)


def _is_read(path: str) -> bool:
    name = PurePosixPath(path).name
    return PurePosixPath(path).suffix in _READ or ".env" in name or name.endswith("_config.py")


def write_file(folder: Path, path: str, content: bytes) -> bool:
    """Write a file below a folder; tell whether its path is one that this system can have.

    Args:
        folder: The folder.
        path: The path of the file in a commit; it may be hostile.
        content: What it holds.
    """
    parts = path.split("/")
    if not _RESERVED.isdisjoint(part.lower() for part in parts) or "\0" in path:
        return False
    if os.name == "nt" and any(set('\\:*?"<>|') & set(part) for part in parts):
        return False
    try:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    except OSError:  # too long, or one of two names that this system takes for one
        return False
    return True
