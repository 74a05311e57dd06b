"""Findings for GitHub Actions: annotations on the lines of a pull request, and a summary.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.results import Note, Reported, Result
from nblint.linting.tally import Tally
from nblint.reports.sentences import inside, sentence
from nblint.reports.terminal import one_line, printable
from nblint.reports.text import note_sentence, summary_line

# The number of annotations of each kind that GitHub shows per step; it drops others silently.
# https://docs.github.com/en/rest/checks/runs
_SHOWN = 10
# A step's summary may have 1 MiB; a row has a few hundred bytes.
_ROWS = 1000
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+!|~@&:]")


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield a workflow command per finding, errors first; append a table to the step's summary.

    `GITHUB_STEP_SUMMARY` names the file of the summary. Findings beyond GitHub's limit are plain
    lines in the log.
    """
    tally = Tally()
    found = [reported for result in tally.counted(results) for reported in result.findings]
    ranked = [one for one in found if one.finding.is_error]
    yield from _annotations("error", ranked)
    warnings = [one for one in found if not one.finding.is_error]
    yield from _annotations("warning", warnings)
    yield from _notices(tally.notes)
    yield f"nblint: {summary_line(tally)}"
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(file).open("a", encoding="utf-8", newline="\n") as stream:
                stream.writelines(_table([*ranked, *warnings], summary_line(tally)))
                stream.writelines(_notes(tally.notes))
        except OSError as error:
            reason = error.strerror or str(error)
            yield _command("warning", f"the step summary cannot be written: {reason}")


def _annotations(kind: str, found: Sequence[Reported]) -> Iterator[str]:
    shown = found if len(found) <= _SHOWN else found[: _SHOWN - 1]
    for reported in shown:
        title = f"{reported.finding.code} {reported.finding.name}"
        line = str(reported.file_line or 1)
        file = printable(mask_path(reported.path))
        yield _command(kind, _text(reported), file=file, line=line, title=title)
    rest = found[len(shown) :]
    if rest:
        more = f"{len(rest)} more {kind}s: see the log and the summary of this step"
        yield _command(kind, more, title="nblint")
    for reported in rest:
        text = f"nblint: {mask_path(reported.path)}: {reported.finding.code} {_text(reported)}"
        yield printable(" ".join(text.split())) + "\n"


def _notices(notes: Sequence[Note]) -> Iterator[str]:
    for note in notes[:_SHOWN]:
        file = printable(note.path)
        yield _command("notice", printable(note.message), file=file, title=f"review: {note.kind}")
    for note in notes[_SHOWN:]:
        yield f"nblint: for a reviewer: {printable(' '.join(note_sentence(note).split()))}\n"


def _notes(notes: Sequence[Note]) -> Iterator[str]:
    if not notes:
        return
    yield "#### For a reviewer\n\n"
    for note in notes[:_ROWS]:
        yield f"- {_markdown(note_sentence(note))}\n"
    if len(notes) > _ROWS:
        yield f"\n{len(notes) - _ROWS:,} more notes are not listed.\n"
    yield "\n"


def _text(reported: Reported) -> str:
    finding = reported.finding
    help_text = f"\n{printable(finding.help)}" if finding.help else ""
    return f"{sentence(reported)}{help_text}"


def _command(name: str, message: str, **properties: str) -> str:
    """Return a workflow command.

    Escaping: <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
    """
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name}{' ' if listed else ''}{listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _table(found: Sequence[Reported], summary: str) -> Iterator[str]:
    yield f"### nblint\n\n{summary}\n"
    if not found:
        return
    yield "| notebook | location | rule | message |\n| --- | --- | --- | --- |\n"
    for reported in found[:_ROWS]:
        finding = reported.finding
        rule = f"{finding.code} {finding.name}"
        cells = (mask_path(reported.path), inside(reported), rule, finding.message)
        yield f"| {' | '.join(map(_markdown, cells))} |\n"
    if len(found) > _ROWS:
        yield f"\n{len(found) - _ROWS:,} more findings are not listed.\n"
    yield "\n"


def _markdown(text: str) -> str:
    """Return a text that markdown shows literally: without links, mentions or table cells."""
    line = one_line(text, 300)
    return _MARKDOWN.sub(lambda mark: f"&#{ord(mark[0])};", line)
