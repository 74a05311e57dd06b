"""The catalogue of environment variables, and the files that declare them."""

from pathlib import Path

from nblint.files import is_file
from nblint.settings import EnvironmentSettings

DEFAULT_CATALOGUE = "environment.toml"


def catalogue_names(settings: EnvironmentSettings, root: Path) -> tuple[str, ...]:
    """Return the catalogues that settings name; without any, `environment.toml` if it is there.

    Args:
        settings: The settings.
        root: The folder that their paths are relative to.
    """
    if settings.catalogues is not None:
        return tuple(settings.catalogues)
    return (DEFAULT_CATALOGUE,) if is_file(root / DEFAULT_CATALOGUE) else ()
