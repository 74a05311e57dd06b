"""From the paths on a command line to the notebooks to check.

Runs no `git`: the configuration of a hostile repository can make git execute code. What git
ignores is read from its ignore files: https://git-scm.com/docs/gitignore
"""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nblint.settings import ALWAYS_EXCLUDED, SettingsFile, SettingsFinder
from nblint.toml import SettingsError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Discovered(NamedTuple):
    """A notebook to check.

    Attributes:
        path: Its path, as named or under the folder that was named.
        settings: The settings that hold for it.
    """

    path: Path
    settings: SettingsFile


class Discovery:
    """Finds notebooks.

    Args:
        finder: Where settings come from.
        on_error: Called with a sentence for each path that cannot be looked into.

    Attributes:
        empty: Folders that were named and hold no notebook.
    """

    def __init__(self, finder: SettingsFinder, on_error: Callable[[str], None]) -> None:
        self._finder = finder
        self._on_error = on_error
        self._broken: set[str] = set()
        self.empty: list[Path] = []

    def notebooks(self, paths: Sequence[Path]) -> Iterator[Discovered]:
        """Yield the notebooks under paths, in a stable order, each once.

        A file that is named is a notebook whatever it is called, and only `exclude` drops it; in
        folders, `*.ipynb` counts, without what git ignores.

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
                if settings is not None and not is_excluded(Path(key), settings):
                    yield Discovered(found, settings)

    def _under(self, path: Path) -> Iterator[Path]:
        if path.is_dir():
            found = False
            for notebook in self._walk(path, _ignore_files_above(path)):
                found = True
                yield notebook
            if not found:
                self.empty.append(path)
        elif path.exists():
            yield path
        else:
            self._on_error(f"{path}: no such file or folder")

    def _walk(self, folder: Path, ignores: "tuple[_IgnoreFile, ...]") -> Iterator[Path]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._on_error(f"{folder}: cannot be read: {error.strerror or error}")
            return
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = (*ignores, _IgnoreFile(folder, folder / ".gitignore"))
        for entry in entries:
            path = folder / entry.name
            # Links to folders are not followed: they can lead in circles.
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in ALWAYS_EXCLUDED and not _is_ignored(path, ignores, "/"):
                    yield from self._walk(path, ignores)
            elif (
                entry.name.endswith(".ipynb") and path.is_file() and not _is_ignored(path, ignores)
            ):
                yield path

    def _settings(self, folder: Path) -> SettingsFile | None:
        try:
            return self._finder.of(folder)
        except SettingsError as error:
            if str(error) not in self._broken:
                self._broken.add(str(error))
                self._on_error(str(error))
            return None


def is_excluded(path: Path, found: SettingsFile) -> bool:
    """Say whether settings exclude a notebook.

    Args:
        path: Its absolute path.
        found: The settings that hold for it.
    """
    relative = relative_to(path, found.root)
    if any(part in ALWAYS_EXCLUDED for part in relative.split("/")):
        return True
    return matches(relative, found.settings.exclude)


def relative_to(path: Path, root: Path) -> str:
    """Return a path relative to a folder, with `/` between its parts; absolute where it is not."""
    try:
        return Path(os.path.abspath(path)).relative_to(os.path.abspath(root)).as_posix()
    except ValueError:
        return Path(os.path.abspath(path)).as_posix()


def matches(relative: str, globs: Sequence[str]) -> bool:
    """Say whether a path matches one of some globs, which mean what they mean in `.gitignore`."""
    return bool(globs) and _spec(tuple(globs)).match_file(relative)


@cache
def _spec(globs: tuple[str, ...]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(globs)


class _IgnoreFile(NamedTuple):
    """An ignore file and the folder that its patterns are relative to."""

    base: Path
    path: Path


@cache
def _ignore_spec(path: Path) -> "GitIgnoreSpec | None":
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    try:
        return _spec(tuple(lines))
    except ValueError:
        # Git passes over a pattern that it cannot read; one such pattern must not hide the others.
        return _spec(tuple(line for line in lines if _is_pattern(line)))


def _is_pattern(line: str) -> bool:
    try:
        _spec((line,))
    except ValueError:
        return False
    return True


def _ignore_files_above(folder: Path) -> tuple[_IgnoreFile, ...]:
    """Return the ignore files of the repository that hold for a folder, the outermost first."""
    start = Path(os.path.abspath(folder))
    above = [start, *start.parents]
    top = next((parent for parent in above if (parent / ".git").exists()), None)
    if top is None:
        return ()
    found = [_IgnoreFile(top, top / ".git" / "info" / "exclude")]
    inside = [parent for parent in reversed(above[1:]) if top in (parent, *parent.parents)]
    found += [_IgnoreFile(parent, parent / ".gitignore") for parent in inside]
    return tuple(file for file in found if file.path.is_file())


def _is_ignored(path: Path, ignores: tuple[_IgnoreFile, ...], suffix: str = "") -> bool:
    """Say whether git ignores a path: the innermost ignore file that says anything decides."""
    for base, file in reversed(ignores):
        spec = _ignore_spec(file)
        if spec is not None:
            verdict = spec.check_file(relative_to(path, base) + suffix).include
            if verdict is not None:
                return verdict
    return False
