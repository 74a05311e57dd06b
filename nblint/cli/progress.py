"""How far a run is: a bar on the terminal, while it takes long."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from nblint.linting.results import Result
from nblint.reports.terminal import one_line

# Seconds: before the first bar, since most runs are over by then, and between two of them.
_PATIENCE = 1.0
_PAUSE = 0.1
_CELLS = 20


class Progress:
    """A bar on stderr that findings on stdout do not run into.

    Args:
        total: Returns how many notebooks there are to check.
        now: The time in seconds.
    """

    def __init__(self, total: Callable[[], int], now: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._now = now
        self._next = now() + _PATIENCE
        self._shown = 0
        self._at_start_of_row = True

    def counting(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results as they are; the bar moves."""
        done = 0
        for result in results:
            done += result.notebooks
            if self._now() >= self._next and self._at_start_of_row:
                self._show(done, result.path)
                self._next = self._now() + _PAUSE
            yield result
        self.hide()

    def beside(self, pieces: Iterable[str]) -> Iterator[str]:
        """Yield pieces of a report, each when the bar is out of its way."""
        for piece in pieces:
            self.hide()
            yield piece
            self._at_start_of_row = piece.endswith("\n")
        self.hide()

    def hide(self) -> None:
        """Take the bar away."""
        if self._shown:
            # No escapes: every terminal knows these.
            sys.stderr.write(f"\r{' ' * self._shown}\r")
            sys.stderr.flush()
            self._shown = 0

    def _show(self, done: int, path: str) -> None:
        import shutil

        total = max(done, self._total(), 1)
        filled = _CELLS * done // total
        bar = f"[{'#' * filled}{'.' * (_CELLS - filled)}] {done}/{total} "
        # In ASCII, of which each character is as wide as a column.
        name = path.encode("ascii", "replace").decode()
        text = one_line(f"{bar}{name}", max(shutil.get_terminal_size().columns - 1, 1))
        self.hide()
        sys.stdout.flush()
        sys.stderr.write(f"\r{text}")
        sys.stderr.flush()
        self._shown = len(text)


def is_watched() -> bool:
    """Tell whether a person looks on: at a terminal, through no pipe, in no pipeline."""
    streams: tuple[TextIO, ...] = (sys.stdout, sys.stderr)
    return (
        all(stream.isatty() for stream in streams)
        and not os.environ.get("CI")
        and os.environ.get("TERM") != "dumb"
    )
