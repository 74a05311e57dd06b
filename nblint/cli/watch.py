"""`nblint check --watch`: checks again whenever a file changes that the result depends on.

It polls instead of subscribing to file system events: that works on network file systems, in
containers and on every platform, and touches only the notebooks and the files that their settings
name.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from nblint.credentials.masking.redaction import mask_path
from nblint.discovery import Discovery
from nblint.errors import SettingsError
from nblint.paths import display_path
from nblint.project.catalogue import DEFAULT_CATALOGUE
from nblint.project.catalogue.loading import locate
from nblint.project.parameters_file import parameters_files_in
from nblint.project.requirements import matching
from nblint.reports.terminal import printable
from nblint.reports.text import count
from nblint.settings import Settings
from nblint.settings_files import NAMES, SettingsFile, SettingsFinder

# The interval between two polls: the shortest in seconds, as a multiple of the duration of a poll,
# and the longest in seconds.
_PAUSE = 0.3
_SHARE = 20
_LONGEST = 10

# Modification time, size and inode: what changes when a file is written in place, or replaced.
Stamp = tuple[int, int, int] | None
Stamps = Mapping[Path, Stamp]


def watch(check: Callable[[], int], paths: Sequence[Path], config: Path | None) -> NoReturn:
    """Check, and check again at each change, until Ctrl-C.

    Args:
        check: Checks, and prints the report.
        paths: The files and folders that it checks.
        config: The settings file for all of them; None: the nearest one of each.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    while True:
        seen = stamps(paths, config)
        click.clear()  # only does something on a terminal
        check()
        sys.stdout.flush()
        notebooks = sum(path.suffix == ".ipynb" for path in seen)
        click.echo(f"Watching {count(notebooks, 'notebook')}; press Ctrl-C to stop.", err=True)
        changed = _changes(seen, paths, config)
        click.echo(f"\nChanged: {changed}", err=True)


def _changes(seen: Stamps, paths: Sequence[Path], config: Path | None) -> str:
    """Wait until a change is complete, and return the names of the first files that changed."""
    now = seen
    while now == seen:
        started = time.monotonic()
        now = stamps(paths, config)
        time.sleep(min(max(_PAUSE, _SHARE * (time.monotonic() - started)), _LONGEST))
    # A save takes several steps: Jupyter truncates the file before it writes it.
    while (later := stamps(paths, config)) != now:
        now = later
        time.sleep(_PAUSE)
    changed = sorted(path for path in {*seen, *now} if seen.get(path) != now.get(path))
    names = [printable(mask_path(display_path(path))) for path in changed]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def stamps(paths: Sequence[Path], config: Path | None) -> dict[Path, Stamp]:
    """Return the stamp of each file that the check of some paths depends on.

    Args:
        paths: The files and folders that are checked.
        config: The settings file for all of them; None: the nearest one of each.
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
    # Settings and catalogues may also be created.
    above = {parent for folder in folders for parent in (folder, *folder.parents)}
    files.update([config] if config else (folder / name for folder in above for name in NAMES))
    files.update(file for settings in found.values() for file in _named(settings))
    return {file: _stamp(file) for file in files}


class _Forgiving(SettingsFinder):
    """Uses the defaults instead of invalid settings, which the check reports."""

    def of(self, directory: Path) -> SettingsFile:
        try:
            return super().of(directory)
        except SettingsError:
            return SettingsFile(Settings(), directory)


def _named(found: SettingsFile) -> Iterator[Path]:
    """Yield the files that settings name, whether they exist or not."""
    settings, root = found.settings, found.root
    for name in settings.environment.catalogues or (DEFAULT_CATALOGUE,):
        yield _catalogue(name, root)
    if settings.parameters.file:
        yield root / settings.parameters.file
    if settings.parameters.folder:
        yield from parameters_files_in(root / settings.parameters.folder)
    if baseline := found.baseline:
        yield baseline
    for glob in settings.reproducibility.requirements:
        yield from _matches(glob, root)


def _catalogue(name: str, root: Path) -> Path:
    try:
        return locate(name, root)
    except SettingsError:
        return root / name  # where it may be created


def _matches(glob: str, root: Path) -> list[Path]:
    try:
        return matching(glob, root)
    except ValueError:
        return []  # the check reports it


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    # A folder's times change with every file in it; which notebooks it holds is discovered anyway.
    return None if path.is_dir() else (status.st_mtime_ns, status.st_size, status.st_ino)
