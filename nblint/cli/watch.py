"""`nblint check --watch`: checks again whenever something changes that the result depends on.

Files are looked at again and again instead of asking the system to tell of changes: that works on
network file systems, in containers and on every platform, and looks at nothing but the notebooks
that are checked and the files that their settings name.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from nblint.discovery import Discovery
from nblint.errors import SettingsError
from nblint.paths import display_path
from nblint.project.catalogue.loading import DEFAULT_CATALOGUE, locate
from nblint.project.requirements import matching
from nblint.reports.terminal import printable
from nblint.reports.text import count
from nblint.settings import Settings
from nblint.settings_files import NAMES, SettingsFile, SettingsFinder

# Seconds between two looks: at least, as a multiple of how long a look takes, and at most.
_PAUSE = 0.3
_SHARE = 20
_LONGEST = 10

# What of a file changes when it is written: in place, or by another one that takes its place.
Stamp = tuple[int, int, int] | None
Stamps = Mapping[Path, Stamp]


def watch(check: Callable[[], int], paths: Sequence[Path], config: Path | None) -> NoReturn:
    """Check, and check again at each change, until Ctrl-C.

    Args:
        check: Checks, and prints what it finds.
        paths: The files and folders that it checks.
        config: The settings file for all of them, if the command line names one.

    Raises:
        KeyboardInterrupt: The person has had enough.
    """
    while True:
        seen = stamps(paths, config)
        click.clear()  # does nothing where there is no terminal
        check()
        sys.stdout.flush()
        notebooks = sum(path.suffix == ".ipynb" for path in seen)
        click.echo(f"Watching {count(notebooks, 'notebook')}; Ctrl-C ends.", err=True)
        changed = _changes(seen, paths, config)
        click.echo(f"\nChanged: {changed}", err=True)


def _changes(seen: Stamps, paths: Sequence[Path], config: Path | None) -> str:
    """Wait for a change, and until it is over; return the names of the first files."""
    now = seen
    while now == seen:
        started = time.monotonic()
        now = stamps(paths, config)
        time.sleep(min(max(_PAUSE, _SHARE * (time.monotonic() - started)), _LONGEST))
    # A save takes several steps: Jupyter empties the file before it fills it.
    while (later := stamps(paths, config)) != now:
        now = later
        time.sleep(_PAUSE)
    changed = sorted(path for path in {*seen, *now} if seen.get(path) != now.get(path))
    names = [printable(display_path(path)) for path in changed]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def stamps(paths: Sequence[Path], config: Path | None) -> dict[Path, Stamp]:
    """Return the state of each file that a check of paths depends on.

    Args:
        paths: The files and folders that are checked.
        config: The settings file for all of them, if the command line names one.
    """
    files: set[Path] = {Path(os.path.abspath(path)) for path in paths}
    found: dict[Path, SettingsFile] = {}
    folders = {path if path.is_dir() else path.parent for path in files}
    try:
        finder = _Forgiving(config)
    except SettingsError:
        finder = _Forgiving()
    for path, settings in Discovery(finder, lambda _: None).notebooks(paths):
        file = Path(os.path.abspath(path))
        files.add(file)
        folders.add(file.parent)
        found[settings.path or settings.root] = settings
    # Settings may also come to be, and so may catalogues.
    above = {parent for folder in folders for parent in (folder, *folder.parents)}
    files.update([config] if config else (folder / name for folder in above for name in NAMES))
    files.update(file for settings in found.values() for file in _named(settings))
    return {file: _stamp(file) for file in files}


class _Forgiving(SettingsFinder):
    """Takes the defaults where settings cannot be used: the check has said so, and they will be."""

    def of(self, directory: Path) -> SettingsFile:
        try:
            return super().of(directory)
        except SettingsError:
            return SettingsFile(Settings(), directory)


def _named(found: SettingsFile) -> Iterator[Path]:
    """Yield the files that settings name, whether they are there or not."""
    settings, root = found.settings, found.root
    for name in settings.environment.catalogues or (DEFAULT_CATALOGUE,):
        yield _catalogue(name, root)
    if settings.parameters.file:
        yield root / settings.parameters.file
    if baseline := found.baseline:
        yield baseline
    for glob in settings.reproducibility.requirements:
        yield from _matches(glob, root)


def _catalogue(name: str, root: Path) -> Path:
    try:
        return locate(name, root)
    except SettingsError:
        return root / name  # where it may come to be


def _matches(glob: str, root: Path) -> list[Path]:
    try:
        return matching(glob, root)
    except ValueError:
        return []  # the check says so


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    # A folder's own times change with every file in it; which notebooks it holds is looked up.
    return None if path.is_dir() else (status.st_mtime_ns, status.st_size, status.st_ino)
