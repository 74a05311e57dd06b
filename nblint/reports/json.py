"""Findings for programs: a JSON array with one object per finding, which has all keys."""

import json
from collections.abc import Iterable, Iterator

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.documentation import url
from nblint.linting.results import Note, Reported, Result


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the array, with one object per line."""
    found = (as_dict(reported) for result in results for reported in result.findings)
    yield from array(found)
    yield "\n"


def render_with_notes(results: Iterable[Result]) -> Iterator[str]:
    """Yield an object with the array of findings, and that of notes, as `nblint gate` has them."""
    notes: list[Note] = []

    def found() -> Iterator[object]:
        for result in results:
            notes.extend(result.notes)
            yield from map(as_dict, result.findings)

    yield '{"findings": '
    yield from array(found())
    yield ',\n"notes": '
    yield from array(map(note_as_dict, notes))
    yield "}\n"


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
        "path": mask_path(reported.path),
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "cell": place.cell,
        "cell_id": reported.cell_id,
        "cell_type": reported.cell_type,
        "surface": place.surface,
        "output": place.output,
        "mime": place.mime and mask_path(place.mime),
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


def note_as_dict(note: Note) -> dict[str, object]:
    """Return a note as reports for programs hold it."""
    place = note.place
    return {
        "kind": note.kind,
        "path": note.path,
        "message": note.message,
        "cell": place.cell if place else None,
        "row": place.row if place else None,
        "column": place.column if place else None,
    }
