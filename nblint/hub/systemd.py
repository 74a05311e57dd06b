"""systemd of a hub's host, as commands ask it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from nblint.errors import SettingsError


def is_booted() -> bool:
    """Tell whether systemd has booted this machine, so that it can be told of units."""
    return Path("/run/systemd/system").is_dir()


def systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemctl, which may fail.

    Args:
        arguments: What it is told.

    Raises:
        SettingsError: It cannot be run.
    """
    try:
        return subprocess.run(
            ("systemctl", *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SettingsError(f"systemctl: cannot be run: {error.strerror}") from None


def must(*arguments: str) -> None:
    """Run systemctl, which must succeed.

    Args:
        arguments: What it is told.

    Raises:
        SettingsError: It cannot be run, or fails; the text has what it says.
    """
    ran = systemctl(*arguments)
    if ran.returncode:
        raise SettingsError(f"systemctl {arguments[0]}: {' '.join(ran.stderr.split())}")


def shown(name: str, unit: str) -> str:
    """Return a property of a unit; empty if it has none.

    Args:
        name: The property's name, such as `ActiveState`.
        unit: The unit.

    Raises:
        SettingsError: systemctl cannot be run.
    """
    return systemctl("show", "--property", name, "--value", unit).stdout.strip()
