"""Writes files atomically: never half, and never over what somebody else wrote meanwhile."""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from nblint.paths import repositories_of


def write_atomically(
    path: Path,
    data: bytes,
    *,
    instead_of: bytes | None = None,
    new: bool = False,
    inside: Path | None = None,
) -> None:
    """Replace a file's contents: all of it or nothing, even when the process is killed.

    Mode and owner stay; a link stays a link, and what it points to is replaced. A hard link's other
    names keep the old contents.

    Args:
        path: The file.
        data: Its new contents.
        instead_of: What it holds as far as the caller knows; None replaces whatever it holds.
        new: Whether the file must not exist yet.
        inside: As for `replacing`.

    Raises:
        OSError: The file or its folder cannot be written, or somebody else has changed or created
            the file meanwhile; it is left as it was.
    """
    with replacing(path, new=new, inside=inside) as file:
        file.write(data)
        # Flushed before the last look at the old contents, so that hardly any time passes after it.
        file.flush()
        os.fsync(file.fileno())
        # The same new contents were written by another run of nblint.
        if instead_of is not None and path.read_bytes() not in (instead_of, data):
            raise OSError(
                errno.EBUSY,
                "the file changed while nblint was running; run nblint again",
                str(path),
            )


def write_changed(path: Path, data: bytes) -> bool:
    """Write a file, in a folder that is made if needed, unless it holds just that.

    Args:
        path: The file.
        data: What it holds afterwards.

    Returns:
        Whether it held something else, or was not there.

    Raises:
        OSError: As for `write_atomically`.
    """
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    return True


@contextmanager
def replacing(path: Path, *, new: bool = False, inside: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file to write to, which replaces another one when everything is written.

    Args:
        path: The file that is replaced, if it exists; a link is followed.
        new: Whether the file must not exist yet.
        inside: A folder that a link must not lead out of, besides those of git repositories.

    Yields:
        The file. An exception leaves the old one as it was.

    Raises:
        OSError: The file or its folder cannot be written, it exists though it must be new, or a
            link leads to it out of its repository; the file is left as it was.
    """
    import tempfile

    target = Path(os.path.realpath(path))
    _refuse_way_out(path, target, inside)
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only", str(path))
    folder = Path(tempfile.mkdtemp(prefix=".nblint-", dir=target.parent))
    aside, ignore = folder / "new", folder / ".gitignore"
    try:
        # Git ignores the folder: if nblint is killed, the rest of it is never committed.
        ignore.write_bytes(b"*\n")
        with aside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if new:
            _place_new(aside, path, target)
        else:
            _take_after(target, aside)
            aside.replace(target)
    finally:
        # What cannot be removed is ignored; the file is written all the same.
        with suppress(OSError):
            aside.unlink(missing_ok=True)
            ignore.unlink(missing_ok=True)
            folder.rmdir()


@contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    r"""Open a text file that is written piece by piece, and exists once it is complete.

    Args:
        path: The file. A pipe or a device, such as `/dev/stdout`, is written to as it is.

    Yields:
        The file; UTF-8, with `\n` at the ends of lines.

    Raises:
        OSError: It cannot be written; an older one is left as it was.
    """
    if path.is_relative_to("/dev") or (path.exists() and not path.is_file()):
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        return
    with replacing(path) as file:
        text = io.TextIOWrapper(file, "utf-8", "backslashreplace", "\n", write_through=True)
        yield text
        text.detach()


def _refuse_way_out(path: Path, target: Path, inside: Path | None) -> None:
    """Refuse to follow a link out of its repository: anybody can propose one.

    Raises:
        OSError: The path is a link that leads out, or a folder above it is.
    """
    folders = [*repositories_of(Path(os.path.abspath(path)).parent)]
    if inside is not None and path.is_symlink():
        folders.append(inside)
    if not all(target.is_relative_to(os.path.realpath(folder)) for folder in folders):
        raise PermissionError(
            errno.EPERM, "refusing to follow a link out of the repository", str(path)
        )


def _place_new(aside: Path, path: Path, target: Path) -> None:
    """Put a file in its place unless something is there; only one of several runs succeeds.

    Raises:
        FileExistsError: Something is there.
    """
    if os.path.lexists(path):  # even a link that leads nowhere
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    try:
        os.link(aside, target)  # unlike `replace`, never over another file
    except FileExistsError:
        raise
    except OSError:  # some file systems have no hard links: FAT, and some network shares
        if os.name == "nt":
            aside.rename(target)  # which never overwrites on Windows
        else:
            aside.replace(target)


def _take_after(old: Path, new: Path) -> None:
    """Give a new file the owner and mode of the one that it replaces."""
    try:
        was = old.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        with suppress(PermissionError):  # a file of somebody else becomes ours
            os.chown(new, was.st_uid, was.st_gid)
    new.chmod(was.st_mode & 0o7777)
