"""`[backup]` and `[metrics]` of `hub.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from nblint.settings import Table

# As restic's --keep-within reads them, and what is in none of systemd's calendars.
_DURATION = r"^([1-9][0-9]*[hdmy])+$"
_CALENDAR = r"^[A-Za-z0-9*:,/.~ -]+$"
# https://restic.readthedocs.io/en/v0.14.0/030_preparing_a_new_repo.html
_REPOSITORY = re.compile(r"(/|(sftp|s3|rest|swift|b2|azure|gs|rclone):\S)[^\n]*")


class Backup(Table, frozen=True):
    """`[backup]`: where copies of homes and of the hub's state are kept, by restic.

    Attributes:
        repository: The address of restic's repository: a folder, or `sftp:…`, `s3:…`, `rest:…` on
            another machine.
        password_file: The file with the password that the copies are encrypted with. It is in no
            copy: keep it where this host is not.
        access_file: The file with what the repository's machine asks for, in lines such as
            `AWS_ACCESS_KEY_ID=…`. An address that holds a password goes here, as
            `RESTIC_REPOSITORY=…`.
        keep_daily: The last copies of so many days are kept; 14 if neither this nor `keep_within`
            is there.
        keep_within: All copies that are not older than this are kept, such as `14d`.
        prune: Whether older ones are removed. Not where the repository takes copies and lets nobody
            remove them; then its own machine does.
        time: When a copy is made, as `systemd-analyze calendar` reads it.
    """

    repository: str = "/var/backups/jupyterhub"
    password_file: str = "backup-password"  # noqa: S105 - a file's name
    access_file: str | None = None
    keep_daily: Annotated[int, Meta(ge=1)] | None = None
    keep_within: Annotated[str, Meta(pattern=_DURATION)] | None = None
    prune: bool = True
    time: Annotated[str, Meta(pattern=_CALENDAR)] = "02:30"

    @property
    def is_on_host(self) -> bool:
        """Whether the repository is a folder."""
        return self.repository.startswith("/")


class Metrics(Table, frozen=True):
    """`[metrics]`: what Prometheus is told.

    Attributes:
        token_file: The file with the token by which Prometheus may read `/hub/metrics`, and do
            nothing else; without it, nobody reads them. `openssl rand -hex 32` makes one.
        textfiles: The folder of node_exporter's textfile collector, for what is not the hub's own:
            backups.
    """

    token_file: str | None = None
    textfiles: str = "/var/lib/prometheus/node-exporter"


def backup_problems(backup: Backup) -> Iterator[str]:
    """Yield what is wrong with settings whose keys and types are right."""
    if not _REPOSITORY.fullmatch(backup.repository):
        yield (
            "backup.repository: must be a folder's absolute path, or an address such as "
            "sftp:backup@backup.example.com:/srv/hub or s3:s3.amazonaws.com/bucket"
        )
    elif re.search(r"://[^/@\s]*:[^/\s]*@", backup.repository):
        yield (
            "backup.repository: must not hold a password; write the address as "
            "RESTIC_REPOSITORY=… into the file that access-file names"
        )
    if backup.keep_daily is not None and backup.keep_within is not None:
        yield "backup: has keep-daily and keep-within; take one of them out"
