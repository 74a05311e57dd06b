"""What two folders of locks have in different versions: what an upgrade of a hub brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from nblint.errors import SettingsError
from nblint.hub.locked import Lock
from nblint.hub.versions import known_holes

# For locks that do not say which Python they were made for.
_PYTHON = "3.11"


class Upgrade(Struct, frozen=True):
    """A distribution that locks have in another version than before.

    Attributes:
        name: Its canonical name.
        before: The version before; None where it was not there.
        after: The version now; None where it is not there.
        locks: The names of the locks, without `.txt`.
        closed: The known holes that the version before has, and this one has not.
    """

    name: str
    before: str | None
    after: str | None
    locks: tuple[str, ...]
    closed: tuple[str, ...]

    def __str__(self) -> str:
        where = f"({', '.join(self.locks)})"
        if self.before is None:
            return f"{self.name} {self.after} comes {where}"
        if self.after is None:
            return f"{self.name} {self.before} goes {where}"
        closes = f", closes {', '.join(self.closed)}" if self.closed else ""
        return f"{self.name} {self.before} becomes {self.after} {where}{closes}"


def upgrades(old: Path, new: Path) -> list[Upgrade]:
    """Compare two folders of locks.

    Args:
        old: The folder of `*.txt` before.
        new: The one now.

    Returns:
        What changed: first what closes known holes, then by name.

    Raises:
        SettingsError: A lock cannot be read, or a folder has none.
    """
    names: set[str] = set()
    for folder in (old, new):
        if not (there := {path.name for path in folder.glob("*.txt")}):
            raise SettingsError(f"{folder}: has no locks, such as hub.txt")
        names |= there
    found: dict[tuple[str, str | None, str | None], list[str]] = {}
    for name in sorted(names):
        for change in _changes(_versions(old / name), _versions(new / name)):
            found.setdefault(change, []).append(name.removesuffix(".txt"))
    changed = [
        Upgrade(name, before, after, tuple(locks), _closed(name, before, after))
        for (name, before, after), locks in found.items()
    ]
    return sorted(changed, key=lambda each: (not each.closed, each.name, each.locks))


def _versions(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lock = Lock.read(path)
    return lock.versions(lock.python or _PYTHON)


def _changes(
    old: dict[str, str], new: dict[str, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _closed(name: str, before: str | None, after: str | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    left = {hole for _, hole in known_holes(name, after)}
    return tuple(hole for _, hole in known_holes(name, before) if hole not in left)
