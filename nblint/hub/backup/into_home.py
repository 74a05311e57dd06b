"""Puts what a backup has into a home, as the user whose it is.

A program of its own, of the standard library alone: it starts as root, becomes the user before it
touches anything, and takes a tar from standard input. Whatever links lie in the home, or are put
there meanwhile, it can do no more than its user can; and it follows none.

All goes into a new folder of the home first, and from there to its place, if nothing is there. What
is replaced is kept in another folder.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_LISTS = ("system.posix_acl_access", "system.posix_acl_default")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Task(NamedTuple):
    """What is to be done.

    Attributes:
        home: The home.
        uid: Whose it is.
        gid: Their own group.
        groups: The groups that they are in.
        stamp: What the new folders' names end in.
        paths: What is brought back, below the home; `.` for all of it.
        replace: Whether it takes the place of what is there.
        is_new: Whether the home has just been made, and gets mode and lists of the old one.
    """

    home: str
    uid: int
    gid: int
    groups: list[int]
    stamp: str
    paths: list[str]
    replace: bool
    is_new: bool


class Taken(Exception):
    """Something else is where it would go."""


def main() -> None:
    """Do what the argument says, and print how that ended."""
    task = Task(**json.loads(sys.argv[1]))
    os.setgroups(task.groups)
    os.setresgid(task.gid, task.gid, task.gid)
    os.setresuid(task.uid, task.uid, task.uid)
    os.umask(0o077)
    told: dict[str, Any] = {"problem": "", "left": "", "placed": [], "beside": [], "replaced": ""}
    try:
        _bring_back(task, told)
    except OSError as error:
        told["problem"] = f"{task.home}: {error.strerror}"
    sys.stdout.write(json.dumps(told))


def _bring_back(task: Task, told: dict[str, Any]) -> None:
    top = os.open(task.home, _FOLDER)
    name, folder = _new_folder(top, "restored", task.stamp)
    told["folder"] = name
    os.fchdir(folder)
    # Without --xattrs: with them, tar cannot write to a file that is read-only. Lists are others.
    ran = subprocess.run(
        ["tar", "--extract", "--preserve-permissions", "--acls", "--file=-"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if ran.returncode:
        told["left"] = (ran.stderr.strip().splitlines() or [f"status {ran.returncode}"])[0]
        if "No space left" in ran.stderr or "quota exceeded" in ran.stderr:
            told["problem"] = "the disk is full; make room. Nothing has changed"
            os.fchdir(top)
            shutil.rmtree(name)
            return
    if task.paths == ["."] and task.is_new:
        _take_after(folder, top)
    for path in _all(task.paths, folder):
        _try(top, folder, path, task, told)
    os.fchdir(top)
    _remove_empty(name)


def _all(paths: list[str], folder: int) -> Iterator[str]:
    """Yield what goes to a place of its own: for a whole home, what lies at its top."""
    for path in paths:
        if path == ".":
            yield from sorted(os.listdir(folder))
        else:
            yield path


def _new_folder(top: int, what: str, stamp: str) -> tuple[str, int]:
    for number in range(1, 1000):
        name = f"{what}-{stamp}" + (f"-{number}" if number > 1 else "")
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=top)
            folder = os.open(name, _FOLDER, dir_fd=top)
            # What the home gives to whatever is new in it is not what was copied.
            for each in _LISTS:
                with contextlib.suppress(OSError):
                    os.removexattr(folder, each)
            os.fchmod(folder, 0o700)
            return name, folder
    raise OSError(errno.EEXIST, f"has too many folders {what}-{stamp}")


def _try(top: int, folder: int, path: str, task: Task, told: dict[str, Any]) -> None:
    """Move something to its place, or say that it is beside."""
    try:
        _place(top, folder, path, task, told)
        told["placed"].append(path)
    except Taken:
        told["beside"].append(path)
    except OSError as error:
        told["beside"].append(path)
        told["left"] = f"{path}: {error.strerror}"


def _place(top: int, folder: int, path: str, task: Task, told: dict[str, Any]) -> None:
    *parents, name = path.split("/")
    source, target = _walk(folder, parents), _walk(top, parents, folder)
    if _is_there(name, target):
        if not task.replace:
            raise Taken
        if not told["replaced"]:
            told["replaced"], made = _new_folder(top, "replaced", task.stamp)
            os.close(made)
        room = os.open(told["replaced"], _FOLDER, dir_fd=top)
        _move(name, target, _walk(room, parents, folder))
    _move(name, source, target)


def _move(name: str, source: int, target: int) -> None:
    """Move an entry; a folder that its user may not write to is opened for that moment."""
    status = os.stat(name, dir_fd=source, follow_symlinks=False)
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISDIR(status.st_mode) or mode & stat.S_IWUSR or status.st_uid != os.getuid():
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        return
    held = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=source)
    path = Path(f"/proc/self/fd/{held}")
    path.chmod(mode | stat.S_IWUSR)
    try:
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    finally:
        path.chmod(mode)
        os.close(held)


def _walk(folder: int, parents: list[str], like: int | None = None) -> int:
    """Return a folder below another one, and follow no link to it.

    Args:
        folder: The other one.
        parents: The folders on the way.
        like: Where they are as they were, for those that must be made.
    """
    for number, name in enumerate(parents):
        below = _below(folder, name)
        if below is None and like is not None:
            os.mkdir(name, 0o700, dir_fd=folder)
            below = os.open(name, _FOLDER, dir_fd=folder)
            _take_after(_walk(like, parents[: number + 1]), below)
        if below is None:
            raise FileNotFoundError(errno.ENOENT, "is not in the backup")
        folder = below
    return folder


def _below(folder: int, name: str) -> int | None:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):  # a link, or a file
            raise Taken from None
        raise


def _take_after(old: int, new: int) -> None:
    """Give a folder the mode and the lists of another one."""
    os.fchmod(new, stat.S_IMODE(os.fstat(old).st_mode))
    for name in _LISTS:
        value = _list(old, name)
        if value is not None:
            os.setxattr(new, name, value)
        elif _list(new, name) is not None:
            os.removexattr(new, name)


def _list(folder: int, name: str) -> bytes | None:
    try:
        return os.getxattr(folder, name)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return None
        raise


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _remove_empty(name: str) -> None:
    """Remove the folders that everything was moved out of."""
    for folder, _, _ in os.walk(name, topdown=False):
        with contextlib.suppress(OSError):  # not empty
            Path(folder).rmdir()


if __name__ == "__main__":
    main()
