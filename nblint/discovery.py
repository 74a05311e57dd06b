"""Finds the notebooks to check under the paths of a command line.

Does not run `git`, since a hostile repository's configuration can make git execute code. What git
ignores is read from the ignore files: https://git-scm.com/docs/gitignore
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from nblint.errors import SettingsError, unreadable
from nblint.files import is_file, read_bounded
from nblint.globs import glob_spec, matches
from nblint.paths import relative_to, repository_of
from nblint.settings import ALWAYS_EXCLUDED
from nblint.settings_files import SettingsFile, SettingsFinder

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Discovered(NamedTuple):
    """A notebook to check.

    Attributes:
        path: Its path, as given or under the folder that was given.
        settings: The settings that apply to it.
    """

    path: Path
    settings: SettingsFile


class Discovery:
    """Finds notebooks.

    Args:
        finder: Where settings come from.
        on_error: Called with a message for each path that cannot be read.
        on_note: Called with a message for each path that is skipped, and for each settings file.

    Attributes:
        empty: The given folders without a notebook.
    """

    def __init__(
        self,
        finder: SettingsFinder,
        on_error: Callable[[str], None],
        on_note: Callable[[str], None] | None = None,
    ) -> None:
        self._finder = finder
        self._on_error = on_error
        self._on_note = on_note
        self._broken: set[str] = set()
        self._noted: set[Path] = set()
        self.empty: list[Path] = []

    def notebooks(self, paths: Sequence[Path]) -> Iterator[Discovered]:
        """Yield the notebooks under paths, in a stable order, each once.

        A file that is given is a notebook whatever its name, and only `exclude` skips it. In
        folders, notebooks are the `*.ipynb` files that git does not ignore.

        Args:
            paths: Files and folders.
        """
        seen: set[str] = set()
        for path in paths:
            for found in self._under(path):
                key = os.path.abspath(found)
                if key in seen:
                    continue
                seen.add(key)
                settings = self._settings(Path(key).parent)
                if settings is None:
                    continue
                if is_excluded(Path(key), settings):
                    self._note(f"{found}: skipped: excluded by {_name(settings)}")
                    continue
                yield Discovered(found, settings)

    def _under(self, path: Path) -> Iterator[Path]:
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            self._on_error(f"{path}: no such file or folder")
        except OSError as error:
            self._on_error(unreadable(path, error))
        except ValueError as error:  # a NUL character
            self._on_error(f"{path}: cannot be read: {error}")
        else:
            if stat.S_ISREG(mode):
                yield path
            elif stat.S_ISDIR(mode):
                found = False
                for notebook in self._walk(path):
                    found = True
                    yield notebook
                if not found:
                    self.empty.append(path)
            else:  # a pipe or a device: reading it could take forever
                self._on_error(f"{path}: not a regular file; use '-' to read standard input")

    def _walk(self, top: Path) -> Iterator[Path]:
        """Yield the notebooks below a folder, without recursion: folders can be nested deeply."""
        open_folders = [self._entries(top, _ignore_files_above(top))]
        while open_folders:
            for path, ignores in open_folders[-1]:
                if ignores is not None:
                    open_folders.append(self._entries(path, ignores))
                    break
                yield path
            else:
                open_folders.pop()

    def _entries(
        self, folder: Path, ignores: "_IgnoreFiles"
    ) -> "Iterator[tuple[Path, _IgnoreFiles | None]]":
        """Yield a folder's notebooks, and its folders with the ignore files that apply to them."""
        entries = self._listed(folder)
        # Git does not follow a link of that name, either.
        if any(e.name == ".gitignore" and e.is_file(follow_symlinks=False) for e in entries):
            ignores = (*ignores, _IgnoreFile(folder, folder / ".gitignore"))
        for entry in entries:
            path = folder / entry.name
            # Links to folders are not followed: they can form loops.
            if entry.is_dir(follow_symlinks=False):
                if entry.name in ALWAYS_EXCLUDED:
                    self._note(f"{path}: skipped: folders of that name are always excluded")
                elif not self._is_ignored(path, ignores, "/"):
                    yield path, ignores
            elif _is_notebook(entry) and not self._is_ignored(path, ignores):
                yield path, None

    def _listed(self, folder: Path) -> "list[os.DirEntry[str]]":
        try:
            return sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return []  # gone since its parent was listed
        except OSError as error:
            self._on_error(unreadable(folder, error))
            return []

    def _is_ignored(self, path: Path, ignores: "_IgnoreFiles", suffix: str = "") -> bool:
        by = _ignoring(path, ignores, suffix)
        if by is not None:
            self._note(f"{path}: skipped: ignored by {_relative(by.path)}")
        return by is not None

    def _note(self, sentence: str) -> None:
        if self._on_note is not None:
            self._on_note(sentence)

    def _settings(self, folder: Path) -> SettingsFile | None:
        try:
            found = self._finder.of(folder)
            if found.root not in self._noted:
                self._noted.add(found.root)
                self._note(f"settings for {_relative(found.root)}: {_name(found)}")
            return found
        except SettingsError as error:
            if str(error) not in self._broken:
                self._broken.add(str(error))
                self._on_error(str(error))
            return None


def _relative(path: Path) -> str:
    return relative_to(path, Path.cwd())


def _name(found: SettingsFile) -> str:
    return _relative(found.path) if found.path else "nblint's defaults"


def _is_notebook(entry: "os.DirEntry[str]") -> bool:
    """Tell whether an entry is a notebook to read: not a pipe, a device or a broken link.

    An entry that cannot be examined counts, so that reading it gives the error.
    """
    try:
        return entry.name.endswith(".ipynb") and entry.is_file()
    except OSError:
        return True


def is_excluded(path: Path, found: SettingsFile) -> bool:
    """Tell whether settings exclude a notebook.

    Args:
        path: The notebook's absolute path.
        found: The settings that apply to it.
    """
    relative = relative_to(path, found.root)
    if any(part in ALWAYS_EXCLUDED for part in relative.split("/")):
        return True
    return matches(relative, found.settings.exclude)


class _IgnoreFile(Struct, frozen=True, dict=True):
    """An ignore file, and the folder that its patterns are relative to."""

    base: Path
    path: Path

    @cached_property
    def spec(self) -> "GitIgnoreSpec | None":
        """The patterns; None if the file cannot be read."""
        try:
            text = read_bounded(self.path).decode("utf-8", "surrogateescape")
        except SettingsError:
            return None
        lines = text.splitlines()
        try:
            return glob_spec(tuple(lines))
        except ValueError:
            # Git skips invalid patterns; they must not disable the others.
            return glob_spec(tuple(line for line in lines if _is_pattern(line)))


_IgnoreFiles = tuple[_IgnoreFile, ...]


def _is_pattern(line: str) -> bool:
    try:
        glob_spec((line,))
    except ValueError:
        return False
    return True


def _ignore_files_above(folder: Path) -> _IgnoreFiles:
    """Return the repository's ignore files that apply to a folder, outermost first."""
    start = Path(os.path.abspath(folder))
    top = repository_of(start)
    if top is None:
        return ()
    found = [_IgnoreFile(top, top / ".git" / "info" / "exclude")]
    inside = [parent for parent in reversed(start.parents) if top in (parent, *parent.parents)]
    found += [_IgnoreFile(parent, parent / ".gitignore") for parent in inside]
    return tuple(file for file in found if is_file(file.path) and not file.path.is_symlink())


def _ignoring(path: Path, ignores: _IgnoreFiles, suffix: str) -> _IgnoreFile | None:
    """Return the file by which git ignores a path: the innermost with a match decides."""
    for file in reversed(ignores):
        if file.spec is not None:
            verdict = file.spec.check_file(relative_to(path, file.base) + suffix).include
            if verdict is not None:
                return file if verdict else None
    return None
