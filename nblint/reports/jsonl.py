"""Findings for programs that read a stream: one JSON object per line, as in the JSON report."""

import json
from collections.abc import Iterable, Iterator

from nblint.linting.results import Result
from nblint.reports.json import as_dict, note_as_dict


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the findings of each notebook as soon as it is checked; notes under the key `note`."""
    for result in results:
        for reported in result.findings:
            yield json.dumps(as_dict(reported), ensure_ascii=True) + "\n"
        for note in result.notes:
            yield json.dumps({"note": note_as_dict(note)}, ensure_ascii=True) + "\n"
