"""The notebooks of a fleet: files in a bucket, a folder or an archive."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from fsspec.core import has_magic, url_to_fs

from nblint.credentials.masking.redaction import mask
from nblint.discovery import is_excluded
from nblint.errors import SettingsError
from nblint.fleet.faults import fault
from nblint.paths import display_path
from nblint.settings import ALWAYS_EXCLUDED, Settings
from nblint.settings_files import SettingsFile

# The size of a batch: some seconds of work, and no more than a worker can hold in memory.
MOST_NOTEBOOKS = 500
MOST_BYTES = 64 * 1024 * 1024


class StoredObject(NamedTuple):
    """A notebook that has not been read.

    Attributes:
        key: Its name in the filesystem.
        name: Its path relative to the source, with `/` as separator.
        size: Its size in bytes, as listed.
    """

    key: str
    name: str
    size: int


class Batch(NamedTuple):
    """Notebooks that are checked together, by one Dask task.

    Attributes:
        name: The name of the files that they become in the dataset.
        objects: The notebooks.
    """

    name: str
    objects: tuple[StoredObject, ...]

    def halves(self) -> "tuple[Batch, Batch]":
        """Return two batches with half of the notebooks each."""
        middle = len(self.objects) // 2
        first, second = self.objects[:middle], self.objects[middle:]
        return Batch(f"{self.name}-0", first), Batch(f"{self.name}-1", second)


def open_url(url: str) -> tuple[Any, str]:
    """Return the filesystem of a URL, and the path in it.

    Raises:
        SettingsError: The filesystem is unknown, or what it needs is not installed.
    """
    try:
        files, path = url_to_fs(url)
    except (ImportError, OSError, ValueError) as error:
        raise SettingsError(fault(mask(url), "cannot be opened", error)) from error
    return files, path


class FleetSource:
    """Where the notebooks of a fleet are.

    Args:
        url: A folder, a notebook, or a glob: a path or a URL for fsspec, such as
            `s3://bucket/**/*.ipynb`.
        settings: What they exclude is skipped.

    Attributes:
        files: The filesystem.
        unlisted: The folders that could not be listed so far, with the reasons.

    Raises:
        SettingsError: The URL names nothing, or cannot be read.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        # Names are relative to the source, and so are the globs of the settings.
        self._found = SettingsFile(settings, Path())
        self.unlisted: list[tuple[StoredObject, str]] = []
        self.files, self._path = open_url(url)
        try:
            self._is_folder = self.files.isdir(self._path)
            self._is_glob = not self._is_folder and has_magic(self._path)
            is_there = self._is_folder or self._is_glob or self.files.isfile(self._path)
        except Exception as error:  # each filesystem has its own
            raise SettingsError(fault(mask(url), "cannot be read", error)) from error
        if not is_there:
            raise SettingsError(f"{mask(url)}: no such file or folder")

    def notebooks(self) -> Iterator[StoredObject]:
        """Yield the notebooks in a stable order, and list folders only when they are reached."""
        for entry in self._entries():
            name = self._name(entry["name"])
            parts = frozenset(name.split("/"))
            if parts.isdisjoint(ALWAYS_EXCLUDED) and not is_excluded(Path(name), self._found):
                yield StoredObject(entry["name"], name, entry.get("size") or 0)

    def _name(self, key: str) -> str:
        return display_path(Path(key[len(self._root) :].lstrip("/")))

    @cached_property
    def _root(self) -> str:
        if self._is_folder:
            return self._path.rstrip("/")
        literal = self._path
        if self._is_glob:
            literal = self._path[: min(self._path.index(c) for c in "*?[" if c in self._path)]
        return literal.rpartition("/")[0]

    def _entries(self) -> Iterator[dict[str, Any]]:
        if self._is_folder:
            return self._walk()
        if self._is_glob:
            matching = self.files.glob(self._path, detail=True)
            return (entry for _, entry in sorted(matching.items()) if self._is_file(entry))
        return iter([self.files.info(self._path)])

    def _walk(self) -> Iterator[dict[str, Any]]:
        """Yield the notebooks in a folder, at any depth.

        The filesystem's own `walk` would skip folders that cannot be listed.
        """
        open_folders = [self._listed(self._path)]
        while open_folders:
            for entry in open_folders[-1]:
                if entry["type"] == "directory":
                    open_folders.append(self._listed(entry["name"]))
                    break
                yield entry
            else:
                open_folders.pop()

    def _listed(self, folder: str) -> Iterator[dict[str, Any]]:
        """Yield the notebooks and folders in a folder."""
        try:
            entries = self.files.ls(folder, detail=True)
        except FileNotFoundError:
            return  # gone since it was listed
        except Exception as error:  # each filesystem has its own
            name = f"{self._name(folder)}/"
            self.unlisted.append(
                (StoredObject(folder, name, 0), fault(name, "cannot be listed", error))
            )
            return
        self.files.invalidate_cache(folder)  # the listing of a fleet does not fit into memory
        for entry in sorted(entries, key=lambda entry: entry["name"]):
            path = entry["name"].rstrip("/")
            name = path.rpartition("/")[2]
            if entry["type"] == "directory":
                # A bucket may hold an object with the name of the folder.
                if name not in ALWAYS_EXCLUDED and path != folder.rstrip("/"):
                    yield entry
            elif name.lower().endswith(".ipynb") and self._is_file(entry):
                yield entry

    def _is_file(self, entry: dict[str, Any]) -> bool:
        """Tell whether an entry can be read: not a folder, a pipe, or a broken link."""
        is_link = entry.get("islink")
        return bool(entry["type"] == "file" or (is_link and self.files.isfile(entry["name"])))


def batches(objects: Iterable[StoredObject]) -> Iterator[Batch]:
    """Yield notebooks in batches of limited size, in their order."""
    number, size = 0, 0
    gathered: list[StoredObject] = []
    for one in objects:
        is_full = len(gathered) == MOST_NOTEBOOKS or size + one.size > MOST_BYTES
        if gathered and is_full:
            yield Batch(f"part-{number:06}", tuple(gathered))
            number, size, gathered = number + 1, 0, []
        gathered.append(one)
        size += one.size
    if gathered:
        yield Batch(f"part-{number:06}", tuple(gathered))
