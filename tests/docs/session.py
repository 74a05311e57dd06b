"""A person at a terminal: what the console blocks of the documentation are run by."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from dataclasses import dataclass
from pathlib import Path

import click

COLUMNS = 100
# A command that waits for an answer would wait for ever.
SECONDS = 300

# What a command exports, where it goes and how it ends holds for the next one.
SHELL = """
. "$0"
eval "$1"
status=$?
{ export -p; printf 'cd %q\\n(exit %d)\\n' "$PWD" "$status"; } >"$0"
pwd >"$0.folder"
exit $status
"""


@dataclass(frozen=True)
class Said:
    """What a command printed, colours included, and the status it ended with."""

    coloured: str
    status: int

    @property
    def coloured_lines(self) -> list[str]:
        return self.coloured.splitlines()

    @property
    def lines(self) -> list[str]:
        return [click.unstyle(line).rstrip() for line in self.coloured_lines]


class Session:
    """bash in a terminal of 100 columns.

    Args:
        folder: Where it starts.
        variables: All environment variables.
        state: A file for what one command leaves to the next.
    """

    def __init__(self, folder: Path, variables: dict[str, str], state: Path) -> None:
        self._start = folder
        self._variables = variables
        self._state = state
        state.write_text(":\n", encoding="utf-8")

    @property
    def folder(self) -> Path:
        """Where the commands have led to."""
        told = Path(f"{self._state}.folder")
        return Path(told.read_text("utf-8").rstrip("\n")) if told.exists() else self._start

    def run(self, command: str) -> Said:
        """Run one command; there is nobody to answer its questions."""
        terminal, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        process = subprocess.Popen(
            ["bash", "-c", SHELL, str(self._state), command],
            cwd=self._start,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=side,
            stderr=side,
            start_new_session=True,
        )
        os.close(side)
        limit = threading.Timer(SECONDS, process.kill)
        limit.start()
        printed = b"".join(_read(terminal))
        os.close(terminal)
        status = process.wait()
        limit.cancel()
        text = printed.decode(errors="replace").replace("\r\n", "\n")
        # A line that is written over shows what was written last.
        shown = (line.rpartition("\r")[2] for line in text.split("\n"))
        return Said("\n".join(shown), status)


def _read(terminal: int) -> list[bytes]:
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            return pieces
        if not piece:
            return pieces
        pieces.append(piece)
