"""The accounts of the machine."""

import re
from pathlib import Path

# Where Debian and Red Hat begin to count people's accounts, unless this file says otherwise.
_FIRST_USER = 1000
_LOGIN_DEFS = Path("/etc/login.defs")


def is_of_the_machine(name: str, *, is_ours: bool) -> bool:
    """Tell whether a name means something to the machine that the hub did not make.

    Args:
        name: The name of an account.
        is_ours: Whether somebody has had this account on the hub before, so that the machine's
            account and group of this name are the hub's own.
    """
    import grp
    import pwd

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


def _first_user() -> int:
    try:
        found = re.search(r"^UID_MIN\s+(\d+)", _LOGIN_DEFS.read_text(encoding="utf-8"), re.M)
    except OSError:
        found = None
    return int(found[1]) if found else _FIRST_USER
