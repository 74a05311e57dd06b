"""What git ignores, read from its ignore files: no git is started.

https://git-scm.com/docs/gitignore
"""

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.errors import SettingsError
from nblint.files import is_file, read_bounded
from nblint.git.location import Location, location_of, parse_config, read_small
from nblint.globs import glob_spec
from nblint.paths import relative_to

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class IgnoreFile(Struct, frozen=True, dict=True):
    """An ignore file.

    Attributes:
        base: The folder that its patterns are relative to.
        path: The file.
    """

    base: Path
    path: Path

    @cached_property
    def spec(self) -> "GitIgnoreSpec | None":
        """The patterns; None if the file cannot be read."""
        try:
            data = read_bounded(self.path)
        except SettingsError:
            return None
        # Git passes over the mark that Windows' editors begin files with.
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        lines = text.replace("\r\n", "\n").split("\n")
        try:
            return glob_spec(tuple(lines))
        except ValueError:
            # Git skips invalid patterns; they must not disable the others.
            return glob_spec(tuple(line for line in lines if _is_pattern(line)))


IgnoreFiles = tuple[IgnoreFile, ...]


def ignoring(path: Path, files: IgnoreFiles, *, is_folder: bool) -> IgnoreFile | None:
    """Return the file by which git ignores a path: the innermost with a match decides.

    Args:
        path: The path.
        files: The ignore files that apply to it, outermost first.
        is_folder: Whether it is a folder: patterns that end with a slash match only those.
    """
    for file in reversed(files):
        if file.spec is not None:
            relative = relative_to(path, file.base) + "/" * is_folder
            verdict = file.spec.check_file(relative).include
            if verdict is not None:
                return file if verdict else None
    return None


def ignore_files_above(folder: Path, top: Path) -> IgnoreFiles:
    """Return the ignore files that apply to a folder, outermost first, without its own.

    Those are the user's, the repository's `info/exclude`, and the `.gitignore` of each folder
    between the repository's top and this one.

    Args:
        folder: An absolute path.
        top: The top of the repository that it is in.
    """
    location = location_of(top)
    found = [IgnoreFile(top, path) for path in _users_own(location)]
    own_folder = location.common_dir if location else top / ".git"
    found.append(IgnoreFile(top, own_folder / "info" / "exclude"))
    inside = [parent for parent in reversed(folder.parents) if parent.is_relative_to(top)]
    own = [IgnoreFile(parent, parent / ".gitignore") for parent in inside]
    # Git follows no link that is called .gitignore.
    found += [file for file in own if not file.path.is_symlink()]
    return tuple(file for file in found if is_file(file.path))


def _users_own(location: Location | None) -> Iterator[Path]:
    """Yield the user's ignore file: what `core.excludesFile` names, else the usual one.

    https://git-scm.com/docs/git-config#FILES: a later file overrides an earlier one.
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - does not fail without a home
    xdg = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    files = [Path("/etc/gitconfig"), xdg / "config", home / ".gitconfig"]
    if own := os.environ.get("GIT_CONFIG_GLOBAL"):
        files[1:] = [Path(own)]
    if location is not None:
        files.append(location.common_dir / "config")
    named = None
    for file in files:
        config = parse_config(read_small(file) or b"")
        named = config.get("core.excludesfile", named)
    if named is None:
        yield xdg / "ignore"
    elif named:
        path = Path(os.path.expanduser(named))  # noqa: PTH111
        yield path if path.is_absolute() or location is None else location.top / path


def _is_pattern(line: str) -> bool:
    try:
        glob_spec((line,))
    except ValueError:
        return False
    return True
