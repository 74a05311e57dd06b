"""What a notebook is checked against that does not stand in the notebook."""

from dataclasses import dataclass, field
from pathlib import Path

from nblint.reading.catalogue import Catalogue, load_catalogue
from nblint.settings import Settings, SettingsFile


@dataclass(frozen=True)
class Project:
    """What surrounds the notebooks of a settings file: loaded once, immutable, picklable.

    Attributes:
        found: The settings and the folder that their paths are relative to.
        trust_plugins: Whether plugins that the settings name may run.
        catalogue: The environment variables that there are.
        salt: The baseline's salt, which fingerprints of credentials are made with; None: no
            baseline, so no such fingerprints.
    """

    found: SettingsFile = SettingsFile(Settings(), Path())
    trust_plugins: bool = False
    catalogue: Catalogue = Catalogue({})
    salt: str | None = field(default=None, repr=False)

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.found.settings

    @property
    def root(self) -> Path:
        """The folder that the settings' paths are relative to."""
        return self.found.root

    @classmethod
    def load(cls, found: SettingsFile, *, trust_plugins: bool = False) -> "Project":
        """Load all that settings refer to.

        Args:
            found: The settings and their folder.
            trust_plugins: Whether plugins that the settings name may run.

        Returns:
            The project.

        Raises:
            SettingsError: A file that the settings name is missing or cannot be used.
        """
        catalogue = load_catalogue(found.settings.environment, found.root)
        return cls(found, trust_plugins, catalogue)
