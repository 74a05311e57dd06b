"""systemd of a hub's host, as commands ask it."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

from nblint.errors import SettingsError
from nblint.hub.programs import run


def is_booted() -> bool:
    """Tell whether systemd has booted this machine, so that it can be told of units."""
    return Path("/run/systemd/system").is_dir()


def systemctl(*arguments: str) -> CompletedProcess[str]:
    """Run systemctl, which may fail.

    Args:
        arguments: What it is told.

    Raises:
        SettingsError: It cannot be run.
    """
    return run("systemctl", *arguments)


def must(*arguments: str) -> str:
    """Run systemctl, which must succeed; return what it prints.

    Args:
        arguments: What it is told.

    Raises:
        SettingsError: It cannot be run, or fails; the text has what it says.
    """
    ran = systemctl(*arguments)
    if ran.returncode:
        reason = " ".join(ran.stderr.split()) or f"ended with status {ran.returncode}"
        raise SettingsError(f"systemctl {arguments[0]}: {reason}")
    return ran.stdout


def shown(name: str, unit: str) -> str:
    """Return a property of a unit; empty if it has none.

    Args:
        name: The property's name, such as `ActiveState`.
        unit: The unit.

    Raises:
        SettingsError: systemctl cannot be run.
    """
    return systemctl("show", "--property", name, "--value", unit).stdout.strip()
