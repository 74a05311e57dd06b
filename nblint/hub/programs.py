"""Programs of a hub's host, such as dnf, nft and systemctl."""

from __future__ import annotations

import os
import subprocess

from nblint.errors import SettingsError


def run(
    *command: str, given: str = "", seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program, which may fail.

    Args:
        command: The program, and what it is told.
        given: What it reads.
        seconds: After which it is ended; None: never.

    Raises:
        SettingsError: It cannot be run, or has not ended in time.
    """
    try:
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
            # What it says is read, and may be shown with what we say.
            env=english(),
        )
    except OSError as error:
        raise SettingsError(f"{command[0]}: cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{command[0]}: has not ended after {seconds:g} seconds") from None


def english() -> dict[str, str]:
    """Return the variables of a program whose messages are read; LANGUAGE would win over LC_ALL."""
    return {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}
