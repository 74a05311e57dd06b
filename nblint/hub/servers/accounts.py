"""The accounts of the machine: which are people's, and those that the hub makes for them."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from nblint.errors import SettingsError
from nblint.hub.programs import run

if TYPE_CHECKING:
    from pwd import struct_passwd

# Who has an account that the hub made; only root can put somebody into it.
OURS = "hub-users"
# Who reads and runs what lies in all homes.
READERS = "developers"
HOMES = Path("/home")
# Names that the hub's own parts take on the machine, some of them later than people come.
_RESERVED = frozenset([OURS, READERS, "jupyterhub", "caddy", "prometheus", "grafana", "ansible"])
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
# Where Debian and Red Hat begin to count people's accounts, unless this file says otherwise.
_FIRST_USER = 1000
_LOGIN_DEFS = Path("/etc/login.defs")
_SECONDS = 60
# useradd keeps locks of its own, and fails where it meets another one's.
_LOCK = threading.Lock()


class AccountError(SettingsError):
    """An account cannot be used; the text says why."""

    @property
    def jupyterhub_message(self) -> str:
        """What JupyterHub shows to who waits for a server."""
        return str(self)


def is_of_the_machine(name: str, *, is_ours: bool) -> bool:
    """Tell whether a name means something to the machine that the hub did not make.

    Args:
        name: The name of an account.
        is_ours: Whether somebody has had this account on the hub before, so that the machine's
            account and group of this name are the hub's own.
    """
    import grp
    import pwd

    if name in _RESERVED:
        return True
    try:
        user = pwd.getpwnam(name).pw_uid
    except KeyError:
        user = None
    try:
        group = grp.getgrnam(name).gr_gid
    except KeyError:
        group = None
    found = [number for number in (user, group) if number is not None]
    return any(number < _first_user() for number in found) if is_ours else bool(found)


def our_account(name: str) -> struct_passwd | None:
    """Return an account that the hub made; None if the machine has none of this name.

    Raises:
        AccountError: Somebody else made it.
    """
    import grp
    import pwd

    try:
        account = pwd.getpwnam(name)
    except KeyError:
        return None
    try:
        ours = grp.getgrnam(OURS).gr_mem
    except KeyError:
        ours = []
    if name not in ours or name in _RESERVED or account.pw_uid < _first_user():
        raise AccountError(
            f"{name}: the machine has an account of this name that the hub did not make; rename "
            "one of the two"
        )
    return account


def ensure_account(name: str) -> struct_passwd:
    """Return somebody's account, which is made if they have none, and let in again if it expired.

    One at a time, and not for the event loop: it waits for others, and for useradd.

    Args:
        name: What it is called.

    Raises:
        AccountError: It cannot be made, or is not the hub's.
    """
    if not _NAME.fullmatch(name):
        raise AccountError(f"{name!r} cannot be the name of an account")
    with _LOCK:
        account = our_account(name)
        if account is None:
            _make(name)
            account = our_account(name)
            if account is None:
                raise AccountError(f"{name}: useradd has made the account, and it is not there")
        elif _is_expired(name):
            _run("usermod", "--expiredate", "", name)
        _ensure_home(account)
        return account


def expire_account(name: str) -> None:
    """Let nobody in by an account any more, whatever they sign in with.

    Raises:
        AccountError: It could not be changed.
    """
    with _LOCK:
        _run("usermod", "--expiredate", "1", name)


def _make(name: str) -> None:
    import grp

    home = HOMES / name
    if os.path.lexists(home):
        raise AccountError(
            f"{home}: is there, and no account that it belongs to; move it away, or make the "
            f"account that it belongs to: `useradd --uid {home.lstat().st_uid} --groups "
            f"{OURS},{READERS} {name}`"
        )
    if name in _RESERVED or any(group.gr_name == name for group in grp.getgrall()):
        raise AccountError(f"{name}: the machine has a group of this name; rename one of the two")
    for group in (OURS, READERS):
        _run("groupadd", "--force", group)
    # Without a password, which useradd locks; closed from the first moment on.
    _run(
        *("useradd", "--create-home", "--base-dir", os.fspath(HOMES), "--key", "HOME_MODE=0750"),
        *("--user-group", "--groups", f"{OURS},{READERS}", "--shell", "/bin/bash", name),
    )


def _ensure_home(account: struct_passwd) -> None:
    """Make a home that useradd could not make, and refuse one that is somebody else's.

    The folder of homes is root's, so that nothing in it can be exchanged under root's hands.
    """
    home = Path(account.pw_dir)
    try:
        if not os.path.lexists(home):
            home.mkdir(mode=0o700)
            os.chown(home, account.pw_uid, account.pw_gid, follow_symlinks=False)
        # Of a link, it is the link that is asked about.
        is_theirs = home.lstat().st_uid == account.pw_uid and not home.is_symlink()
    except OSError as error:
        raise AccountError(f"{home}: cannot be made: {error.strerror}") from None
    if not is_theirs or home.parent != HOMES:
        raise AccountError(f"{home}: is not a folder in {HOMES} that belongs to {account.pw_name}")


def _is_expired(name: str) -> bool:
    fields = _run("getent", "shadow", name).strip().split(":")
    return len(fields) > 7 and bool(fields[7])


def _run(*command: str) -> str:
    try:
        ran = run(*command, seconds=_SECONDS)
    except SettingsError as error:
        raise AccountError(str(error)) from None
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip() or f"status {ran.returncode}"
        raise AccountError(f"{command[-1]}: {said.splitlines()[-1]}")
    return ran.stdout


def _first_user() -> int:
    try:
        found = re.search(r"^UID_MIN\s+(\d+)", _LOGIN_DEFS.read_text(encoding="utf-8"), re.M)
    except OSError:
        found = None
    return int(found[1]) if found else _FIRST_USER
