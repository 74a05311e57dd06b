"""Daily counts of usage, which are kept when the journal has long been rotated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from nblint.errors import SettingsError, unwritable

# What people did is forgotten after a year, and a month to compare it with.
KEPT_DAYS = 400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    day TEXT, person TEXT, event TEXT, notebook TEXT, times INTEGER NOT NULL,
    PRIMARY KEY (day, person, event, notebook)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    day TEXT, unit TEXT, times INTEGER NOT NULL, failures INTEGER NOT NULL,
    PRIMARY KEY (day, unit)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS installed (notebook TEXT PRIMARY KEY, since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS collected (
    one INTEGER PRIMARY KEY CHECK (one = 1), since TEXT NOT NULL, cursor TEXT NOT NULL
);
"""


class Event(NamedTuple):
    """What somebody did on a day.

    Attributes:
        day: The day, as `2026-11-30`, of the host's time zone.
        person: Who.
        event: `came`, `open`, `made` or `run`.
        notebook: Which installed notebook, by its path below their folder; empty for others.
    """

    day: str
    person: str
    event: str
    notebook: str


class Scheduled(NamedTuple):
    """What a scheduled unit did on a day.

    Attributes:
        day: The day, as `2026-11-30`, of the host's time zone.
        unit: The unit, without `.service`.
        is_failure: Whether it failed.
    """

    day: str
    unit: str
    is_failure: bool


class Counts:
    """The counts that are kept, in a database that only root reads.

    Args:
        path: The database, which is made if it is not there.

    Raises:
        SettingsError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open(self, *, to_write: bool = False) -> Iterator[sqlite3.Connection]:
        """Open the database, for one transaction.

        Args:
            to_write: Whether it is written to: it is then made, and nobody else writes meanwhile.

        Raises:
            SettingsError: It cannot be used.
        """
        try:
            if to_write:
                # Before anything is in it.
                self.path.touch(mode=0o600)
            with self._connected(to_write) as database, database:
                database.execute("BEGIN IMMEDIATE" if to_write else "BEGIN")
                yield database
        except OSError as error:
            raise SettingsError(unwritable(self.path, error)) from None
        except sqlite3.Error as error:
            raise SettingsError(f"{self.path}: {error}") from None

    @contextmanager
    def _connected(self, to_write: bool) -> Iterator[sqlite3.Connection]:
        mode = "rw" if to_write else "ro"
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        database = sqlite3.connect(address, uri=True, timeout=60, isolation_level=None)
        try:
            if to_write:
                database.executescript(_SCHEMA)
            yield database
        finally:
            database.close()


def cursor(database: sqlite3.Connection) -> str:
    """Return up to where the journal was read; empty if it never was."""
    found = database.execute("SELECT cursor FROM collected").fetchone()
    return str(found[0]) if found else ""


def add(
    database: sqlite3.Connection,
    events: Mapping[Event, int],
    scheduled: Mapping[Scheduled, int],
    cursor: str,
    today: date,
) -> None:
    """Add to the counts what was read, and say up to where it was.

    Args:
        database: The database, in a transaction.
        events: What people did, and how often.
        scheduled: What units did, and how often.
        cursor: The journal's place behind all of it.
        today: The day.
    """
    database.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET times = times + excluded.times",
        [(*event, times) for event, times in events.items()],
    )
    database.executemany(
        "INSERT INTO runs VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET times = times + excluded.times, failures = failures + excluded.failures",
        [(one.day, one.unit, times, times * one.is_failure) for one, times in scheduled.items()],
    )
    database.execute(
        "INSERT INTO collected VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
        (today.isoformat(), cursor),
    )


def remember_installed(database: sqlite3.Connection, notebooks: Iterable[str], today: date) -> None:
    """Remember since when notebooks are installed, and forget what is too long ago.

    Args:
        database: The database, in a transaction.
        notebooks: The notebooks that are installed now.
        today: The day.
    """
    there = set(notebooks)
    known = {name for (name,) in database.execute("SELECT notebook FROM installed")}
    database.executemany("DELETE FROM installed WHERE notebook = ?", [(n,) for n in known - there])
    rows = [(name, today.isoformat()) for name in sorted(there - known)]
    database.executemany("INSERT INTO installed VALUES (?, ?)", rows)
    oldest = (today - timedelta(KEPT_DAYS)).isoformat()
    for table in ("events", "runs"):
        database.execute(f"DELETE FROM {table} WHERE day < ?", (oldest,))  # noqa: S608 - ours
