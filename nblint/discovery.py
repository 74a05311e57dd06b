"""Finds the notebooks to check under the paths of a command line.

Does not run `git`, since a hostile repository's configuration can make git execute code. What git
tracks and ignores is read from its files.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nblint.errors import SettingsError, unreadable
from nblint.paths import relative_to
from nblint.settings import ALWAYS_EXCLUDED
from nblint.settings_files import SettingsFile, SettingsFinder

if TYPE_CHECKING:
    from nblint.git.surroundings import Surroundings


class Discovery:
    """Finds notebooks.

    Args:
        finder: Where settings come from.
        on_error: Called with a message for each path that cannot be read.
        on_note: Called with a message for each path that is skipped, and for each settings file.

    Attributes:
        skipped: The number of notebooks that settings exclude or git ignores.
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
        self.skipped = 0
        self.empty: list[Path] = []

    def notebooks(self, paths: Sequence[Path]) -> Iterator[tuple[Path, SettingsFile]]:
        """Yield the notebooks under paths, in a stable order, each once.

        A file that is given is a notebook whatever its name, and only `exclude` skips it. In
        folders, notebooks are the `*.ipynb` files, in any case of letters, that git tracks or would
        not ignore. In a folder such as `.venv`, only what git tracks counts.

        Args:
            paths: Files and folders.

        Yields:
            The path of each, as given or under the folder that was given, and the settings that
            apply to it.
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
                    self.skipped += 1
                    continue
                yield found, settings

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
        from nblint.git.surroundings import Surroundings

        open_folders = [self._entries(top, Surroundings.of(top))]
        while open_folders:
            for path, surroundings in open_folders[-1]:
                if surroundings is not None:
                    open_folders.append(self._entries(path, surroundings))
                    break
                yield path
            else:
                open_folders.pop()

    def _entries(
        self, folder: Path, around: "Surroundings"
    ) -> "Iterator[tuple[Path, Surroundings | None]]":
        """Yield a folder's notebooks, and its folders with what git says about them."""
        entries = self._listed(folder)
        names = {entry.name for entry in entries}
        if ".git" in names and around.top != Path(os.path.abspath(folder)):
            around = around.of(folder)  # a repository in the repository
        # Git does not follow a link of that name, either.
        if any(e.name == ".gitignore" and e.is_file(follow_symlinks=False) for e in entries):
            around = around.with_ignore_file(folder)
        for entry in entries:
            path = folder / entry.name
            # Links to folders are not followed: they can form loops.
            if entry.is_dir(follow_symlinks=False):
                if (inside := self._inside(path, around)) is not None:
                    yield path, inside
            elif _is_notebook(entry) and not self._is_skipped(path, around):
                yield path, None

    def _inside(self, folder: Path, around: "Surroundings") -> "Surroundings | None":
        """Return what git says about a folder; None if nothing in it counts.

        What is tracked counts, wherever it lies: it is committed with everything else.
        """
        if folder.name == ".git":
            return None
        by = around.ignoring(folder, is_folder=True)
        if folder.name in ALWAYS_EXCLUDED:
            why = "folders of that name are always excluded"
        elif by is not None:
            why = f"ignored by {_relative(by.path)}"
        else:
            return around
        if around.tracks_below(folder):
            return around.limited_to_tracked()
        self._note(f"{folder}: skipped: {why}")
        return None

    def _is_skipped(self, path: Path, around: "Surroundings") -> bool:
        by = around.ignoring(path, is_folder=False)
        if (by is None and not around.only_tracked) or around.tracks(path):
            return False
        why = f"ignored by {_relative(by.path)}" if by else "not tracked by git"
        self._note(f"{path}: skipped: {why}")
        self.skipped += 1
        return True

    def _listed(self, folder: Path) -> "list[os.DirEntry[str]]":
        try:
            return sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return []  # gone since its parent was listed
        except OSError as error:
            self._on_error(unreadable(folder, error))
            return []

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
        return entry.name.lower().endswith(".ipynb") and entry.is_file()
    except OSError:
        return True


def is_excluded(path: Path, found: SettingsFile) -> bool:
    """Tell whether settings exclude a notebook.

    Args:
        path: The notebook's absolute path.
        found: The settings that apply to it.
    """
    globs = found.settings.exclude
    if not globs:
        return False
    from nblint.globs import matches  # most repositories have none

    return matches(relative_to(path, found.root), globs)
