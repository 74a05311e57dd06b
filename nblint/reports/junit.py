"""Findings for pipelines: JUnit XML, with one test case per notebook.

CircleCI, GitLab, Jenkins and others list the cases, and show the text of a failed one. The format
has no standard; this is the subset that all of them read
(<https://github.com/testmoapp/junitxml>).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from nblint.credentials.masking.redaction import mask_path
from nblint.linting.results import Note, Reported, Result
from nblint.reports.terminal import printable
from nblint.reports.text import count, describe, note_sentence

# What `printable` keeps, but XML 1.0 cannot hold, not even as a reference.
_NO_XML = re.compile("[\ufffe\uffff]")


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the report: errors fail a notebook's case, warnings are its output."""
    cases: list[str] = []
    failed = 0
    for result in results:
        if result.notes:
            cases.append(_review(result.notes))
        if not result.path and not result.findings:
            continue
        case, has_errors = _case(result)
        cases.append(case)
        failed += has_errors
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="nblint" {counts}>\n<testsuite name="nblint" {counts}>\n'
    yield from cases
    yield "</testsuite>\n</testsuites>\n"


def _review(notes: Sequence[Note]) -> str:
    """Return a test case that passes and says what a person is asked to look at."""
    text = escape(_xml("".join(f"{printable(note_sentence(note))}\n" for note in notes)))
    return (
        '<testcase classname="nblint" name="for a reviewer" time="0">\n'
        f"<system-out>{text}</system-out>\n</testcase>\n"
    )


def _case(result: Result) -> tuple[str, bool]:
    """Return a notebook's test case, and whether it fails."""
    errors = [reported for reported in result.findings if reported.finding.is_error]
    warnings = [reported for reported in result.findings if not reported.finding.is_error]
    # Findings about all notebooks together have no notebook, but are about another file.
    path = result.path or (result.findings[0].path if result.findings else "all notebooks")
    name = quoteattr(_xml(printable(mask_path(path))))
    parts = [f'<testcase classname="nblint" name={name} file={name} time="0">\n']
    if errors:
        codes = ", ".join(sorted({reported.finding.code for reported in errors}))
        message = quoteattr(f"{count(len(errors), 'error')}: {codes}")
        parts.append(f'<failure type="nblint" message={message}>{_text(errors)}</failure>\n')
    if warnings:
        parts.append(f"<system-out>{_text(warnings)}</system-out>\n")
    parts.append("</testcase>\n")
    return "".join(parts), bool(errors)


def _text(findings: Sequence[Reported]) -> str:
    return escape(_xml("".join(line for reported in findings for line in describe(reported))))


def _xml(text: str) -> str:
    return _NO_XML.sub(lambda match: ascii(match[0])[1:-1], text)
