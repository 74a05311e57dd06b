"""restic, as a hub runs it: its password and what its repository asks for are on no command line.

Facts: https://restic.readthedocs.io/en/v0.14.0/, and restic 0.14.0 itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from nblint.errors import SettingsError
from nblint.hub.configuration import own_secret
from nblint.hub.secret_files import read_secret
from nblint.hub.settings import HubFile

# All copies have this host and tag, so that what is kept does not depend on what the host is
# called and what is copied.
HOST = TAG = "nblint-hub"
_CACHE = "/var/cache/nblint-hub-backup"
_VARIABLE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_PASSWORD = re.compile(r"(://[^/@\s:]*:)[^/@\s]*@")
_SPECIAL = re.compile(r"[\\*?\[]")
# What it says to what it could not do, and what that means here.
_SENTENCES = (
    (
        "no space left on device|disk quota exceeded",
        "a disk is full, that of the repository or of restic's cache; make room, or keep fewer "
        "backups (backup.keep-daily); those that are there can be used",
    ),
    ("wrong password", "{password} does not hold its password"),
    (
        "already locked",
        "something else is using it, on this or another machine; try again when that is done",
    ),
    (
        "repository contains errors|^panic: ",
        "it is damaged, and what is in it may not come back: `restic check --read-data` says more. "
        "Let backup.repository name another folder or address, so that the next backup is whole, "
        "and keep this one for what can still be read",
    ),
)
# What ssh says where restic only says that it has ended.
_SSH = "subprocess ssh: "
# restic 0.14 can crash where it cannot write; in bytes, more than it writes at once.
_CRASH = "panic: "
_ROOM = 100_000_000
# restic has read all that it could, and some of it was not there any more.
UNREAD = 3


class BackupError(SettingsError):
    """A copy cannot be made or brought back; the text says why, and what to do."""


class NoRepositoryError(BackupError):
    """There is no repository at the address."""


class Snapshot(msgspec.Struct, frozen=True):
    """A copy.

    Attributes:
        id: What restic calls it.
        time: When it was made.
    """

    id: str
    time: datetime

    @property
    def stamp(self) -> str:
        """When it was made, as part of a file's name."""
        return self.time.astimezone().strftime("%Y-%m-%d-%H%M")

    def __str__(self) -> str:
        return f"the backup of {self.time.astimezone():%Y-%m-%d %H:%M}"


class Restic:
    """restic with the repository of a hub.

    Args:
        file: The hub's settings.

    Raises:
        SettingsError: The password, or what the repository asks for, cannot be read.
    """

    def __init__(self, file: HubFile) -> None:
        settings = file.settings.backup
        key = "backup.password-file"
        own_secret(file, settings.password_file, key)
        self.password_file = file / settings.password_file
        access = _access(file, settings.access_file) if settings.access_file else {}
        # What is asked for, and must be in no message.
        self._hidden = [value for value in access.values() if len(value) > 3]
        self.repository = (
            f"the repository of {file / settings.access_file}"
            if settings.access_file and "RESTIC_REPOSITORY" in access
            else settings.repository
        )
        proxy = file.settings.http_proxy
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RESTIC_")},
            **({"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy} if proxy else {}),
            "LC_ALL": "C.UTF-8",
            "RESTIC_CACHE_DIR": os.environ.get("CACHE_DIRECTORY", _CACHE),
            "RESTIC_REPOSITORY": settings.repository,
            **access,
            "RESTIC_PASSWORD_FILE": os.fspath(self.password_file),
        }

    def run(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> tuple[int, str]:
        """Run restic.

        Args:
            arguments: What it is told.
            accepted: The exit statuses that are no error.

        Returns:
            Its exit status, and what it prints.

        Raises:
            NoRepositoryError: There is no repository.
            BackupError: It has failed; the text says why.
        """
        try:
            ran = subprocess.run(
                ["restic", *arguments],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                stdin=subprocess.DEVNULL,
                env=self._environment,
            )
        except FileNotFoundError:
            raise BackupError("restic: is not installed; install the package restic") from None
        except OSError as error:
            raise BackupError(f"restic: cannot be run: {error.strerror}") from None
        if ran.returncode not in accepted:
            raise self._error(ran.returncode, ran.stderr)
        return ran.returncode, ran.stdout

    def lines(self, *arguments: str) -> Iterator[Any]:
        """Run restic, and yield the JSON of each line that it prints."""
        with subprocess.Popen(
            ["restic", *arguments, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        ) as running:
            assert running.stdout is not None
            for line in running.stdout:
                yield msgspec.json.decode(line)
        if running.returncode:
            raise self._error(running.returncode, "")

    def snapshots(self) -> list[Snapshot]:
        """Return the copies that there are, the oldest first."""
        _, said = self.run("snapshots", "--json", f"--tag={TAG}")
        # restic says null where there is none.
        found = msgspec.json.decode(said or "[]", type=list[Snapshot] | None) or []
        return sorted(found, key=lambda snapshot: snapshot.time)

    def snapshot(self, at: str = "latest") -> Snapshot:
        """Return a copy.

        Args:
            at: `latest`, the last one of a day (`2026-11-29`), or what restic calls it.

        Raises:
            BackupError: There is none.
        """
        found = self.snapshots()
        if not found:
            raise BackupError(f"{self.repository}: has no backup yet")
        if at == "latest":
            return found[-1]
        try:
            day = date.fromisoformat(at)
        except ValueError:
            day = None
        for snapshot in reversed(found):
            if snapshot.time.astimezone().date() == day or (
                len(at) >= 4 and snapshot.id.startswith(at)
            ):
                return snapshot
        raise BackupError(
            f"{self.repository}: has no backup {at}; there are those from "
            f"{found[0].stamp} to {found[-1].stamp}: `nblint hub restore --list`"
        )

    def restore(self, snapshot: Snapshot, folder: Path, paths: list[str]) -> None:
        """Bring paths of a copy into an empty folder that is root's alone.

        Never to where they were: restic follows links that somebody has put there meanwhile.
        """
        includes = [f"--include={_SPECIAL.sub(_escaped, path)}" for path in paths]
        self.run("restore", snapshot.id, f"--target={folder}", *includes)

    def _error(self, status: int, said: str) -> BackupError:
        for value in self._hidden:
            said = said.replace(value, "***")
        said = _PASSWORD.sub(r"\1***@", said)
        if _CRASH in said and self._is_nearly_full():
            said = "no space left on device"
        for pattern, sentence in _SENTENCES:
            if re.search(pattern, said, re.I | re.M):
                told = sentence.format(password=self.password_file)
                return BackupError(f"backup: {self.repository}: {told}")
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        named = [line for line in lines if line.startswith(("Fatal: ", _CRASH))]
        reason = (named or lines or [f"restic ended with status {status}"])[-1]
        if ssh := [line.removeprefix(_SSH) for line in lines if line.startswith(_SSH)]:
            reason = f"{reason.removeprefix('Fatal: ')}; ssh: {ssh[-1]}"
        error = NoRepositoryError if "Is there a repository" in said else BackupError
        return error(f"backup: {self.repository}: {reason.removeprefix('Fatal: ')}")

    def _is_nearly_full(self) -> bool:
        folder = Path(self.repository)
        return folder.is_dir() and shutil.disk_usage(folder).free < _ROOM


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _access(file: HubFile, name: str) -> dict[str, str]:
    """Read what a repository asks for; messages say no value."""
    key = f"{file.path}: backup.access-file"
    values = {}
    for number, line in enumerate(read_secret(file / name, key).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _VARIABLE.fullmatch(line.strip())
        if not found:
            raise BackupError(f"{key}: {file / name}: line {number}: is not NAME=value")
        values[found[1]] = found[2]
    return values
