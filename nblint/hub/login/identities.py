"""Who has which account: remembered for good, so that a name never changes hands."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nblint.hub.login.claims import Identity

# Of somebody who is in thousands of groups, no more are remembered.
_MOST_GROUPS = 200
_SCHEMA = """
CREATE TABLE IF NOT EXISTS identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    since REAL NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE TABLE IF NOT EXISTS groups (name TEXT PRIMARY KEY);
"""


class NameTakenError(Exception):
    """The name belongs to somebody else."""


class Identities:
    """The accounts of a hub, by who they belong to.

    JupyterHub's own database forgets a user who is deleted; this one does not.

    Args:
        path: An SQLite database, which is made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def account(self, identity: Identity) -> str | None:
        """Return the account that somebody has; None on their first visit."""
        with self._open() as database:
            return _account(database, identity)

    def is_taken(self, name: str) -> bool:
        """Tell whether an account of this name is somebody's."""
        with self._open() as database:
            query = "SELECT 1 FROM identities WHERE name = ?"
            return database.execute(query, (name,)).fetchone() is not None

    def claim(self, identity: Identity, name: str) -> str:
        """Give an account to somebody who has none.

        Args:
            identity: Who it is.
            name: What their account is to be called.

        Returns:
            The name of their account: the one from their first visit, whatever they are called now.

        Raises:
            NameTakenError: The name is somebody else's.
        """
        with self._open() as database:
            if known := _account(database, identity):
                return known
            try:
                database.execute(
                    "INSERT INTO identities VALUES (?, ?, ?, ?)",
                    (identity.issuer, identity.subject, name, time.time()),
                )
            except sqlite3.IntegrityError:
                # Two logins of one person at once, or somebody else's name.
                if known := _account(database, identity):
                    return known
                raise NameTakenError(name) from None
            return name

    def remember_groups(self, groups: Iterable[str]) -> None:
        """Remember which groups people are in, to tell later when nobody is in one."""
        with self._open() as database:
            rows = [(group,) for group in sorted(groups)[:_MOST_GROUPS]]
            database.executemany("INSERT OR IGNORE INTO groups VALUES (?)", rows)

    def groups(self) -> frozenset[str]:
        """Return the groups that those who came were in; none if nobody came yet."""
        if not self._path.exists():
            return frozenset()
        with self._open() as database:
            return frozenset(name for (name,) in database.execute("SELECT name FROM groups"))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=20)
        try:
            with database:
                database.executescript(_SCHEMA)
                yield database
        finally:
            database.close()


def _account(database: sqlite3.Connection, identity: Identity) -> str | None:
    found = database.execute(
        "SELECT name FROM identities WHERE issuer = ? AND subject = ?",
        (identity.issuer, identity.subject),
    ).fetchone()
    return str(found[0]) if found else None
