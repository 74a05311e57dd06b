"""What a run has found, for its last lines and its exit status."""

from collections import Counter
from collections.abc import Iterable, Iterator

from nblint.cli.echo import say
from nblint.linting.results import Result
from nblint.reports.terminal import printable


def complain(sentence: str) -> None:
    """Say on stderr what could not be done.

    The sentence may quote a file that is not what it should be, and so hold a credential.
    """
    from nblint.credentials.masking.redaction import mask

    # The path apart: what follows "password.ipynb: " is no password.
    path, colon, rest = sentence.partition(": ")
    say(f"nblint: {printable(mask(path) + colon + mask(rest))}")


class Tally:
    """Counts what decides the exit status while results pass by."""

    def __init__(self) -> None:
        self.errors = self.warnings = self.fixes = self.fixed_notebooks = 0
        self.recorded = self.faults = 0
        self.stale: dict[str, Counter[str]] = {}

    def fault(self, sentence: str) -> None:
        """Say what could not be done, on stderr, and go on."""
        self.faults += 1
        complain(sentence)

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results as they are."""
        for result in results:
            for reported in result.findings:
                self.errors += reported.finding.severity == "error"
                self.warnings += reported.finding.severity == "warning"
            self.fixes += result.fixes
            self.fixed_notebooks += result.fixes > 0
            self.recorded += result.recorded
            for entry in result.stale:
                self.stale.setdefault(result.path or entry.path, Counter())[entry.code] += 1
            yield result

    def status(self, *, is_empty: bool, exit_zero: bool, strict: bool) -> int:
        """Return the exit status.

        Args:
            is_empty: A folder that was named holds no notebook.
            exit_zero: Findings are no failure.
            strict: Warnings are one, too.
        """
        if self.faults:
            return 2
        if (self.errors or (strict and self.warnings)) and not exit_zero:
            return 1
        return 3 if is_empty else 0
