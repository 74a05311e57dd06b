"""What tells findings apart at a glance: how severe they are, their family, whether --fix mends."""

from collections import Counter
from collections.abc import Iterable

from nblint.linting.registry import FAMILIES
from nblint.linting.results import Reported
from nblint.reports.text import count

# What a reader may choose to see; findings and the table's numbers have these classes.
CHOICES = {"error": "errors", "warning": "warnings", "fixable": "mended by --fix"} | FAMILIES


def family_of(reported: Reported) -> str:
    """Return the family of a finding's rule: "NBL2"."""
    return reported.finding.code[:4]


def kinds_of(reported: Reported) -> list[str]:
    """Return the choices that show a finding."""
    finding = reported.finding
    kinds = [finding.severity, family_of(reported)]
    return [*kinds, "fixable"] if finding.fix and finding.fix.safe else kinds


def counts_of(findings: Iterable[Reported]) -> str:
    """Return how many errors and warnings there are: "2 errors, 1 warning"."""
    kinds = Counter(reported.finding.severity for reported in findings)
    return ", ".join(count(kinds[kind], kind) for kind in ("error", "warning") if kinds[kind])
