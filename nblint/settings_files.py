"""Where settings come from: the nearest file upwards from a notebook, read once."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from nblint.errors import SettingsError
from nblint.files import is_file
from nblint.paths import repository_of
from nblint.settings import Settings
from nblint.toml import convert_toml, read_toml

# What a settings file is called; of two beside each other, the first counts.
NAMES = ("nblint.toml", "pyproject.toml")


class SettingsFile(msgspec.Struct, frozen=True):
    """Settings and where they come from.

    Attributes:
        settings: The settings.
        root: The folder that their paths are relative to.
        path: The file they were read from; None for the defaults.
    """

    settings: Settings
    root: Path
    path: Path | None = None

    @property
    def baseline(self) -> Path | None:
        """The baseline that the settings name, if they name one."""
        name = self.settings.baseline
        return self.root / name if name is not None else None


def settings_table(path: Path) -> Any:
    """Read what a file holds of settings, as it stands there.

    Args:
        path: A `pyproject.toml`, whose `[tool.nblint]` counts, or any other TOML file, which holds
            the settings without that prefix.

    Returns:
        The table, which may be of any type yet; None for a `pyproject.toml` without
        `[tool.nblint]`.

    Raises:
        SettingsError: The file cannot be read or is not TOML, or has the prefix of the other.
    """
    table = read_toml(path)
    tool = table.get("tool")
    inner = tool.get("nblint") if isinstance(tool, dict) else None
    if path.name == "pyproject.toml":
        return inner
    if inner is not None:
        raise SettingsError(
            f"{path}: 'tool.nblint' belongs in a pyproject.toml; leave it out of this file's keys"
        )
    return table


def load_settings(path: Path) -> SettingsFile | None:
    """Read one settings file.

    Args:
        path: As of `settings_table`.

    Returns:
        The settings; None for a `pyproject.toml` without `[tool.nblint]`.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or holds a key or value that is wrong.
    """
    table = settings_table(path)
    if table is None:
        return None
    prefix = "tool.nblint." if path.name == "pyproject.toml" else ""
    settings: Settings = convert_toml(table, Settings, f"{path}: {prefix}")
    files = {"baseline": settings.baseline, "parameters.file": settings.parameters.file}
    for key, name in files.items():
        if name is not None and "\0" in name:
            raise SettingsError(f"{path}: {prefix}{key}: the name of a file holds no NUL character")
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
        raise SettingsError(f"{where}{key}: a glob cannot be used: {error}") from error


class SettingsFinder:
    """Finds the settings that hold for a notebook: the nearest file upwards from it.

    Args:
        config: A settings file that holds for every notebook instead.
        overrides: Settings of the command line, which override the file's.

    Raises:
        SettingsError: `config` cannot be used.
    """

    def __init__(
        self, config: Path | None = None, overrides: Mapping[str, object] | None = None
    ) -> None:
        self._overrides = dict(overrides or {})
        self._found: dict[Path, SettingsFile] = {}
        self._fixed: SettingsFile | None = None
        if config is not None:
            loaded = load_settings(config)
            if loaded is None:
                raise SettingsError(f"{config}: has no [tool.nblint]")
            self._fixed = self._with_overrides(loaded)

    def of(self, directory: Path) -> SettingsFile:
        """Return the settings for the notebooks of a folder.

        Args:
            directory: An absolute path.

        Returns:
            The settings of the nearest file upwards. Where there is none, the defaults; their root
            is the repository, else the current directory, else the folder.

        Raises:
            SettingsError: The nearest file cannot be used.
        """
        if self._fixed is not None:
            return self._fixed
        if directory not in self._found:
            self._found[directory] = self._nearest(directory)
        return self._found[directory]

    def _nearest(self, directory: Path) -> SettingsFile:
        for folder in (directory, *directory.parents):
            for name in NAMES:
                path = folder / name
                if is_file(path) and (loaded := load_settings(path)) is not None:
                    return self._with_overrides(loaded)
        return self._with_overrides(SettingsFile(Settings(), _default_root(directory)))

    def _with_overrides(self, found: SettingsFile) -> SettingsFile:
        settings = msgspec.structs.replace(found.settings, **self._overrides)
        return SettingsFile(settings, found.root, found.path)


Loaded = TypeVar("Loaded")


class OncePerFile(Generic[Loaded]):
    """What settings files refer to: loaded once for each, and an error is said once, too.

    Args:
        load: Loads it.
        on_error: Called with a sentence for settings whose files cannot be used.
    """

    def __init__(
        self, load: Callable[[SettingsFile], Loaded], on_error: Callable[[str], None]
    ) -> None:
        self._load = load
        self._on_error = on_error
        self._loaded: dict[Path, Loaded | None] = {}

    def of(self, found: SettingsFile) -> Loaded | None:
        """Return what settings refer to; None where it cannot be used."""
        key = found.path or found.root
        if key not in self._loaded:
            try:
                self._loaded[key] = self._load(found)
            except SettingsError as error:
                self._loaded[key] = None
                self._on_error(str(error))
        return self._loaded[key]

    def all(self) -> Iterator[Loaded]:
        """Yield what could be loaded, in the order in which it was asked for."""
        return (loaded for loaded in self._loaded.values() if loaded is not None)


def _default_root(directory: Path) -> Path:
    is_below = Path.cwd() in (directory, *directory.parents)
    return repository_of(directory) or (Path.cwd() if is_below else directory)
