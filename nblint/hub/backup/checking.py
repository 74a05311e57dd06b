"""What can be known of backups before there is one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from nblint.errors import SettingsError
from nblint.hub.backup.restic import Restic
from nblint.hub.settings import HubFile


def notes(file: HubFile, *, on_host: bool) -> Iterator[str]:
    """Yield what the owners of a hub should know about its backups, in sentences.

    Args:
        file: The settings.
        on_host: Whether this is the hub's host, so that the password is here.
    """
    backup = file.settings.backup
    if not file.settings.unix_accounts:  # no host that nblint sets up
        return
    # An address with a password is in the other file.
    if backup.is_on_host and backup.access_file is None:
        yield (
            f"backup.repository is {backup.repository!r}, a folder of the host: unless another "
            "machine's disk is mounted there, the only backups are lost together with the host; "
            "take an address such as sftp:backup@backup.example.com:/srv/hub"
        )
    if not on_host:
        return
    try:
        restic = Restic(file)
    except SettingsError as error:
        yield f"no backups are made: {error}; `openssl rand -hex 32` makes a password"
        return
    yield (
        f"{restic.password_file}: opens the backups, and is in none of them; keep a copy where "
        "this host is not, or they are lost together with it"
    )
    if shutil.which("restic") is None:
        yield "no backups are made: restic is not installed"
