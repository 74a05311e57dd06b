"""Sets a home right, as the user whose it is: who can read, who can write, and what leads out.

A program of its own, of the standard library alone: it starts as root, becomes the user before it
touches anything, and takes no more time than it was given. Whatever lies in a home, or is exchanged
while this looks at it, it can do no more than its user can.

A file's group bits are the mask of its access control list, if it has one: what they do not have,
nobody whom the list names has. acl(5)
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_ACCESS = "system.posix_acl_access"
_DEFAULT = "system.posix_acl_default"
# As the kernel keeps a list: include/uapi/linux/posix_acl_xattr.h
_VERSION = struct.pack("<I", 2)
_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _OWNERS_GROUP, _GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
_READ_AND_RUN, _WRITE, _ALL = 5, 2, 7
# Each level keeps a file open. What lies deeper is told, and left.
_DEEPEST = 400


class Unfinished(Exception):
    """The time is over."""


class Home(NamedTuple):
    """What is to be done.

    Attributes:
        path: The home.
        uid: Whose it is.
        gid: Their own group.
        readers: The group that reads and runs what lies in it.
        links: What links of which names lead to.
        seconds: How long it may take.
        whole: Whether everything is looked at, and not only what lies at the top.
    """

    path: str
    uid: int
    gid: int
    readers: int
    links: dict[str, str]
    seconds: float
    whole: bool


def main() -> None:
    """Do what the argument says, and print how that ended."""
    home = Home(**json.loads(sys.argv[1]))
    os.setgroups([])
    os.setresgid(home.gid, home.gid, home.gid)
    os.setresuid(home.uid, home.uid, home.uid)
    os.umask(0o077)
    told: dict[str, Any] = {"problem": "", "left": ""}
    try:
        told["left"] = _set_right(home)
    except OSError as error:
        told["problem"] = (
            "has no access control lists, which keep colleagues from writing; mount its file "
            "system with them (`acl`)"
            if error.errno == errno.ENOTSUP
            else f"cannot be set right: {error.strerror}"
        )
    sys.stdout.write(json.dumps(told))


def _set_right(home: Home) -> str:
    """Set a home right; return what could not be done, as a sentence."""
    until = time.monotonic() + home.seconds
    top = os.open(home.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    if home.whole:
        acl = _shared_list(home.readers)
        for name in (_ACCESS, _DEFAULT):
            if _list(top, name) != acl:
                os.setxattr(top, name, acl)
    try:
        # First what may hold credentials.
        for entry in _entries(top, until):
            if entry.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    _restrict(top, entry.name, home.uid, 0o077)
        if home.whole:
            for name, target in home.links.items():
                _link(top, name, target)
            return _close(top, home.uid, until)
    except Unfinished:
        return f"not everything was looked at within {home.seconds:g} seconds"
    return ""


def _close(top: int, uid: int, until: float) -> str:
    """Take others' write from a whole tree, and their read from dot entries.

    A colleague's files in it are that colleague's.
    """
    left = ""
    levels = [(top, _entries(top, until))]
    while levels:
        folder, entries = levels[-1]
        entry = next(entries, None)
        if entry is None:
            levels.pop()
            os.close(folder)
            continue
        with contextlib.suppress(FileNotFoundError):
            # `.git/config`, `.env`: a project's dot entries hold credentials as well.
            refused = 0o077 if entry.name.startswith(".") else 0o022
            is_folder = _restrict(folder, entry.name, uid, refused)
            if not is_folder:
                continue
            if len(levels) == _DEEPEST:
                left = f"folders within {_DEEPEST} others were not looked at"
                continue
            try:
                below = os.open(
                    entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder
                )
            except OSError:  # somebody else's, or exchanged meanwhile: not a folder of the user's
                continue
            _close_default(below)
            levels.append((below, _entries(below, until)))
    return left


def _entries(folder: int, until: float) -> Iterator[os.DirEntry[str]]:
    """Yield what is in a folder, as long as there is time."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if time.monotonic() > until:
                raise Unfinished
            yield entry


def _restrict(folder: int, name: str, uid: int, refused: int) -> bool:
    """Take bits from an entry's mode; return whether it is a folder.

    Never of what a link leads to, and without waiting for whoever is at the other end of a pipe.
    """
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        return False
    if mode & refused and status.st_uid == uid:
        found = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
        try:
            mode = os.fstat(found).st_mode
            if not stat.S_ISLNK(mode):
                Path(f"/proc/self/fd/{found}").chmod(stat.S_IMODE(mode) & ~refused)
        except PermissionError:  # exchanged for somebody else's
            pass
        finally:
            os.close(found)
    return stat.S_ISDIR(mode)


def _close_default(folder: int) -> None:
    """Take others' write from what new files in a folder begin with."""
    found = _list(folder, _DEFAULT)
    if found is None:
        return
    entries = list(_ENTRY.iter_unpack(found[len(_VERSION) :]))
    closed = [
        (tag, bits if tag == _OWNER else bits & ~_WRITE, number) for tag, bits, number in entries
    ]
    if closed != entries:
        with contextlib.suppress(PermissionError):
            os.setxattr(folder, _DEFAULT, _VERSION + b"".join(_ENTRY.pack(*one) for one in closed))


def _shared_list(readers: int) -> bytes:
    """Return the list by which a group reads and runs, and nobody else does anything."""
    entries = (
        (_OWNER, _ALL, _NOBODY),
        (_OWNERS_GROUP, _READ_AND_RUN, _NOBODY),
        (_GROUP, _READ_AND_RUN, readers),
        (_MASK, _READ_AND_RUN, _NOBODY),
        (_OTHERS, 0, _NOBODY),
    )
    return _VERSION + b"".join(_ENTRY.pack(*entry) for entry in entries)


def _list(folder: int, name: str) -> bytes | None:
    try:
        return os.getxattr(folder, name)
    except OSError as error:
        if error.errno == errno.ENODATA:
            return None
        raise


def _link(top: int, name: str, target: str) -> None:
    """Make a link, or lead one elsewhere; a file or folder of its name is the user's, and stays."""
    try:
        if os.readlink(name, dir_fd=top) == target:
            return
        os.unlink(name, dir_fd=top)
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno == errno.EINVAL:  # not a link
            return
        raise
    with contextlib.suppress(FileExistsError):
        os.symlink(target, name, dir_fd=top)


if __name__ == "__main__":
    main()
