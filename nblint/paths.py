"""Paths as settings, baselines and reports write them."""

import os
from pathlib import Path


def repository_of(directory: Path) -> Path | None:
    """Return the repository that a folder is in; None where it is in none.

    Args:
        directory: An absolute path.
    """
    above = (directory, *directory.parents)
    # Not Path.exists, which raises where a folder cannot be looked into.
    return next((f for f in above if os.path.exists(f / ".git")), None)  # noqa: PTH110


def relative_to(path: Path, root: Path) -> str:
    """Return a path relative to a folder, with `/` between its parts; absolute where it is not."""
    try:
        return Path(os.path.abspath(path)).relative_to(os.path.abspath(root)).as_posix()
    except ValueError:
        return Path(os.path.abspath(path)).as_posix()


def display_path(path: Path) -> str:
    """Return a path as reports show it: posix, relative to the current directory."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        relative = os.path.abspath(path)
    # Names that are not UTF-8 come from the system with surrogates, which cannot be printed.
    printable = relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Path(printable).as_posix()
