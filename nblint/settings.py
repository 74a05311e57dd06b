"""The settings of `[tool.nblint]`, typed, and where they come from.

The classes are the definition: validation, defaults and the JSON schema follow from them.
Codes of rules are plain strings here; `nblint.linting.selection` knows which ones exist.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import msgspec

from nblint.toml import SettingsError, convert_toml, is_file, read_toml

Severity = Literal["error", "warning"]
Form = Literal["text", "list", "numbered-list", "table"]

# What a settings file is called; of two beside each other, the first counts.
NAMES = ("nblint.toml", "pyproject.toml")

# Never looked into, whatever the settings say: copies, and what is not the author's.
ALWAYS_EXCLUDED = (".ipynb_checkpoints", ".git", ".venv", "node_modules")


class Table(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file."""


class SectionSettings(Table, frozen=True):
    """One section of the header.

    Attributes:
        title: The heading, without its `#` marks; a parenthesis at its end is optional.
        aliases: Other headings that count as this section.
        form: What its text has to be.
        columns: Headings that a table has to have at least.
        prompt: Markdown that stands under the heading until an author replaces it; empty: `TODO` in
            the section's form.
        required: Whether a header without this section is refused.
    """

    title: str
    aliases: tuple[str, ...] = ()
    form: Form = "text"
    columns: tuple[str, ...] = ()
    prompt: str = ""
    required: bool = True


# The organisation's recommended header.
DEFAULT_SECTIONS = (
    SectionSettings(title="Purpose", prompt="What are you trying to do with this notebook?"),
    SectionSettings(title="Audience", prompt="Who is this notebook developed for?"),
    SectionSettings(title="Data Sources", form="list", prompt="* Data source 1\n* Data source 2"),
    SectionSettings(
        title="Description (How does it work?)",
        form="numbered-list",
        prompt="1. Step 1\n2. Step 2\n3. Step 3",
    ),
    SectionSettings(
        title="Parameters",
        form="table",
        columns=("Parameter", "Description"),
        prompt=("Parameter | Description\n--- | ---\nPARAM_1 | Blah blah\nPARAM_2 | Blah blah"),
    ),
    SectionSettings(
        title="References",
        form="list",
        prompt="* Links to documentation or external references",
    ),
)


class HeaderSettings(Table, frozen=True):
    """`[tool.nblint.header]`: the sections a notebook opens with, in order.

    Attributes:
        sections: The sections.
        placeholders: Texts that an author was meant to replace, beside the sections' own prompts.
    """

    sections: tuple[SectionSettings, ...] = DEFAULT_SECTIONS
    placeholders: tuple[str, ...] = ("TODO", "TBD", "Blah blah")


class EnvironmentSettings(Table, frozen=True):
    """`[tool.nblint.environment]`: which variables there are.

    Attributes:
        catalogues: Paths relative to the settings file, absolute paths, or `package:file` of an
            installed distribution. None: `environment.toml` if it is there.
        known: Globs of names that are declared elsewhere.
    """

    catalogues: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()


class CredentialsSettings(Table, frozen=True):
    """`[tool.nblint.credentials]`: what counts as a credential.

    Attributes:
        disable: Detectors, by name, that stay silent.
        placeholders: Values that are no secrets.
        detect_secrets_plugins: A team's own detect-secrets plugins; they run only when the
            command line trusts them, because they are code.
    """

    disable: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    detect_secrets_plugins: tuple[str, ...] = ()


class ParametersSettings(Table, frozen=True):
    """`[tool.nblint.parameters]`: papermill's parameters.

    Attributes:
        file: The YAML file that scheduled runs take their parameters from.
    """

    file: str | None = None


class ReproducibilitySettings(Table, frozen=True):
    """`[tool.nblint.reproducibility]`: what it takes to run a notebook elsewhere.

    Attributes:
        outputs: Whether committed notebooks hold outputs.
        kernels: Allowed kernelspec names; empty: any.
        requirements: Globs of the files that declare the notebooks' imports.
    """

    outputs: Literal["strip", "keep"] = "strip"
    kernels: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ("requirements*.txt", "requirements*.in", "pyproject.toml")


class Settings(Table, frozen=True):
    """`[tool.nblint]`.

    Attributes:
        select: Prefixes of the codes that run.
        extend_select: Prefixes that run as well.
        ignore: Prefixes that do not run; the longest prefix decides, on a tie this one.
        exclude: Globs of notebooks that are passed over, even when they are named.
        per_file_ignores: For globs of notebooks, prefixes that are ignored there.
        severity: Severities of codes that differ from the rules' own.
        baseline: The file of recorded findings, if there is one.
        output_format: How findings are printed.
        header: The header's sections.
        environment: The catalogue of environment variables.
        credentials: What counts as a credential.
        parameters: Papermill's parameters.
        reproducibility: What it takes to run a notebook elsewhere.
    """

    select: tuple[str, ...] = ("NBL0", "NBL1", "NBL2", "NBL3", "NBL4")
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    severity: dict[str, Severity] = {}
    baseline: str | None = None
    output_format: str = "text"
    header: HeaderSettings = HeaderSettings()
    environment: EnvironmentSettings = EnvironmentSettings()
    credentials: CredentialsSettings = CredentialsSettings()
    parameters: ParametersSettings = ParametersSettings()
    reproducibility: ReproducibilitySettings = ReproducibilitySettings()

    @property
    def sections(self) -> tuple[Table, ...]:
        """The tables inside this one: what rules of one family ask for."""
        return tuple(
            value
            for value in (getattr(self, name) for name in self.__struct_fields__)
            if isinstance(value, Table)
        )


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


def repository_of(directory: Path) -> Path | None:
    """Return the repository that a folder is in; None where it is in none.

    Args:
        directory: An absolute path.
    """
    above = (directory, *directory.parents)
    # Not Path.exists, which raises where a folder cannot be looked into.
    return next((f for f in above if os.path.exists(f / ".git")), None)  # noqa: PTH110


def _default_root(directory: Path) -> Path:
    is_below = Path.cwd() in (directory, *directory.parents)
    return repository_of(directory) or (Path.cwd() if is_below else directory)
