"""Room on the hub's host: memory for another server, and what is left of its disks.

A host that is full fails everybody at once, in the middle of their work. So a server that would not
fit is not started, with a sentence for the person; and a disk is spoken of before it is full.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nblint.hub.servers.accounts import HOMES
from nblint.hub.settings import HubFile

_MEMORY = Path("/proc/meminfo")
# What a server takes with a kernel and nothing loaded, in bytes; `python -m bench.hub` measures it.
_SERVER = 160_000_000
# What jupyter.slice leaves to the rest of the host.
_KEPT = 0.1
# The part of a disk of which people hear while there is still time to make room.
NEARLY = 0.9
# How many servers each processor starts while those who wait still get theirs in time.
_STARTS_OF_PROCESSOR = 20


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
        return self.used >= NEARLY

    def __str__(self) -> str:
        return f"{self.path}: its disk is {self.used:.0%} full, {_amount(self.free)} are left"


def concurrent_starts() -> int:
    """Return how many servers this machine can start together."""
    return _STARTS_OF_PROCESSOR * (os.cpu_count() or 1)


def memory_problem(starting: int) -> str:
    """Return why another server has no room in the memory, as a sentence; empty if it has.

    Args:
        starting: How many others start now, and do not use yet what they will.
    """
    try:
        amounts = dict(_amounts(_MEMORY.read_text(encoding="ascii")))
        total, available = amounts["MemTotal"], amounts["MemAvailable"]
    except (OSError, ValueError, KeyError):  # not Linux
        return ""
    if available - starting * _SERVER - _SERVER >= _KEPT * total:
        return ""
    return (
        f"the host has no memory left for another server ({_amount(total - available)} of "
        f"{_amount(total)} are in use); try again when somebody has stopped theirs, and nothing "
        "of yours is lost"
    )


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


def _amounts(text: str) -> Iterator[tuple[str, int]]:
    """Yield what Linux says of its memory, in bytes, as in proc_meminfo(5)."""
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        yield name, int(rest.split()[0]) * 1024


def _amount(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
