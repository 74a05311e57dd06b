"""Findings for pipelines: JUnit's XML, a test case a notebook.

CircleCI, GitLab, Jenkins and others list the cases, and show of a failed one its text. There is no
standard; this keeps to what all of them read (<https://github.com/testmoapp/junitxml>).
"""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from nblint.linting.results import Result
from nblint.reports.terminal import printable
from nblint.reports.text import count, describe

# What XML 1.0 cannot hold, not even as a reference, and `printable` leaves.
_NO_XML = re.compile("[\ufffe\uffff]")


def render(results: Iterable[Result]) -> Iterator[str]:
    """Yield the report: errors fail a notebook's case, warnings are its output."""
    cases: list[str] = []
    failed = 0
    for result in results:
        case, has_errors = _case(result)
        cases.append(case)
        failed += has_errors
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="nblint" {counts}>\n<testsuite name="nblint" {counts}>\n'
    yield from cases
    yield "</testsuite>\n</testsuites>\n"


def _case(result: Result) -> tuple[str, bool]:
    """Return a notebook's test case, and whether it fails."""
    findings = result.findings
    errors = [reported for reported in findings if reported.finding.is_error]
    warnings = [reported for reported in findings if not reported.finding.is_error]
    # What all notebooks together are found guilty of stands in a file that is none of them.
    path = result.path or (findings[0].path if findings else "all notebooks")
    name = quoteattr(_xml(printable(path)))
    parts = [f'<testcase classname="nblint" name={name} file={name} time="0">\n']
    if errors:
        codes = ", ".join(sorted({reported.finding.code for reported in errors}))
        message = quoteattr(f"{count(len(errors), 'error')}: {codes}")
        text = _xml("".join(line for reported in errors for line in describe(reported)))
        parts.append(f'<failure type="nblint" message={message}>{escape(text)}</failure>\n')
    if warnings:
        text = _xml("".join(line for reported in warnings for line in describe(reported)))
        parts.append(f"<system-out>{escape(text)}</system-out>\n")
    parts.append("</testcase>\n")
    return "".join(parts), bool(errors)


def _xml(text: str) -> str:
    return _NO_XML.sub(lambda match: ascii(match[0])[1:-1], text)
