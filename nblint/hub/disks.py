"""The disks of a hub's host. A full one fails everybody at once, so people hear of it before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nblint.hub.amounts import amount
from nblint.hub.servers.accounts import HOMES
from nblint.hub.settings import HubFile

# The part of a disk of which people hear while there is still time to make room.
_NEARLY = 0.9


class Disk(NamedTuple):
    """A file system of the host.

    Attributes:
        path: A folder of the hub that lies in it.
        used: Which part of it is used, of what users can use.
        free: What users still can use, in bytes.
    """

    path: Path
    used: float
    free: int

    @property
    def is_nearly_full(self) -> bool:
        return self.used >= _NEARLY

    def __str__(self) -> str:
        return f"{self.path}: its disk is {self.used:.0%} full, {amount(self.free)} are left"


def disks(file: HubFile) -> Iterator[Disk]:
    """Yield the file systems that the hub writes to, each once, that of the homes first.

    Args:
        file: The settings.
    """
    seen = set()
    for path in (HOMES, file / file.settings.state, Path("/")):
        try:
            device, status = path.stat().st_dev, os.statvfs(path)
        except OSError:  # not there yet
            continue
        usable = status.f_blocks - status.f_bfree + status.f_bavail
        if device in seen or not usable:
            continue
        seen.add(device)
        used = 1 - status.f_bavail / usable
        yield Disk(path, used, status.f_bavail * status.f_frsize)
