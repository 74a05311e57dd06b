"""How the process of any command prints and ends."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypeVar

from nblint.cli.echo import say

Answer = TypeVar("Answer")


def escape_unencodable() -> None:
    """Escape characters that the terminal's encoding lacks, which would otherwise end the run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def guarded(command: Callable[[], Answer]) -> Answer:
    """Run a command; print a failure of the system as one sentence.

    Args:
        command: Runs the command.

    Returns:
        What `command` returns.

    Raises:
        SystemExit: With 2 where the system fails; with the status that shells give Ctrl-C, since
            click's, 1, would mean findings.
    """
    _open_closed_streams()
    try:
        try:
            return command()
        finally:
            if not sys.stdout.closed:  # the language server closes it
                sys.stdout.flush()  # here, where a failure can still be reported
    except KeyboardInterrupt:
        import signal

        sys.exit(128 + signal.SIGINT)
    except MemoryError:
        failure = "out of memory"
    except BrokenPipeError:  # as in `nblint check | head`
        _discard_output(sys.stdout, sys.stderr)
        sys.exit(1)
    except OSError as error:
        # Two things have no name: the folder that nblint runs in, and what it prints to.
        is_gone = error.errno == errno.ENOENT
        name = error.filename or ("the current folder" if is_gone else "standard output")
        failure = f"{name}: {error.strerror or error}"
        if not error.filename and not is_gone:
            _discard_output(sys.stdout)
    # Imported late: reports load the credentials engine, which completion must not wait for.
    from nblint.credentials.masking.redaction import mask_path
    from nblint.reports.terminal import printable

    say(f"nblint: {printable(mask_path(failure))}")
    sys.exit(2)


def _open_closed_streams() -> None:
    """Replace streams that the caller has closed (`>&-`) by empty ones that take any output.

    Python sets them to None, and the next file that is opened would get the number of one.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)


def _discard_output(*streams: TextIO) -> None:
    """Let Python's flush at exit succeed: its failure would change the exit status.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
