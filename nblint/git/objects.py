"""Git's objects by their ids: a few in memory at a time, each compared with its id.

Format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nblint.git.process import Git
from nblint.git.refusals import GitError, too_much

SUBMODULE, LINK, FOLDER, KIND = 0o160000, 0o120000, 0o040000, 0o170000
# An object beyond the first is too large to be read; a range beyond the second, to be judged.
LARGEST = 64 * 1024 * 1024
MOST_BYTES = 4 * 1024 * 1024 * 1024
_BATCH, _BATCH_BYTES = 500, 16 * 1024 * 1024
_HEADER = 200
_TREE = re.compile(rb"tree ([0-9a-f]+)\n")
# Mode, name and id of what is in a folder, by the length of an id.
_ENTRY = {n: re.compile(rb"([0-7]{1,11}) ([^\0]+)\0(.{%d})" % (n // 2), re.S) for n in (40, 64)}


class Entry(NamedTuple):
    """What a commit has at a path.

    Attributes:
        mode: Its mode: `LINK`, `SUBMODULE`, or a file's.
        id: The id of its contents; of a submodule's commit.
        path: Its path from the top, with `/` between parts. Bytes that are not UTF-8 are
            surrogates. It may be hostile: it is a name, not a place to write to.
    """

    mode: int
    id: str
    path: str

    @property
    def is_notebook(self) -> bool:
        """Whether it is called a notebook, in any case of letters, and has contents."""
        return self.path.lower().endswith(".ipynb") and self.mode != SUBMODULE


class Missing(Exception):
    """An object is not there, or is another than was asked for."""


class Objects:
    """Reads a repository's objects.

    Args:
        git: Runs git.
        form: How ids follow from objects, such as `sha1`.
    """

    def __init__(self, git: Git, form: str) -> None:
        self._git = git
        self._form = form

    def sizes(self, ids: Iterable[str], kind: str = "blob") -> dict[str, int]:
        """Return the sizes of objects in bytes.

        Args:
            ids: Their ids.
            kind: Their type: contents, a `tree` or a `commit`.

        Raises:
            Missing: One is not there, or of another type.
        """
        asked = list(dict.fromkeys(ids))
        if not asked:
            return {}
        rows = self._git.output("cat-file", "--batch-check", given=_lines(asked)).splitlines()
        if len(rows) != len(asked):
            raise Missing
        return {own: _size(row, kind) for own, row in zip(asked, rows, strict=True)}

    def read(
        self, ids: Iterable[str], kind: str = "blob", most: int = MOST_BYTES
    ) -> Iterator[tuple[str, bytes | None]]:
        """Yield objects with their ids, each once; None for what is very large.

        Args:
            ids: Their ids.
            kind: As of `sizes`.
            most: How many bytes there may be together.

        Raises:
            Missing: As of `sizes`.
            GitError: One does not belong to its id, or there is too much.
        """
        sizes = self.sizes(ids, kind)
        if sum(size for size in sizes.values() if size <= LARGEST) > most:
            raise too_much(f"more than {most // 1024**2:,} MB to read")
        batch: dict[str, int] = {}
        pending = 0
        for own, size in sizes.items():
            if size > LARGEST:
                yield own, None
                continue
            if len(batch) >= _BATCH or pending + size > _BATCH_BYTES:
                yield from self._batch(batch, kind)
                batch, pending = {}, 0
            batch[own] = size
            pending += size
        yield from self._batch(batch, kind)

    def trees(self, commits: Iterable[str]) -> dict[str, str]:
        """Return the ids of commits' top folders."""
        found = {}
        for own, data in self.read(commits, "commit"):
            match = _TREE.match(data or b"")
            if match is None:
                raise Missing
            found[own] = match[1].decode()
        return found

    def _batch(self, batch: dict[str, int], kind: str) -> Iterator[tuple[str, bytes]]:
        if not batch:
            return
        most = sum(batch.values()) + _HEADER * len(batch)
        data = self._git.output("cat-file", "--batch", given=_lines(batch), most=most)
        at = 0
        for own in batch:
            start = data.find(b"\n", at) + 1
            at = start + _size(data[at:start], kind)
            content = data[start:at]
            at += 1  # a newline
            header = f"{kind} {len(content)}\0".encode()
            digest = hashlib.new(self._form, header, usedforsecurity=False)
            digest.update(content)
            if digest.hexdigest() != own:
                raise GitError(f"git object {own} is damaged; run `git fsck`")
            yield own, content


def entries_of(tree: bytes, id_length: int) -> list[tuple[bytes, bytes, bytes]]:
    """Return mode, name and id of each entry of a folder.

    Args:
        tree: The folder, as its object has it.
        id_length: How many digits an id has.

    Raises:
        Missing: It is damaged.
    """
    found = []
    at = 0
    while at < len(tree):
        entry = _ENTRY[id_length].match(tree, at)
        if entry is None:
            raise Missing
        found.append((entry[1], entry[2], entry[3]))
        at = entry.end()
    return found


def _size(row: bytes, kind: str) -> int:
    """Return the size that git's `<id> <type> <size>` says."""
    match row.split():
        case [_, told, size] if told == kind.encode():
            return int(size)
    raise Missing


def _lines(ids: Iterable[str]) -> bytes:
    return "".join(f"{own}\n" for own in ids).encode()
