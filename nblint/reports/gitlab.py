"""Findings for GitLab's merge requests: a code quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections.abc import Iterable, Iterator

from nblint.linting.results import Reported, Result
from nblint.reports.json import array
from nblint.reports.sentences import Fingerprints, sentence

_SEVERITIES = {"error": "major", "warning": "minor"}


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield an array, with one object per line."""
    fingerprints = Fingerprints()
    yield from array(
        _issue(reported, fingerprints) for result in results for reported in result.findings
    )
    yield "\n"


def _issue(reported: Reported, fingerprints: Fingerprints) -> dict[str, object]:
    finding = reported.finding
    return {
        "description": f"{finding.code} {sentence(reported)}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprints.of(reported),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": reported.path, "lines": {"begin": reported.file_line or 1}},
    }
