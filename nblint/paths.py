"""The package's folder, and paths as settings, baselines and reports write them."""

import os
from collections.abc import Iterator
from pathlib import Path

# The repositories for which another folder is checked, by that folder: what is staged is written to
# a temporary one, and nothing of the repository may be run there, either.
STOOD_FOR: dict[Path, Path] = {}
# nblint's own folder.
PACKAGE = Path(__file__).parent


def repository_of(folder: Path) -> Path | None:
    """Return the innermost git repository that a folder is in; None if it is not in one.

    Args:
        folder: An absolute path.
    """
    return next(repositories_of(folder), None)


def repositories_of(folder: Path) -> Iterator[Path]:
    """Yield the git repositories that a folder is in, innermost first.

    Args:
        folder: An absolute path.
    """
    for above in (folder, *folder.parents):
        # Not Path.exists, which raises if a folder cannot be searched.
        if os.path.lexists(above / ".git"):
            yield above


def relative_to(path: Path, root: Path) -> str:
    """Return a path relative to a folder, with `/` as separator; absolute if it is outside."""
    try:
        return Path(os.path.abspath(path)).relative_to(os.path.abspath(root)).as_posix()
    except ValueError:
        return Path(os.path.abspath(path)).as_posix()


def is_outside(relative: str) -> bool:
    """Tell whether a path with `/` as separator leads out of the folder that it is relative to."""
    return relative.startswith(("/", "../")) or ":" in relative  # a drive of Windows


def display_path(path: Path) -> str:
    """Return a path as reports show it: posix, relative to the current directory."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        relative = os.path.abspath(path)
    # The system returns names that are not UTF-8 with surrogates, which cannot be printed.
    printable = relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Path(printable).as_posix()
