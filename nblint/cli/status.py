"""What decides a command's exit status: what it found, and what it could not do."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn, TextIO

from nblint.cli.echo import echo, say
from nblint.credentials.masking.redaction import mask, mask_path
from nblint.errors import unwritable
from nblint.linting.tally import Tally
from nblint.reports.terminal import printable
from nblint.reports.text import count


def complain(sentence: str) -> None:
    """Print an error on stderr.

    The sentence may quote a malformed file, and so hold a credential: it is masked.
    """
    # Masked apart from the path: what follows "password.ipynb: " is no password.
    path, colon, rest = sentence.partition(": ")
    say(f"nblint: {printable(mask(path) + colon + mask(rest))}")


def report_empty(folders: Iterable[Path]) -> None:
    """Print on stderr which folders contain no notebooks."""
    for folder in folders:
        say(f"nblint: {printable(mask_path(str(folder)))}: no notebooks in this folder")


def report_hidden(tally: Tally, skipped: int = 0, *, known: str = "recorded") -> None:
    """Print on stderr how much the report does not show.

    Args:
        tally: How much was found.
        skipped: The number of notebooks that were not checked.
        known: What findings are called that are not new.
    """
    numbers = ((tally.recorded, f"{known} finding"), (tally.suppressed, "suppressed finding"))
    findings = " and ".join(count(number, noun) for number, noun in numbers if number)
    parts = [f"{findings} not shown"] if findings else []
    if skipped:
        parts.append(f"{count(skipped, 'notebook')} skipped")
    if parts:
        say(f"{'; '.join(parts)}.")


def print_report(
    pieces: Iterable[str], output_file: Path | None, status: "Status", stream: TextIO | None = None
) -> None:
    """Print a report piece by piece, or write it to a file; what cannot be written is a fault.

    Args:
        pieces: The report.
        output_file: The file; None for the stream.
        status: Counts faults.
        stream: The stream; None for stdout.
    """
    if output_file is None:
        for piece in pieces:
            echo(piece, stream)
        return
    from nblint.document.write import writing

    try:
        with writing(output_file) as file:
            file.writelines(pieces)
    except OSError as error:
        status.fault(unwritable(output_file, error))


class Status:
    """What a command found, and what it could not do.

    Attributes:
        tally: How much it found.
        faults: The number of things that it could not do.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self.faults = 0

    def fault(self, sentence: str) -> None:
        """Print an error on stderr, and count it."""
        self.faults += 1
        complain(sentence)

    def fail(self, sentence: str) -> NoReturn:
        """Print an error on stderr, and exit with status 2."""
        self.fault(sentence)
        sys.exit(2)

    def code(self, *, is_empty: bool, exit_zero: bool = False, strict: bool = False) -> int:
        """Return the exit status.

        Args:
            is_empty: Whether a folder that was given contains no notebooks.
            exit_zero: Whether to ignore findings.
            strict: Whether warnings count like errors.
        """
        if self.faults:
            return 2
        found = self.tally.errors or (strict and self.tally.warnings)
        return 1 if found and not exit_zero else 3 if is_empty else 0
