"""Counts what a run finds, while its results pass by."""

from collections import Counter
from collections.abc import Iterable, Iterator

from nblint.findings import Finding
from nblint.linting.results import Note, Result


class Tally:
    """Counts what results hold.

    Attributes:
        notebooks: The number of notebooks checked.
        errors: The number of findings that are errors.
        warnings: The number of findings that are warnings.
        fixable: The number of findings that `--fix` resolves.
        fixes: The number of findings that were fixed.
        fixed_notebooks: The number of notebooks that were fixed.
        removed_outputs: The number of outputs that fixes removed.
        stripped_notebooks: The number of notebooks that they removed outputs from.
        recorded: The number of findings that the baseline records.
        suppressed: The number of findings that are suppressed in their notebooks.
        stale: The codes of the baseline's entries whose findings are gone, by notebook.
        notes: What a person is asked to look at.
    """

    def __init__(self) -> None:
        self.notebooks = self.errors = self.warnings = self.fixable = 0
        self.fixes = self.fixed_notebooks = self.recorded = self.suppressed = 0
        self.removed_outputs = self.stripped_notebooks = 0
        self.stale: dict[str, Counter[str]] = {}
        self.notes: list[Note] = []

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Count results, yielding each unchanged."""
        for result in results:
            self.notebooks += result.notebooks
            for reported in result.findings:
                self.add(reported.finding)
            self.fixes += result.fixes
            self.fixed_notebooks += result.fixes > 0
            self.removed_outputs += result.removed_outputs
            self.stripped_notebooks += result.removed_outputs > 0
            self.recorded += result.recorded
            self.suppressed += result.suppressed
            for entry in result.stale:
                self.stale.setdefault(result.path or entry.path, Counter())[entry.code] += 1
            self.notes += result.notes
            yield result

    def add(self, finding: Finding) -> None:
        """Count a finding."""
        self.errors += finding.is_error
        self.warnings += not finding.is_error
        self.fixable += bool(finding.fix and finding.fix.safe)
