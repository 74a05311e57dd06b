"""What a notebook is checked against that does not stand in the notebook."""

from dataclasses import dataclass, field
from pathlib import Path

from nblint.settings import Settings, SettingsFile


@dataclass(frozen=True)
class Project:
    """What surrounds the notebooks of a settings file: loaded once, immutable, picklable.

    Attributes:
        found: The settings and the folder that their paths are relative to.
        trust_plugins: Whether plugins that the settings name may run.
        salt: The baseline's salt, which fingerprints of credentials are made with; None: no
            baseline, so no such fingerprints.
    """

    found: SettingsFile = SettingsFile(Settings(), Path())
    trust_plugins: bool = False
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
        return cls(found, trust_plugins)
