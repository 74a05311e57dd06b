"""What remains of the findings when their authors' suppressions are taken into account."""

from collections.abc import Collection, Iterable, Iterator

from nblint.findings import Finding, Rule, covers
from nblint.linting.registry import rules
from nblint.reading.suppression import Suppression, Useless, UselessSuppressions

# The rule about useless suppressions: whether one of it is useless cannot be said while it runs.
ITSELF = "NBL009"


def remaining(findings: Iterable[Finding], allowed: Iterable[Suppression]) -> list[Finding]:
    """Return the findings that no suppression holds for."""
    known = tuple(allowed)
    return [f for f in findings if not any(suppression.holds_for(f) for suppression in known)]


def useless(
    allowed: Iterable[Suppression], findings: Collection[Finding], ran: Iterable[Rule]
) -> UselessSuppressions:
    """Return what suppresses nothing.

    A code is judged only where the rules that it holds for have run; detect-secrets' comments are
    for other tools as well and never judged.

    Args:
        allowed: The suppressions.
        findings: All findings, suppressed ones too.
        ran: The rules that they are from.
    """
    codes = frozenset(rule.code for rule in ran)
    return UselessSuppressions(tuple(_useless(allowed, findings, codes)))


def _useless(
    allowed: Iterable[Suppression], findings: Collection[Finding], ran: frozenset[str]
) -> Iterator[Useless]:
    for suppression in allowed:
        if suppression.pragma:
            continue
        used = {f.code for f in findings if suppression.reaches(f.place)}
        unknown = tuple(code for code in suppression.codes if not _rules_of(code))
        idle = tuple(
            code
            for code in suppression.codes
            if code in unknown
            or (_was_judged(code, ran) and not any(covers(code, other) for other in used))
        )
        if idle or not suppression.codes:
            yield Useless(suppression, idle, unknown)


def _rules_of(selector: str) -> list[Rule]:
    return [rule for code, rule in rules().items() if covers(selector, code)]


def _was_judged(selector: str, ran: frozenset[str]) -> bool:
    """Say whether all rules of a selector ran, those aside that only run when they are named."""
    meant = [rule for rule in _rules_of(selector) if rule.code != ITSELF]
    usual = [rule for rule in meant if not rule.explicit] or meant
    return bool(usual) and all(rule.code in ran for rule in usual)
