"""Findings for programs: a JSON array with one object per finding, which has all keys."""

import json
from collections.abc import Iterable, Iterator

from nblint.linting.documentation import url
from nblint.linting.results import Reported, Result


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the array, with one object per line."""
    found = (as_dict(reported) for result in results for reported in result.findings)
    yield from array(found)
    yield "\n"


def array(objects: Iterable[object]) -> Iterator[str]:
    """Yield a JSON array with one object per line, as the objects come."""
    separator = "\n"
    yield "["
    for one in objects:
        yield separator + json.dumps(one)
        separator = ",\n"
    yield "\n]"


def as_dict(reported: Reported) -> dict[str, object]:
    """Return a finding as in the JSON report; the order of the keys is part of the format."""
    finding, place = reported.finding, reported.finding.place
    return {
        "path": reported.path,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "cell": place.cell,
        "cell_id": reported.cell_id,
        "cell_type": reported.cell_type,
        "surface": place.surface,
        "output": place.output,
        "mime": place.mime,
        "row": place.row,
        "column": place.column,
        "end_row": place.end_row,
        "end_column": place.end_column,
        "file_line": reported.file_line,
        "detector": finding.detector,
        "fingerprint": finding.fingerprint,
        "fix": finding.fix and {"safe": finding.fix.safe, "message": finding.fix.message},
        "url": url(finding.code),
    }
