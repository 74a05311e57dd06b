"""Counts what a run finds, for its last lines and its exit status."""

from collections import Counter
from collections.abc import Iterable, Iterator

from nblint.cli.echo import say
from nblint.linting.results import Result
from nblint.reports.terminal import printable


def complain(sentence: str) -> None:
    """Print an error on stderr.

    The sentence may quote a malformed file, and so hold a credential: it is masked.
    """
    from nblint.credentials.masking.redaction import mask

    # Masked apart from the path: what follows "password.ipynb: " is no password.
    path, colon, rest = sentence.partition(": ")
    say(f"nblint: {printable(mask(path) + colon + mask(rest))}")


class Tally:
    """Counts findings and faults while results pass through."""

    def __init__(self) -> None:
        self.errors = self.warnings = self.fixes = self.fixed_notebooks = 0
        self.recorded = self.faults = 0
        self.stale: dict[str, Counter[str]] = {}

    def fault(self, sentence: str) -> None:
        """Print an error on stderr, and count it."""
        self.faults += 1
        complain(sentence)

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results unchanged, and count them."""
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
            is_empty: Whether a folder that was given contains no notebooks.
            exit_zero: Whether to ignore findings.
            strict: Whether warnings count like errors.
        """
        if self.faults:
            return 2
        if (self.errors or (strict and self.warnings)) and not exit_zero:
            return 1
        return 3 if is_empty else 0
