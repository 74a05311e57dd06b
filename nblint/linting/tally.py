"""How much a run finds, counted while its results pass by."""

from collections import Counter
from collections.abc import Iterable, Iterator

from nblint.findings import Finding
from nblint.linting.results import Result


class Tally:
    """Counts what results hold.

    Attributes:
        notebooks: How many notebooks were checked.
        errors: How many findings are errors.
        warnings: How many findings are warnings.
        fixable: How many findings `--fix` resolves.
        fixes: How many findings were fixed.
        fixed_notebooks: In how many notebooks.
        recorded: How many findings the baseline records.
        stale: The baseline's entries that were not found again: their codes, by notebook.
    """

    def __init__(self) -> None:
        self.notebooks = self.errors = self.warnings = self.fixable = 0
        self.fixes = self.fixed_notebooks = self.recorded = 0
        self.stale: dict[str, Counter[str]] = {}

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results as they are."""
        for result in results:
            self.notebooks += result.notebooks
            for reported in result.findings:
                self.add(reported.finding)
            self.fixes += result.fixes
            self.fixed_notebooks += result.fixes > 0
            self.recorded += result.recorded
            for entry in result.stale:
                self.stale.setdefault(result.path or entry.path, Counter())[entry.code] += 1
            yield result

    def add(self, finding: Finding) -> None:
        """Count a finding."""
        self.errors += finding.is_error
        self.warnings += not finding.is_error
        self.fixable += bool(finding.fix and finding.fix.safe)
