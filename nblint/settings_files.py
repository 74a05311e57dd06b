"""Finds and reads settings files: for each notebook the nearest one upwards, read once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from nblint.errors import SettingsError
from nblint.files import is_file
from nblint.paths import repository_of
from nblint.settings import Settings

# Names of settings files; if both are in a folder, the first one counts.
NAMES = ("nblint.toml", "pyproject.toml")


class SettingsFile(msgspec.Struct, frozen=True):
    """Settings and where they come from.

    Attributes:
        settings: The settings.
        root: The folder that their paths are relative to.
        path: The file that they were read from; None for the defaults.
    """

    settings: Settings
    root: Path
    path: Path | None = None

    @property
    def baseline(self) -> Path | None:
        """The file of the baseline that the settings name; None if they name none."""
        name = self.settings.baseline
        return self.root / name if name is not None else None


def settings_table(path: Path) -> Any:
    """Read the settings in a file, without validating them.

    Args:
        path: A `pyproject.toml`, whose `[tool.nblint]` is read, or any other TOML file, which holds
            the settings without that prefix.

    Returns:
        The table, whose type is not checked yet; None for a `pyproject.toml` without
        `[tool.nblint]`.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or wrongly has the prefix.
    """
    from nblint.toml import read_toml

    table = read_toml(path)
    tool = table.get("tool")
    inner = tool.get("nblint") if isinstance(tool, dict) else None
    if path.name == "pyproject.toml":
        return inner
    if inner is not None:
        raise SettingsError(
            f"{path}: 'tool.nblint' belongs in a pyproject.toml; remove that prefix in this file"
        )
    return table


def load_settings(path: Path) -> SettingsFile | None:
    """Read one settings file.

    Args:
        path: The file, as for `settings_table`.

    Returns:
        The settings; None for a `pyproject.toml` without `[tool.nblint]`.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or has an invalid key or value.
    """
    table = settings_table(path)
    if table is None:
        return None
    from nblint.toml import convert_toml

    prefix = "tool.nblint." if path.name == "pyproject.toml" else ""
    settings: Settings = convert_toml(table, Settings, f"{path}: {prefix}")
    files = {
        "baseline": settings.baseline,
        "parameters.file": settings.parameters.file,
        "parameters.folder": settings.parameters.folder,
    }
    for key, name in files.items():
        if name is not None and "\0" in name:
            raise SettingsError(f"{path}: {prefix}{key}: file names cannot contain NUL characters")
    _validate_globs("exclude", settings.exclude, f"{path}: {prefix}")
    _validate_globs("per-file-ignores", tuple(settings.per_file_ignores), f"{path}: {prefix}")
    return SettingsFile(settings, path.parent, path)


def _validate_globs(key: str, globs: tuple[str, ...], where: str) -> None:
    if not globs:
        return
    from nblint.globs import glob_spec

    try:
        glob_spec(globs)
    except ValueError as error:
        raise SettingsError(f"{where}{key}: invalid glob: {error}") from error


class SettingsFinder:
    """Finds the settings of notebooks: the nearest settings file upwards.

    Args:
        config: A settings file to use for every notebook instead.
        overrides: Settings from the command line, which override the file's.
        settings: Settings for every notebook instead; a file only says what their paths are
            relative to.
        top: The topmost folder to look in, and the root of the defaults; None: the file system's.

    Raises:
        SettingsError: `config` cannot be used.
    """

    def __init__(
        self,
        config: Path | None = None,
        overrides: Mapping[str, object] | None = None,
        settings: Settings | None = None,
        *,
        top: Path | None = None,
    ) -> None:
        self._given = settings
        self._top = top
        self._overrides = dict(overrides or {})
        self._found: dict[Path, SettingsFile] = {}  # by folders of notebooks
        self._read: dict[Path, SettingsFile | None] = {}  # by files
        self._fixed: SettingsFile | None = None
        if config is not None:
            loaded = load_settings(config)
            if loaded is None:
                raise SettingsError(f"{config}: no [tool.nblint] table")
            self._fixed = self._with_overrides(loaded)

    def of(self, directory: Path) -> SettingsFile:
        """Return the settings for the notebooks of a folder.

        Args:
            directory: An absolute path.

        Returns:
            The settings of the nearest file upwards. Without such a file, the defaults, whose root
            is the repository, or else the current directory if it contains the folder, or else the
            folder.

        Raises:
            SettingsError: The nearest file cannot be used.
        """
        if self._fixed is not None:
            return self._fixed
        if directory not in self._found:
            self._found[directory] = self._nearest(directory)
        return self._found[directory]

    def _nearest(self, directory: Path) -> SettingsFile:
        settings = self._given or Settings()
        for folder in (directory, *directory.parents):
            for name in NAMES:
                path = folder / name
                if is_file(path) and (loaded := self._loaded(path)) is not None:
                    return self._with_overrides(loaded)
            if folder == self._top:
                return self._with_overrides(SettingsFile(settings, folder))
        return self._with_overrides(SettingsFile(settings, _default_root(directory)))

    def _loaded(self, path: Path) -> SettingsFile | None:
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: Path) -> SettingsFile | None:
        if self._given is None:
            return load_settings(path)
        with suppress(SettingsError):  # what is wrong in there concerns nobody
            if settings_table(path) is None:
                return None
        return SettingsFile(self._given, path.parent, path)

    def _with_overrides(self, found: SettingsFile) -> SettingsFile:
        settings = msgspec.structs.replace(found.settings, **self._overrides)
        return SettingsFile(settings, found.root, found.path)


Loaded = TypeVar("Loaded")


class OncePerFile(Generic[Loaded]):
    """Loads what settings refer to, once per settings file, and reports errors only once.

    Args:
        load: Loads it for one settings file.
        on_error: Called with a message for settings that refer to something that cannot be used.
    """

    def __init__(
        self, load: Callable[[SettingsFile], Loaded], on_error: Callable[[str], None]
    ) -> None:
        self._load = load
        self._on_error = on_error
        self._loaded: dict[Path, Loaded | None] = {}

    def of(self, found: SettingsFile) -> Loaded | None:
        """Return what settings refer to; None if it cannot be used."""
        key = found.path or found.root
        if key not in self._loaded:
            try:
                self._loaded[key] = self._load(found)
            except SettingsError as error:
                self._loaded[key] = None
                self._on_error(str(error))
        return self._loaded[key]

    def all(self) -> Iterator[Loaded]:
        """Yield everything that was loaded, in the order in which it was requested."""
        return (loaded for loaded in self._loaded.values() if loaded is not None)


def _default_root(directory: Path) -> Path:
    is_below = Path.cwd() in (directory, *directory.parents)
    return repository_of(directory) or (Path.cwd() if is_below else directory)
