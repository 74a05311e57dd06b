"""The kinds by which findings can be filtered: severity, family, fixable with --fix."""

from collections import Counter
from collections.abc import Iterable

from nblint.linting import registry
from nblint.linting.results import Reported
from nblint.reports.text import count

# The filters besides families, by the CSS classes of findings and of numbers in the table.
CHOICES = {"error": "errors", "warning": "warnings", "fixable": "fixable with --fix"}


def family_of(reported: Reported) -> str:
    """Return the family of a finding's rule: "NBL2"."""
    return registry.family_of(reported.finding.code)


def kinds_of(reported: Reported) -> list[str]:
    """Return the filters that show a finding."""
    finding = reported.finding
    kinds = [finding.severity, family_of(reported)]
    return [*kinds, "fixable"] if finding.fix and finding.fix.safe else kinds


def counts_of(findings: Iterable[Reported]) -> str:
    """Return the numbers of errors and warnings: "2 errors, 1 warning"."""
    kinds = Counter(reported.finding.severity for reported in findings)
    return ", ".join(count(kinds[kind], kind) for kind in ("error", "warning") if kinds[kind])
