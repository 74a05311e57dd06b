"""What holds for every command while it runs: how it prints, and how it ends."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypeVar

from nblint.cli.echo import say

Answer = TypeVar("Answer")


def print_leniently() -> None:
    """Print a name or a text that the terminal's encoding does not have: it must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def guarded(command: Callable[[], Answer]) -> Answer:
    """Run a command; where the system fails it, say so in a sentence.

    Args:
        command: Does what the command does.

    Returns:
        What it returns.

    Raises:
        SystemExit: With 2 where the system fails it, and with the status that shells give Ctrl-C:
            click's, 1, would mean findings.
    """
    _open_what_is_closed()
    try:
        try:
            return command()
        finally:
            if not sys.stdout.closed:  # as an editor's server leaves it
                sys.stdout.flush()  # later nobody could say any more that it has failed
    except KeyboardInterrupt:
        import signal

        sys.exit(128 + signal.SIGINT)
    except MemoryError:
        failure = "there is not enough memory"
    except BrokenPipeError:  # whoever reads has heard enough
        _drop_what_cannot_be_printed(sys.stdout, sys.stderr)
        sys.exit(1)
    except OSError as error:
        # Two things have no name: the folder that nblint runs in, and what it prints to.
        is_gone = error.errno == errno.ENOENT
        name = error.filename or ("the current folder" if is_gone else "standard output")
        failure = f"{name}: {error.strerror or error}"
        if not error.filename and not is_gone:
            _drop_what_cannot_be_printed(sys.stdout)
    # Reports load what finds credentials, for which completion at a prompt must not wait.
    from nblint.reports.terminal import printable

    say(f"nblint: {printable(failure)}")
    sys.exit(2)


def _open_what_is_closed() -> None:
    """Let a stream that the caller has closed (`>&-`) hold nothing, and take what is printed.

    Python sets it to None, and the next file that is opened would get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)


def _drop_what_cannot_be_printed(*streams: TextIO) -> None:
    """Let Python's last flush succeed: its failure would change the exit status.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
