"""Which paths git tracks, read from a working tree's index as data: no git is started.

Format: https://git-scm.com/docs/index-format
"""

import os
import struct
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from nblint.files import is_file
from nblint.git.location import Location, location_of, object_format, read_config, read_small
from nblint.git.refusals import damaged_index

# An index of two million entries; its names, which version 4 compresses.
_MOST_BYTES = 256 * 1024 * 1024
_HASH_BYTES = {"sha1": 20, "sha256": 32}
# Ten numbers before the hash, of which the seventh holds the mode; its upper half tells apart:
_MODE = 26
_FOLDER, _SUBMODULE = 0x40, 0xE0
_EXTENDED, _LENGTH = 0x4000, 0xFFF
# Two names for one file where the file system ignores case: the index may have either.
_FOLDS = sys.platform in ("darwin", "win32")


class Tracked:
    """The paths that git tracks, relative to the top of the working tree, with `/` between parts.

    Asked for a path, it answers as git would, but for the inside of submodules and of folders that
    a sparse index does not look into: that counts as tracked, since nothing says what is there.

    Args:
        paths: The paths; that of a sparse folder ends with `/`.
        whole: The submodules and sparse folders.
    """

    def __init__(self, paths: Iterable[bytes] = (), whole: Iterable[bytes] = ()) -> None:
        # Sorted in any case, which costs nothing where git did it.
        self._paths = sorted(map(bytes.lower, paths) if _FOLDS else paths)
        self._whole = frozenset(_key(path) for path in whole)

    def __contains__(self, path: str | bytes) -> bool:
        """Tell whether git tracks a file."""
        key = _key(path)
        at = bisect_left(self._paths, key)
        return self._paths[at : at + 1] == [key] or self._is_inside(key)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the paths in the order of their bytes, in small letters where case is ignored."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many paths there are; a file in conflict counts once for each side."""
        return len(self._paths)

    def below(self, folder: str | bytes) -> bool:
        """Tell whether git tracks anything below a folder.

        Args:
            folder: Its path; empty for the top.
        """
        key = _key(folder)
        prefix = key + b"/" if key else b""
        at = bisect_left(self._paths, prefix)
        is_above = at < len(self._paths) and self._paths[at].startswith(prefix)
        return is_above or self._is_inside(key)

    def _is_inside(self, key: bytes) -> bool:
        if not self._whole:
            return False
        parts = key.split(b"/")
        return any(b"/".join(parts[:end]) in self._whole for end in range(1, len(parts) + 1))


def tracked(top: Path) -> Tracked | None:
    """Read which paths git tracks in a working tree.

    Args:
        top: The folder that holds `.git`.

    Returns:
        The paths; None where that cannot be told: the index is damaged, very large or of a form
        that is not known, so that any file may be tracked.
    """
    location = location_of(top)
    if location is None:
        # A folder that is called so and holds no repository tracks nothing; a file leads to one.
        return None if is_file(top / ".git") else Tracked()
    size = _HASH_BYTES.get(object_format(read_config(location)))
    if size is None:
        return None
    try:
        return _read(location, size)
    except (_Unknown, IndexError, struct.error, ValueError):
        return None


def copy_index(location: Location, folder: Path) -> None:
    """Copy a repository's index into another one, for git to read there.

    Args:
        location: The repository; where git runs a hook, GIT_INDEX_FILE names the index instead.
        folder: The other repository, which is bare.

    Raises:
        GitError: It cannot be read.
    """
    # Relative to the top of the working tree, where git runs hooks.
    own = location.top / os.environ.get("GIT_INDEX_FILE", location.git_dir / "index")
    if not own.exists():
        return  # as after `git init`: nothing is staged
    size = _HASH_BYTES.get(object_format(read_config(location)), 0)
    try:
        data = _checked(own)
        link = _extensions(data, _entries(data, size).end, size).get(b"link", b"")
        files = {"index": data}
        if any(link[:size]):
            # A split index, of which this is a part; the other one lies beside it.
            shared = f"sharedindex.{link[:size].hex()}"
            files[shared] = _checked(location.git_dir / shared)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except (_Unknown, IndexError, struct.error, ValueError, OSError) as error:
        raise damaged_index() from error


class _Unknown(Exception):
    """The index is damaged or of a form that is not known."""


class _Entries(NamedTuple):
    paths: list[bytes]
    whole: list[bytes]
    end: int


def _read(location: Location, size: int) -> Tracked:
    try:
        (location.git_dir / "index").stat()
    except FileNotFoundError:
        return Tracked()  # as after `git init`
    except OSError as error:
        raise _Unknown from error
    data = _checked(location.git_dir / "index")
    entries = _entries(data, size)
    link = _extensions(data, entries.end, size).get(b"link", b"")
    if any(link[:size]):
        entries = _merged(entries, link, location, size)
    return Tracked(entries.paths, entries.whole)


def _merged(own: _Entries, link: bytes, location: Location, size: int) -> _Entries:
    """Return the entries of a split index: its own, and those of the shared one that it keeps."""
    data = _checked(location.git_dir / f"sharedindex.{link[:size].hex()}")
    shared = _entries(data, size)
    # An entry without a name replaces one of the shared index, which has the name.
    if b"link" in _extensions(data, shared.end, size) or b"" in own.whole:
        raise _Unknown
    gone = _bits(link[size:], len(shared.paths))
    paths = [path for path in own.paths if path]
    paths += [path for at, path in enumerate(shared.paths) if at not in gone]
    dropped = {shared.paths[at] for at in gone if at < len(shared.paths)}
    whole = own.whole + [path for path in shared.whole if path not in dropped]
    return _Entries(paths, whole, own.end)


def _checked(path: Path) -> bytes:
    data = read_small(path, _MOST_BYTES)
    if data is None or data[:4] != b"DIRC":
        raise _Unknown
    return data


def _entries(data: bytes, size: int) -> _Entries:
    version, count = struct.unpack_from(">II", data, 4)
    if version not in (2, 3, 4):
        raise _Unknown
    last = len(data) - size  # what follows is the index's own hash
    fixed = 40 + size + 2
    paths: list[bytes] = []
    whole: list[bytes] = []
    path, names, at = b"", 0, 12
    for _ in range(count):
        start = at + fixed
        flags = data[start - 2] << 8 | data[start - 1]
        if flags & _EXTENDED:
            start += 2
        if version == 4:
            drop, start = _number(data, start)
            if drop > len(path):
                raise _Unknown
            end = data.index(b"\0", start, last)
            path = path[: len(path) - drop] + data[start:end]
            names += len(path)
            at_next = end + 1
        else:
            length = flags & _LENGTH
            end = start + length if length < _LENGTH else data.index(b"\0", start, last)
            path = data[start:end]
            at_next = at + (end - at + 8 & ~7)
        if at_next > last or names > _MOST_BYTES:
            raise _Unknown
        if (kind := data[at + _MODE] & 0xF0) == _SUBMODULE or kind == _FOLDER:
            whole.append(path)
        paths.append(path)
        at = at_next
    return _Entries(paths, whole, at)


def _extensions(data: bytes, at: int, size: int) -> dict[bytes, bytes]:
    """Return the extensions that a reader must understand."""
    found = {}
    last = len(data) - size
    while at < last:
        name, length = data[at : at + 4], struct.unpack_from(">I", data, at + 4)[0]
        at += 8 + length
        if at > last:
            raise _Unknown
        if not name[:1].isupper():
            found[name] = data[at - length : at]
    if found.keys() - {b"link", b"sdir"}:
        raise _Unknown
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where it ends."""
    byte = data[at]
    number = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        number = (number + 1 << 7) | (byte & 0x7F)
        if number > _MOST_BYTES:
            raise _Unknown
    return number, at + 1


def _bits(data: bytes, most: int) -> set[int]:
    """Return which bits of an EWAH bitmap are set.

    Format: https://github.com/git/git/blob/master/Documentation/gitformat-bitmap.txt (appendix).

    Args:
        data: The bitmap, and whatever follows it.
        most: How many bits there can be.
    """
    (count,) = struct.unpack_from(">I", data, 4)
    words = [word for (word,) in struct.iter_unpack(">Q", data[8 : 8 + 8 * count])]
    found: set[int] = set()
    at, bit = 0, 0
    while at < len(words):
        run, length, literals = words[at] & 1, words[at] >> 1 & 0xFFFFFFFF, words[at] >> 33
        if run:
            found.update(range(bit, min(bit + 64 * length, most)))
        bit += 64 * length
        for word in words[at + 1 : at + 1 + literals]:
            found.update(bit + i for i in range(64) if word >> i & 1)
            bit += 64
        at += 1 + literals
    return found


def _key(path: str | bytes) -> bytes:
    key = os.fsencode(path).rstrip(b"/")
    return key.lower() if _FOLDS else key
