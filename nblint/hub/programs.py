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
        SettingsError: It cannot be run, or does not end by itself.
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
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except OSError as error:
        raise SettingsError(f"{command[0]}: cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        reason = f"no end after {seconds:g} seconds"
        raise SettingsError(f"{command[0]}: cannot be run: {reason}") from None
