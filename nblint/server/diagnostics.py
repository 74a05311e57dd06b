"""Findings as diagnostics and hovers."""

from collections.abc import Iterable
from typing import NamedTuple

from lsprotocol import types

from nblint.findings import Finding
from nblint.linting.documentation import explanation
from nblint.linting.registry import rule_of
from nblint.paths import display_path
from nblint.reports.terminal import printable
from nblint.server.draft_checker import Verdict
from nblint.server.drafts import DocumentRange

SOURCE = "nblint"

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}


class ShownFinding(NamedTuple):
    """A finding and the diagnostic that shows it.

    Attributes:
        finding: The finding.
        uri: The document that it is shown in.
        diagnostic: The diagnostic.
    """

    finding: Finding
    uri: str
    diagnostic: types.Diagnostic


def shown(verdict: Verdict) -> tuple[ShownFinding, ...]:
    """Return the findings that an editor can show, in order."""
    found = []
    for finding in verdict.findings:
        # A finding about another file has no place in the notebook.
        place = finding.place._replace(cell=None) if finding.path else finding.place
        if located := verdict.draft.locate(place):
            diagnostic = _diagnostic(finding, located)
            found.append(ShownFinding(finding, located.uri, diagnostic))
    return tuple(found)


def _diagnostic(finding: Finding, located: DocumentRange) -> types.Diagnostic:
    about = f"{display_path(finding.path)}:{finding.place.row}: " if finding.path else ""
    about = about or (f"line {finding.place.row} of the cell: " if located.is_moved else "")
    advice = f"\nhelp: {printable(finding.help)}" if finding.help else ""
    return types.Diagnostic(
        range=located.range,
        message=f"{about}{printable(finding.message)}{advice}",
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if rule_of(finding.code).unnecessary else None,
    )


def hover(found: Iterable[ShownFinding]) -> types.Hover | None:
    """Return the explanations of the rules of some findings; None without findings."""
    texts: dict[str, str] = {}
    where = None
    for one in found:
        rule = rule_of(one.finding.code)
        texts[rule.code] = f"**{rule.code} {rule.name}**\n\n{explanation(rule)}"
        where = where or one.diagnostic.range
    if not texts:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(texts.values()))
    return types.Hover(content, where)


def overlaps(one: types.Range, other: types.Range) -> bool:
    """Tell whether two ranges overlap or touch; one of them may be empty."""
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
