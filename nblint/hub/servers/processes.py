"""Ends all that somebody has running on the machine, wherever they started it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nblint.errors import SettingsError
from nblint.hub.programs import run
from nblint.hub.servers.accounts import AccountError, expire_account, our_account

if TYPE_CHECKING:
    from pwd import struct_passwd

# What cron and at keep: Debian's folders, and Red Hat's.
_SPOOLS = (
    *("/var/spool/cron/crontabs", "/var/spool/cron", "/var/spool/cron/atjobs"),
    *("/var/spool/at", "/var/spool/at/spool"),
)
_SECONDS = 30
# Becomes the user and sends SIGKILL to all that the user may: one call of the kernel, which nothing
# that multiplies outruns, as it would a list of processes.
_KILL_ALL = "import os, sys; n = int(sys.argv[1]); os.setresuid(n, n, n); os.kill(-1, 9)"


def end_account(name: str) -> list[str]:
    """End all that runs for an account that the hub made, and let nobody in by it any more.

    Takes seconds, and is not for the event loop.

    Args:
        name: The account.

    Returns:
        What could not be done, in sentences; each step is tried, whatever became of the others.
    """
    try:
        account = our_account(name)
    except AccountError:  # not the hub's to end
        return []
    if account is None:
        return []
    # First what would start something anew; then what runs.
    steps: tuple[Callable[[struct_passwd], None], ...] = (
        lambda account: expire_account(account.pw_name),
        _end_schedules,
        _end_sessions,
        _end_processes,
    )
    return [problem for step in steps if (problem := _problem(step, account))]


def _problem(step: Callable[[struct_passwd], None], account: struct_passwd) -> str:
    """Return why a step could not be done; empty if it was."""
    try:
        step(account)
    except (SettingsError, OSError) as error:
        return str(error)
    return ""


def processes_of(uid: int) -> list[int]:
    """Return the processes that run as a user, by any of a process's four user ids."""
    return list(_processes(uid))


def _processes(uid: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        if _is_of(process := int(folder.name), uid):
            yield process


def _is_of(process: int, uid: int) -> bool:
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended
        return False
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    is_dead = fields.get("State", "").split()[:1] in (["Z"], ["X"])
    return not is_dead and str(uid) in fields.get("Uid", "").split()


def _end_schedules(account: struct_passwd) -> None:
    for spool in map(Path, _SPOOLS):
        if not spool.is_dir():
            continue
        for path in spool.iterdir():
            # A table of cron is its owner's on Debian, and root's on Red Hat.
            if path.is_dir():
                continue
            if path.lstat().st_uid == account.pw_uid or path.name == account.pw_name:
                path.unlink(missing_ok=True)


def _end_sessions(account: struct_passwd) -> None:
    """Stop what systemd keeps for a user: sessions, and services of their own."""
    # They fail where there is nothing to stop.
    for verb in ("disable-linger", "terminate-user"):
        run("loginctl", verb, account.pw_name, seconds=_SECONDS)


def _end_processes(account: struct_passwd) -> None:
    until = time.monotonic() + _SECONDS
    # First without a look: one that is another process each time is found by no list.
    command = (sys.executable, "-I", "-S", "-c", _KILL_ALL, str(account.pw_uid))
    while True:
        run(*command, seconds=_SECONDS)
        left = processes_of(account.pw_uid)
        if not left:
            return
        if time.monotonic() > until:
            raise AccountError(
                f"{account.pw_name}: {len(left)} processes do not end: {', '.join(map(str, left))}"
            )
        for process in left:
            _kill(process, account.pw_uid)
        time.sleep(0.1)


def _kill(process: int, uid: int) -> None:
    """Kill a process of a user, and no other that has its number since."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(process)
        try:
            if _is_of(process, uid):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
