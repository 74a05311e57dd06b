"""A progress bar for runs that take long."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.results import Result
from nblint.reports.terminal import one_line

# Seconds before the bar appears, since most runs take less, and between two updates of it.
_PATIENCE = 1.0
_PAUSE = 0.1
# The width of the bar in characters.
_WIDTH = 20


class Progress:
    """A bar on stderr that stays out of the way of findings on stdout.

    Args:
        total: Returns how many notebooks there are to check.
        now: Returns the time in seconds.
    """

    def __init__(self, total: Callable[[], int], now: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._now = now
        self._next = now() + _PATIENCE
        self._shown = 0
        self._at_start_of_row = True

    def counting(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results unchanged, and update the bar."""
        done = 0
        for result in results:
            done += result.notebooks
            if self._now() >= self._next and self._at_start_of_row:
                self._show(done, mask_path(result.path))
                self._next = self._now() + _PAUSE
            yield result
        self.hide()

    def beside(self, pieces: Iterable[str]) -> Iterator[str]:
        """Yield the pieces of a report unchanged, and hide the bar before each."""
        for piece in pieces:
            self.hide()
            yield piece
            self._at_start_of_row = piece.endswith("\n")
        self.hide()

    def hide(self) -> None:
        """Erase the bar."""
        if self._shown:
            # Without escape sequences, so that it works in every terminal.
            sys.stderr.write(f"\r{' ' * self._shown}\r")
            sys.stderr.flush()
            self._shown = 0

    def _show(self, done: int, path: str) -> None:
        import shutil

        total = max(done, self._total(), 1)
        filled = _WIDTH * done // total
        bar = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total} "
        # In ASCII, where every character takes one column.
        name = path.encode("ascii", "replace").decode()
        text = one_line(f"{bar}{name}", max(shutil.get_terminal_size().columns - 1, 1))
        self.hide()
        sys.stdout.flush()
        sys.stderr.write(f"\r{text}")
        sys.stderr.flush()
        self._shown = len(text)


def is_interactive() -> bool:
    """Tell whether a person sees the output: on a terminal, not in a pipe or a pipeline."""
    return _are_terminals(sys.stdout, sys.stderr) and os.environ.get("TERM") != "dumb"


def is_answering() -> bool:
    """Tell whether a person can answer a question: at a terminal, not in a hook or a pipeline."""
    return _are_terminals(sys.stdin, sys.stderr)


def _are_terminals(*streams: TextIO) -> bool:
    return all(stream.isatty() for stream in streams) and not os.environ.get("CI")
