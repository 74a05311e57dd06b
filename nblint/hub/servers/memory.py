"""Memory for another server: one that would not fit is not started, with a sentence for the person.

Otherwise the host would end somebody's work to make room.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from nblint.hub.amounts import amount

_MEMORY = Path("/proc/meminfo")
# What a server takes with a kernel and nothing loaded, in bytes; `python -m bench.hub` measures it.
_SERVER = 160_000_000
# What jupyter.slice leaves to the rest of the host.
_KEPT = 0.1
# How many servers each processor starts while those who wait still get theirs in time.
_STARTS_OF_PROCESSOR = 20


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
        f"the host has no memory left for another server ({amount(total - available)} of "
        f"{amount(total)} are in use); try again when somebody has stopped theirs, and nothing "
        "of yours is lost"
    )


def _amounts(text: str) -> Iterator[tuple[str, int]]:
    """Yield what Linux says of its memory, in bytes, as in proc_meminfo(5)."""
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        yield name, int(rest.split()[0]) * 1024
