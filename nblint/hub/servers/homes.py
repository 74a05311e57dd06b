"""Homes: colleagues read and run what lies in them, and write nothing; some of it stays private.

What holds at once, for whatever lies in a home and comes into it:

- Nobody outside of the group of readers gets into a home: its mode is 0750.
- What is closed to its group (0600) is closed to readers, too.
- No server writes into another's home: to each, all but its own is mounted read-only.

What is set right when a server starts, and each time the hub asks whether it still runs: entries at
the top whose names begin with a dot are their owner's alone. And at each start: nobody else may
write, for programs that are not servers.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nblint.errors import SettingsError
from nblint.hub.servers.accounts import READERS, AccountError

if TYPE_CHECKING:
    from pwd import struct_passwd

_PROGRAM = Path(__file__).with_name("in_home.py")
# What a start may take for this, and what a process needs to begin and end.
_SECONDS = 15.0
_GRACE = 10.0


def refuse_without_lists(folder: Path) -> None:
    """Refuse a file system that has no access control lists.

    Args:
        folder: The folder of homes.

    Raises:
        SettingsError: It has none, or is not there.
    """
    # Not there on macOS and Windows, which run no hub.
    ask = getattr(os, "getxattr", None)
    if ask is None:
        raise SettingsError(f"{folder}: unix-accounts needs Linux")
    try:
        ask(folder, "system.posix_acl_default")
    except OSError as error:
        if error.errno == errno.ENODATA:  # it could have one
            return
        reason = (
            "its file system has no access control lists, so that colleagues could not read each "
            "other's notebooks without writing them; mount it with `acl`"
            if error.errno == errno.ENOTSUP
            else error.strerror
        )
        raise SettingsError(f"{folder}: {reason}") from None


async def set_right(
    account: struct_passwd,
    links: Mapping[str, str] | None = None,
    *,
    whole: bool = True,
    seconds: float = _SECONDS,
) -> str:
    """Set a home right, as its user.

    Args:
        account: Whose home it is.
        links: Links in it, by their names, and what they lead to.
        whole: Whether everything in it is looked at, and not only what lies at its top.
        seconds: What the look at all that lies in it may take; what is left is told.

    Returns:
        What could not be done in this time, as a sentence; empty if nothing is left.

    Raises:
        AccountError: The home itself could not be set right, so that a server must not start.
    """
    import grp

    wanted = {
        "path": account.pw_dir,
        "uid": account.pw_uid,
        "gid": account.pw_gid,
        "readers": grp.getgrnam(READERS).gr_gid,
        "links": dict(links or {}),
        "seconds": seconds,
        "whole": whole,
    }
    # Isolated: neither the hub's folder nor its environment has a say in what root runs.
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", os.fspath(_PROGRAM), json.dumps(wanted)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    try:
        said, _ = await asyncio.wait_for(running.communicate(), seconds + _GRACE)
        told = json.loads(said)
    except (TimeoutError, asyncio.TimeoutError, ValueError):
        # Stopped by its user, or on a file system that does not answer: nobody waits for its end.
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        raise AccountError(f"{account.pw_dir}: could not be set right; try again") from None
    if told["problem"]:
        raise AccountError(f"{account.pw_dir}: {told['problem']}")
    return str(told["left"])
