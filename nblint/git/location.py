"""Where git keeps what belongs to a working tree, read as data.

Layout: https://git-scm.com/docs/gitrepository-layout
"""

import os
from os.path import splitdrive
from pathlib import Path

from msgspec import Struct

from nblint.errors import SettingsError
from nblint.files import is_file, read_bounded
from nblint.paths import repository_of

# HEAD, `.git` files, a loose ref: lines, where FETCH_HEAD has one for each branch.
_MOST_BYTES = 1024 * 1024


class Location(Struct, frozen=True):
    """Where git keeps what belongs to a working tree.

    Attributes:
        top: The folder of the working tree.
        git_dir: Where its index and its HEAD are.
        common_dir: Where objects, refs and configuration are: in a linked worktree, those of the
            repository that it belongs to.
    """

    top: Path
    git_dir: Path
    common_dir: Path


def locate(folder: Path) -> Location | None:
    """Return the repository that a folder is in; None where it is in none that git would read.

    Args:
        folder: Any folder, also below the top of a working tree.
    """
    top = repository_of(Path(os.path.abspath(folder)))
    return location_of(top) if top is not None else None


def location_of(top: Path) -> Location | None:
    """Return where git keeps what belongs to a working tree; None where its `.git` is damaged.

    Args:
        top: A folder that holds a `.git`: a folder, or the file of a worktree or submodule.
    """
    git_dir: Path | None = top / ".git"
    if is_file(top / ".git"):
        git_dir = _followed(top / ".git", b"gitdir: ")
    if git_dir is None:
        return None
    common_dir: Path | None = git_dir
    if is_file(git_dir / "commondir"):
        common_dir = _followed(git_dir / "commondir")
    if common_dir is None or read_small(git_dir / "HEAD") is None:
        return None
    if not all(os.path.isdir(common_dir / name) for name in ("objects", "refs")):  # noqa: PTH112
        return None
    return Location(top, git_dir, common_dir)


def read_small(path: Path, most: int = _MOST_BYTES) -> bytes | None:
    """Return what a file holds; None where it cannot be read, is larger, or could block a reader.

    Args:
        path: The file.
        most: How many bytes it may have.
    """
    try:
        return read_bounded(path, most) if is_file(path) else None
    except SettingsError:
        return None


def read_config(location: Location) -> dict[str, str]:
    """Return a repository's own configuration, as `parse_config` does."""
    return parse_config(read_small(location.common_dir / "config") or b"")


def parse_config(data: bytes) -> dict[str, str]:
    """Return a configuration as far as nblint needs it, without what it includes.

    Enough for words such as `sha256` and `true`, and for paths: escapes stay as they are.

    Args:
        data: The bytes of the file.

    Returns:
        Values by keys such as `remote.origin.promisor`, in lower case but for the middle part.
    """
    found: dict[str, str] = {}
    section = ""
    for row in data.decode("utf-8-sig", "replace").split("\n"):
        line = row.strip()
        if line.startswith("["):
            header, _, line = line[1:].partition("]")
            name, quote, middle = header.partition('"')
            section = name.strip().lower() + ("." + middle.rstrip().removesuffix('"')) * bool(quote)
        key, has_value, value = line.split("#")[0].split(";")[0].partition("=")
        if key.strip():
            value = value.strip().strip('"') if has_value else "true"
            found[f"{section}.{key.strip().lower()}"] = value
    return found


def object_format(config: dict[str, str]) -> str:
    """Return how a repository names its objects, `sha1` or another."""
    return config.get("extensions.objectformat", "sha1")


def _followed(pointer: Path, label: bytes = b"") -> Path | None:
    """Return where a file of one line leads, relative to the folder it is in."""
    data = read_small(pointer)
    if data is None or not data.startswith(label) or b"\0" in data:
        return None
    try:
        target = os.fsdecode(data.removeprefix(label).rstrip(b"\r\n"))
    except UnicodeDecodeError:
        return None
    # On Windows, opening a path on somebody's server signs in there.
    drive = splitdrive(target)[0]
    if drive.startswith(("\\\\", "//")) and drive != splitdrive(pointer)[0]:
        return None
    return pointer.parent / target if target else None
