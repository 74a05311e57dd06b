"""What decides a command's exit status: what it found, and what it could not do."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from nblint.cli.echo import say
from nblint.linting.tally import Tally
from nblint.reports.terminal import printable


def complain(sentence: str) -> None:
    """Say on stderr what could not be done.

    The sentence can quote a file that is not what it should be, and so hold a credential.
    """
    from nblint.credentials.masking.redaction import mask

    # The path apart: what follows "password.ipynb: " is no password.
    path, colon, rest = sentence.partition(": ")
    say(f"nblint: {printable(mask(path) + colon + mask(rest))}")


def say_what_is_empty(folders: Iterable[Path]) -> None:
    """Say on stderr which folders hold no notebook."""
    for folder in folders:
        say(f"nblint: {printable(str(folder))}: no notebook in this folder")


class Status:
    """What a command found, and what it could not do.

    Attributes:
        tally: How much it found.
        faults: How many things it could not do.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self.faults = 0

    def fault(self, sentence: str) -> None:
        """Say on stderr what could not be done, and go on."""
        self.faults += 1
        complain(sentence)

    def fail(self, sentence: str) -> NoReturn:
        """Say on stderr what could not be done, and end the program."""
        self.fault(sentence)
        sys.exit(2)

    def code(self, *, is_empty: bool, exit_zero: bool = False, strict: bool = False) -> int:
        """Return the exit status.

        Args:
            is_empty: Whether a folder that was named holds no notebook.
            exit_zero: Whether findings do not fail the command.
            strict: Whether warnings fail it.
        """
        if self.faults:
            return 2
        found = self.tally.errors or (strict and self.tally.warnings)
        return 1 if found and not exit_zero else 3 if is_empty else 0
