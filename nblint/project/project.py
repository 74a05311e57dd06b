"""The project of a notebook: settings, catalogue, requirements and parameters file."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.project.catalogue import catalogue_names
from nblint.project.catalogue.model import Catalogue
from nblint.settings import Settings
from nblint.settings_files import SettingsFile, SettingsFinder

if TYPE_CHECKING:
    from nblint.project.parameters_file import ParametersFile
    from nblint.project.requirements import Requirements


class Project(Struct, frozen=True):
    """What surrounds the notebooks of a settings file: loaded once, immutable, picklable.

    Attributes:
        found: The settings and the folder that their paths are relative to.
        trust_plugins: Whether plugins that the settings name may run.
        catalogue: The environment variables that notebooks find at run time.
        salt: The baseline's salt for fingerprints of credentials; None without a baseline, where
            no such fingerprints are made.
        recorded: The notebooks, as absolute paths, and codes of the credentials that the baseline
            records: only these need fingerprints. None if all do.
        parameters_file: The file that scheduled runs take their parameters from.
        parameters_files: Such files for single notebooks, by the notebooks' names without `.ipynb`.
        requirements: What the repository declares; None if it was not to be loaded.
        committed: Whether notebooks are checked as they are committed, and not as they lie in a
            folder.
    """

    found: SettingsFile = SettingsFile(Settings(), Path())
    trust_plugins: bool = False
    catalogue: Catalogue = Catalogue({})
    salt: str | None = None
    recorded: frozenset[tuple[str, str]] | None = None
    parameters_file: "ParametersFile | None" = None
    parameters_files: "Mapping[str, ParametersFile]" = {}
    requirements: "Requirements | None" = None
    committed: bool = False

    def __repr__(self) -> str:
        """Return what it was loaded for, without the salt, which must not be logged."""
        return f"{type(self).__name__}({self.found!r})"

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.found.settings

    @property
    def root(self) -> Path:
        """The folder that the settings' paths are relative to."""
        return self.found.root

    def parameters_file_of(self, notebook: str) -> "ParametersFile | None":
        """Return the file that scheduled runs of a notebook take their parameters from.

        Args:
            notebook: The notebook's path.

        Returns:
            The file for notebooks of that name, else the file for all; None where neither exists.
        """
        return self.parameters_files.get(PurePath(notebook).stem, self.parameters_file)

    @classmethod
    def of(
        cls, folder: str | os.PathLike[str] = ".", *, settings: Settings | None = None
    ) -> "Project":
        """Load what notebooks in a folder are checked against.

        Args:
            folder: The folder.
            settings: The settings; None for those of the nearest settings file upwards.

        Returns:
            The project, without a salt.

        Raises:
            SettingsError: The settings, or a file that they name, cannot be used.
        """
        return cls.load(SettingsFinder(settings=settings).of(Path(os.path.abspath(folder))))

    @classmethod
    def load(
        cls,
        found: SettingsFile,
        *,
        trust_plugins: bool = False,
        with_files: bool = True,
        with_requirements: bool = True,
        committed: bool = False,
    ) -> "Project":
        """Load all that settings refer to.

        Args:
            found: The settings and their folder.
            trust_plugins: Whether plugins that the settings name may run.
            with_files: Whether catalogues and the parameters file are read; without, all that is
                known of variables is what the settings say.
            with_requirements: Whether requirements are read, for which the repository is searched
                for modules of its own.
            committed: Whether notebooks are checked as they are committed.

        Returns:
            The project.

        Raises:
            SettingsError: A file that the settings name is missing or cannot be used.
        """
        return cls(
            found,
            trust_plugins,
            _catalogue(found, with_files=with_files),
            parameters_file=_parameters_file(found) if with_files else None,
            parameters_files=_parameters_files(found) if with_files else {},
            requirements=_requirements(found) if with_requirements else None,
            committed=committed,
        )


def _catalogue(found: SettingsFile, *, with_files: bool) -> Catalogue:
    settings = found.settings.environment
    if not (with_files and catalogue_names(settings, found.root)):
        return Catalogue({}, known=settings.known)
    from nblint.project.catalogue.loading import load_catalogue

    return load_catalogue(settings, found.root)


def _parameters_file(found: SettingsFile) -> "ParametersFile | None":
    file = found.settings.parameters.file
    if not file:
        return None
    from nblint.project.parameters_file import ParametersFile

    return ParametersFile.load(found.root / file)


def _parameters_files(found: SettingsFile) -> "dict[str, ParametersFile]":
    folder = found.settings.parameters.folder
    if not folder:
        return {}
    from nblint.project.parameters_file import ParametersFile, parameters_files_in

    paths = parameters_files_in(found.root / folder)
    return {path.stem: ParametersFile.load(path) for path in paths}


def _requirements(found: SettingsFile) -> "Requirements":
    from nblint.project.requirements import Requirements

    return Requirements.load(found)
