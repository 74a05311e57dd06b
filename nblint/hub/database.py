"""Brings the hub's database to the JupyterHub that is about to start, and back to an older one.

JupyterHub refuses to start with a database of another version. An upgrade is made on a copy, which
then takes the database's place in one step: whatever interrupts it leaves the old database or the
new one, and the next start goes on from there. The one from before is kept beside it, under the
name of its revision, for the day on which the older JupyterHub is deployed again: it says which
tables and columns that one knows.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from nblint.errors import SettingsError, unwritable

_UPGRADE = "import sys; from jupyterhub.dbutil import upgrade; upgrade(sys.argv[1])"


def migrate(path: Path) -> str:
    """Bring the hub's database to the JupyterHub that is installed beside this; it must not run.

    Args:
        path: The SQLite database of the hub.

    Returns:
        What was done, as a sentence; empty if there was nothing to do.

    Raises:
        SettingsError: It cannot be done, and the database is as it was.
    """
    if not path.exists():  # the hub makes it
        return ""
    try:
        return _migrate(path)
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None
    except sqlite3.Error as error:
        raise SettingsError(f"{path}: {error}") from None


def kept(path: Path, revision: str) -> Path:
    """Return the file in which a database of an earlier revision is kept."""
    return path.with_name(f"{path.name}.{revision}")


def _migrate(path: Path) -> str:
    import jupyterhub
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    scripts = ScriptDirectory(os.fspath(Path(jupyterhub.__file__).with_name("alembic")))
    found, wanted = _revision(path), str(scripts.get_current_head())
    # An empty one is filled by the hub.
    if found in ("", wanted):
        return ""
    version, before = jupyterhub.__version__, kept(path, found)
    try:
        scripts.get_revision(found)
    except CommandError:
        older = kept(path, wanted)
        if not older.exists():
            raise SettingsError(
                f"{path}: a newer JupyterHub than {version} has upgraded it, and {older}, its copy "
                "from before, is not there; deploy the newer one again"
            ) from None
        return _take_back(path, older, before)
    _copy(path, before)
    new = path.with_name(f"{path.name}.upgrading")
    _copy(path, new)
    _upgrade(new)
    if _revision(new) != wanted:
        raise SettingsError(f"{path}: JupyterHub {version} has not upgraded a copy of it")
    _replace(new, path)
    return f"{path}: upgraded for JupyterHub {version}; {before} is what it was before"


def _take_back(path: Path, older: Path, before: Path) -> str:
    """Make a database what an older JupyterHub reads, with all that the newer one has in it.

    Without that, providers would take everybody for leavers: by tokens that were renewed since.
    """
    _copy(path, before)
    new = path.with_name(f"{path.name}.upgrading")
    _copy(older, new)
    lost = ""
    try:
        _fill(new, before)
    except sqlite3.Error as error:
        lost = f"without what came since ({error}), "
    _replace(new, path)
    return f"{path}: is again one of the older JupyterHub, {lost}{before} is the newer one's"


def _fill(path: Path, newer: Path) -> None:
    """Fill the tables of a database with what a newer one's have in columns that both know."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("ATTACH ? AS newer", (os.fspath(newer),))
        database.execute("BEGIN IMMEDIATE")
        for table in sorted(_tables(database, "main") & _tables(database, "newer")):
            columns = _columns(database, "main", table) & _columns(database, "newer", table)
            names = ", ".join(map(_name, sorted(columns)))
            database.execute(f"DELETE FROM main.{_name(table)}")  # noqa: S608 - names of tables
            database.execute(
                f"INSERT INTO main.{_name(table)} ({names}) "  # noqa: S608
                f"SELECT {names} FROM newer.{_name(table)}"
            )
        database.execute("COMMIT")


def _tables(database: sqlite3.Connection, schema: str) -> set[str]:
    found = database.execute(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table'")  # noqa: S608
    return {name for (name,) in found} - {"alembic_version", "sqlite_sequence"}


def _columns(database: sqlite3.Connection, schema: str, table: str) -> set[str]:
    found = database.execute(f"PRAGMA {schema}.table_info({_name(table)})")
    return {column for _, column, *_ in found}


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _revision(path: Path) -> str:
    """Return the revision of a database; empty if it has none."""
    # To write, so that what a hub has not finished is taken back, before the file is replaced.
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        tables = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if database.execute(tables).fetchone() is None:
            return ""
        found = database.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found[0]) if found else ""


def _copy(source: Path, target: Path) -> None:
    """Copy a database, whole or not at all."""
    new = target.with_name(f"{target.name}.copying")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(new)) as copy:
        old.backup(copy)
    _replace(new, target)


def _replace(new: Path, target: Path) -> None:
    """Put a file into another's place in one step, which holds if the power is cut after it."""
    _sync(new)
    new.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _upgrade(path: Path) -> None:
    # JupyterHub looks for `alembic` where programs are.
    folders = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", "")))  # noqa: PTH120
    safe = ["-P"] if sys.version_info >= (3, 11) else []
    ran = subprocess.run(
        [sys.executable, *safe, "-c", _UPGRADE, f"sqlite:///{path.absolute()}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={**os.environ, "PATH": folders},
    )
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or [f"status {ran.returncode}"]
        raise SettingsError(f"{path}: cannot be upgraded: {said[-1]}")
