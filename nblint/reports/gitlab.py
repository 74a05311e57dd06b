"""Findings for GitLab's merge requests: a code quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
from collections.abc import Iterable, Iterator

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.results import Note, Reported, Result
from nblint.reports.json import array
from nblint.reports.sentences import Fingerprints, sentence

_SEVERITIES = {"error": "major", "warning": "minor"}


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield an array, with one object per line."""
    yield from array(_issues(results))
    yield "\n"


def _issues(results: Iterable[Result]) -> Iterator[dict[str, object]]:
    fingerprints = Fingerprints()
    for result in results:
        yield from (_issue(reported, fingerprints) for reported in result.findings)
        yield from map(_note, result.notes)


def _note(note: Note) -> dict[str, object]:
    known = f"{note.kind}\0{note.path}\0{note.message}".encode("utf-8", "surrogatepass")
    return {
        "description": f"For a reviewer: {note.message}",
        "check_name": f"nblint {note.kind}",
        "fingerprint": hashlib.sha256(known).hexdigest(),
        "severity": "info",
        "location": {"path": note.path, "lines": {"begin": 1}},
    }


def _issue(reported: Reported, fingerprints: Fingerprints) -> dict[str, object]:
    finding = reported.finding
    return {
        "description": f"{finding.code} {sentence(reported)}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprints.of(reported),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": mask_path(reported.path), "lines": {"begin": reported.file_line or 1}},
    }
