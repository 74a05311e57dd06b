"""Contents of files by their ids, a few in memory at a time, each compared with its id."""

import hashlib
from collections.abc import Iterable, Iterator

from nblint.git.process import Git
from nblint.git.refusals import GitError, too_much

# A notebook beyond the first is too large to be read; a range beyond the second, to be judged.
LARGEST = 64 * 1024 * 1024
MOST_BYTES = 4 * 1024 * 1024 * 1024
_BATCH, _BATCH_BYTES = 500, 16 * 1024 * 1024
_HEADER = 200


class Missing(Exception):
    """The repository does not have an object, or one of another type."""


def sizes(git: Git, ids: Iterable[str]) -> dict[str, int]:
    """Return the sizes of contents in bytes.

    Args:
        git: Reads the objects.
        ids: The ids of the contents.

    Raises:
        Missing: One is not there.
    """
    asked = list(dict.fromkeys(ids))
    rows = git.output("cat-file", "--batch-check", given=_lines(asked)).splitlines()
    return {own: _size(row) for own, row in zip(asked, rows, strict=True)}


def contents(git: Git, ids: Iterable[str], form: str) -> Iterator[tuple[str, bytes | None]]:
    """Yield contents with their ids, each once; None for what is very large.

    Args:
        git: Reads the objects.
        ids: The ids of the contents.
        form: How ids follow from contents, such as `sha1`.

    Raises:
        Missing: One is not there.
        GitError: One does not belong to its id, or there is too much.
    """
    known = sizes(git, ids)
    if sum(size for size in known.values() if size <= LARGEST) > MOST_BYTES:
        raise too_much(f"more than {MOST_BYTES // 1024**3} GB of notebooks")
    batch: dict[str, int] = {}
    for own, size in known.items():
        if size > LARGEST:
            yield own, None
            continue
        if len(batch) >= _BATCH or sum(batch.values()) + size > _BATCH_BYTES:
            yield from _read(git, batch, form)
            batch = {}
        batch[own] = size
    yield from _read(git, batch, form)


def _read(git: Git, batch: dict[str, int], form: str) -> Iterator[tuple[str, bytes]]:
    most = sum(batch.values()) + _HEADER * len(batch)
    data = git.output("cat-file", "--batch", given=_lines(batch), most=most)
    at = 0
    for own in batch:
        start = data.index(b"\n", at) + 1
        at = start + _size(data[at:start])
        content = data[start:at]
        at += 1  # a newline
        expected = hashlib.new(form, b"blob %d\0" % len(content), usedforsecurity=False)
        expected.update(content)
        if expected.hexdigest() != own:
            raise GitError(f"object {own} is damaged; run `git fsck`")
        yield own, content


def _size(row: bytes) -> int:
    """Return the size that git's `<id> blob <size>` says."""
    match row.split():
        case [_, b"blob", size]:
            return int(size)
    raise Missing


def _lines(ids: Iterable[str]) -> bytes:
    return "".join(f"{own}\n" for own in ids).encode()
