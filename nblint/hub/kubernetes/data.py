"""Folders of data, `servers.data`: claims that the cluster's owner makes, mounted read-only."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from nblint.errors import SettingsError
from nblint.hub.kubernetes import layout
from nblint.hub.kubernetes.pods import claimed, mounted
from nblint.hub.settings import HubFile

# What KubeSpawner and Kubernetes take for what it is: no braces, no colon, no hyphen at the end.
_FOLDER = re.compile(r"(/[A-Za-z0-9._-]*[A-Za-z0-9._])+/?")
# Of the image: whatever is mounted there hides it.
_TAKEN = (
    layout.HOME,
    layout.NOTEBOOKS,
    layout.RESULTS,
    *map(PurePosixPath, ("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin")),
    *map(PurePosixPath, ("/sys", "/tmp", "/usr", "/var")),  # noqa: S108 - in a container
)


def volumes(file: HubFile) -> list[dict[str, Any]]:
    """Return the volumes of data.

    Args:
        file: The settings.

    Raises:
        SettingsError: A folder cannot be mounted.
    """
    return [claimed(claim, claim, read_only=True) for claim in _claims(file)]


def mounts(file: HubFile) -> list[dict[str, Any]]:
    """Return where the volumes of data are mounted: where a host has them."""
    return [mounted(claim, folder) for claim, folder in _claims(file).items()]


def _claims(file: HubFile) -> dict[str, PurePosixPath]:
    """Return the folders of data by the names of their claims."""
    found = {}
    for name in file.settings.servers.data:
        folder = PurePosixPath(name)
        if not _FOLDER.fullmatch(name) or ".." in folder.parts:
            raise SettingsError(
                f"{file.path}: servers.data: {name!r:.80} cannot be mounted in a cluster: only "
                "letters, digits, dots, hyphens and underscores, and no hyphen at the end"
            )
        for taken in _TAKEN:
            if folder.is_relative_to(taken) or taken.is_relative_to(folder):
                raise SettingsError(
                    f"{file.path}: servers.data: {name!r:.80} cannot be mounted in a cluster, "
                    f"where {taken} is the image's own"
                )
        found[layout.data_claim_of(folder)] = folder
    return found
