"""`notebooks.toml`: which notebook packages are installed on a hub, and in which version.

    [notebooks.failed-logins]
    version = "1.2.0"

is the version that the tag `v1.2.0` of the notebook repository `failed-logins` has released.
"""

from __future__ import annotations

import re
from pathlib import Path

from nblint.errors import SettingsError
from nblint.settings import Table
from nblint.toml import convert_toml, read_toml

# As the notebook template has them: its hooks/pre_gen_project.py, and its scripts/rpm-version.
_NAME = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = r"(0|[1-9][0-9]{0,8})"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-rc[1-9][0-9]{{0,8}})?")


class Pinned(Table, frozen=True):
    """`[notebooks.NAME]`: a notebook package; the name is that of its repository.

    Attributes:
        version: Its version, such as `1.2.0`, or `1.2.0-rc1` for a release candidate.
    """

    version: str

    @property
    def installed_version(self) -> str:
        """What the package calls this version; `~` sorts a candidate before its release."""
        return self.version.replace("-", "~")


class NotebooksFile(Table, frozen=True):
    """`notebooks.toml`.

    Attributes:
        notebooks: The notebook packages that are installed, by the names of their repositories.
    """

    notebooks: dict[str, Pinned] = {}  # noqa: RUF012 - msgspec copies it


def read_notebooks(path: Path) -> dict[str, Pinned]:
    """Read which notebook packages are installed.

    Args:
        path: The file.

    Returns:
        The packages, by the names of their repositories.

    Raises:
        SettingsError: The file cannot be read or used; the text says which key, and why.
    """
    table = read_toml(path)
    listed = table.get("notebooks", {})
    found: dict[str, Pinned] = {}
    if isinstance(listed, dict):
        for name, entry in listed.items():
            where = f"{path}: notebooks.{name}"
            if not _NAME.fullmatch(name):
                raise SettingsError(
                    f"{path}: notebooks: {name!r:.80} is not the name of a notebook repository: "
                    "lower-case letters, digits and single hyphens between them"
                )
            # By themselves: a message about all of them would not say which one is meant.
            found[name] = convert_toml(entry, Pinned, f"{where}.")
            if not _VERSION.fullmatch(found[name].version):
                raise SettingsError(
                    f"{where}.version: {found[name].version!r:.80} is not a version such as 1.2.0 "
                    "or 1.2.0-rc1"
                )
    convert_toml(table, NotebooksFile, f"{path}: ")
    return found
