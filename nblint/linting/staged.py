"""What `git commit` would commit now, written to a folder as plain files.

A hook must judge that, and not the working tree: a file can be staged in part, `git commit FILE`
leaves out what else is staged, and a filter can keep outputs on the author's screen that are not
committed. Settings, and the files that they name, are those that would be committed as well.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from nblint.errors import SettingsError
from nblint.files import is_file
from nblint.git.objects import LINK, Entry
from nblint.git.refusals import GitError
from nblint.git.repository import Repository
from nblint.git.snapshot import Snapshot, write_file, write_named, write_snapshot
from nblint.paths import STOOD_FOR, is_outside, relative_to
from nblint.settings_files import SettingsFile, SettingsFinder


class Staged(NamedTuple):
    """The files of a repository as they would be committed.

    Attributes:
        top: The top of the repository.
        folder: The folder that stands for it.
        notebooks: The notebooks to check, in that folder.
    """

    top: Path
    folder: Path
    notebooks: tuple[Path, ...]

    def instead_of(self, path: Path) -> Path:
        """Return the file that stands for one of the repository; others as they are."""
        relative = relative_to(path, self.top)
        counterpart = self.folder / relative
        return counterpart if counterpart.is_file() else Path(os.path.abspath(path))

    @contextmanager
    def as_current_folder(self) -> Iterator[None]:
        """Go to what stands for the current folder: reports name files from there."""
        here = Path.cwd()
        inside = self.folder / relative_to(Path(os.path.realpath(here)), self.top)
        inside.mkdir(parents=True, exist_ok=True)
        os.chdir(inside)
        STOOD_FOR[self.folder] = self.top
        try:
            yield
        finally:
            del STOOD_FOR[self.folder]
            os.chdir(here)

    def named(self, sentence: str) -> str:
        """Return a sentence with the repository's names of files."""
        return sentence.replace(f"{self.folder}{os.sep}", "")


@contextmanager
def staged_files(
    paths: Sequence[Path], also: Sequence[Path], on_error: Callable[[str], None]
) -> Iterator[Staged]:
    """Write what would be committed to a temporary folder.

    Args:
        paths: The notebooks to check, and folders of such; if empty, those that differ from HEAD.
        also: Other files of the repository to write, such as a baseline.
        on_error: Called with a sentence for each path that would not be committed.

    Yields:
        The files.

    Raises:
        SettingsError: There is no repository here, it cannot be read, or the commit would lack a
            file that the settings name.
    """
    with (
        Repository(Path()) as repository,
        TemporaryDirectory(prefix="nblint-staged-") as temporary,
    ):
        folder = Path(os.path.realpath(temporary), "files")
        snapshot = write_snapshot(repository, repository.staged(), folder)
        names = list(_selected(repository, snapshot, paths, on_error))
        for path in also:
            write_named(repository, snapshot, relative_to(path, repository.top))
        _write_what_settings_name(repository, snapshot, names)
        written = tuple(_written(repository, snapshot, names, on_error))
        yield Staged(repository.top, folder, written)


def _selected(
    repository: Repository,
    snapshot: Snapshot,
    paths: Sequence[Path],
    on_error: Callable[[str], None],
) -> Iterator[Entry]:
    """Yield the files to check, in the order of their paths, each once."""
    files = {
        path: entry
        for path, entry in sorted(snapshot.notebooks.items())
        # What a link leads to is checked by its own name.
        if entry.mode != LINK
    }
    if not paths:
        head = _head(repository)
        old = {(e.path, e.id, e.mode) for e in repository.entries(head)} if head else set()
        yield from (e for path, e in files.items() if (path, e.id, e.mode) not in old)
        return
    seen: set[str] = set()
    for path in paths:
        wanted = relative_to(Path(os.path.realpath(path.parent), path.name), repository.top)
        prefix = "" if wanted == "." else f"{wanted}/"
        found = {name: entry for name, entry in files.items() if name.startswith(prefix)}
        if wanted in files:
            found = {wanted: files[wanted]}
        elif wanted in snapshot.others:  # a notebook whatever it is called
            found = {wanted: snapshot.others[wanted]}
        elif not found and not path.is_dir():
            on_error(f"{path}: not staged; run `git add` first")
        yield from (entry for name, entry in found.items() if name not in seen)
        seen.update(found)


def _head(repository: Repository) -> str | None:
    try:
        return repository.resolve("HEAD")
    except GitError:  # no commit yet
        return None


def _write_what_settings_name(
    repository: Repository, snapshot: Snapshot, notebooks: Sequence[Entry]
) -> None:
    """Write the files that settings name, whatever they are called and however large."""
    finder = SettingsFinder(top=snapshot.folder)
    named: set[str] = set()
    for folder in dict.fromkeys((snapshot.folder / entry.path).parent for entry in notebooks):
        try:
            found = finder.of(folder)
        except SettingsError:  # said when the notebook is checked
            continue
        root = relative_to(found.root, snapshot.folder)
        named.update(Path(os.path.normpath(Path(root, name))).as_posix() for name in _names(found))
    for name in sorted(named):
        if name not in snapshot.others and _is_here(repository, name):
            raise SettingsError(f"{name}: the settings name it, but it is not staged; `git add` it")
        write_named(repository, snapshot, name)


def _is_here(repository: Repository, name: str) -> bool:
    """Tell whether a file that a commit lacks lies in the repository."""
    return not is_outside(name) and is_file(repository.top / name)


def _names(found: SettingsFile) -> Iterator[str]:
    settings = found.settings
    yield from settings.environment.catalogues or ()
    yield from settings.credentials.detect_secrets_plugins
    yield from filter(None, (settings.parameters.file, settings.baseline))


def _written(
    repository: Repository,
    snapshot: Snapshot,
    notebooks: Sequence[Entry],
    on_error: Callable[[str], None],
) -> Iterator[Path]:
    """Write notebooks, and yield where they are."""
    places: dict[str, list[str]] = {}
    for entry in notebooks:
        places.setdefault(entry.id, []).append(entry.path)
    failed = set()
    for own, content in repository.blobs(places):
        for path in places[own]:
            if content is None or not write_file(snapshot.folder, path, content):
                why = "too large to be checked"
                if content is not None:
                    why = "not checked: this system cannot have a file of that name; rename it"
                on_error(f"{path}: {why}")
                failed.add(path)
    yield from (snapshot.folder / e.path for e in notebooks if e.path not in failed)
