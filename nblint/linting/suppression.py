"""What remains of the findings when their authors' suppressions are taken into account."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from nblint.document.model import Place
from nblint.findings import Finding, Rule, covers
from nblint.linting.registry import CREDENTIALS, rules
from nblint.reading.suppressions import Suppression, Useless, UselessSuppressions


def remaining(findings: Collection[Finding], allowed: Iterable[Suppression]) -> list[Finding]:
    """Return the findings that no suppression holds for."""
    codes = {finding.code for finding in findings}
    # The codes that are allowed, by cell and row; without a row, in the whole cell.
    by_row: defaultdict[tuple[int | None, int | None], set[str]] = defaultdict(set)
    beside_source: defaultdict[int | None, set[str]] = defaultdict(set)
    for suppression in allowed:
        allows = (CREDENTIALS,) if suppression.pragma else suppression.codes
        held = {code for code in codes if any(covers(selector, code) for selector in allows)}
        for row in suppression.rows or (None,):
            by_row[suppression.place.cell, row] |= held
        if suppression.everything:
            beside_source[suppression.place.cell] |= held

    def is_allowed(finding: Finding) -> bool:
        place = finding.place
        if place.surface != "source":
            return finding.code in beside_source[place.cell]
        return any(finding.code in by_row[place.cell, row] for row in (None, *_rows(place)))

    return [finding for finding in findings if not is_allowed(finding)]


def _rows(place: Place) -> range:
    return range(place.row, (place.end_row or place.row) + 1) if place.row else range(0)


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
    return UselessSuppressions(tuple(_useless(allowed, findings, codes)), tuple(rules()))


def _useless(
    allowed: Iterable[Suppression], findings: Iterable[Finding], ran: frozenset[str]
) -> Iterator[Useless]:
    # The codes that are found, by cell and row; without a row, in the whole cell.
    found: defaultdict[tuple[int | None, int | None], set[str]] = defaultdict(set)
    beside_source: defaultdict[int | None, set[str]] = defaultdict(set)
    for finding in findings:
        place = finding.place
        if place.surface != "source":
            beside_source[place.cell].add(finding.code)
            continue
        for row in (None, *_rows(place)):
            found[place.cell, row].add(finding.code)
    for suppression in allowed:
        if suppression.pragma:
            continue
        cell = suppression.place.cell
        used = set().union(*(found[cell, row] for row in suppression.rows or (None,)))
        used |= beside_source[cell] if suppression.everything else set()
        unknown = tuple(code for code in suppression.codes if not _rules_of(code))
        idle = tuple(
            code
            for code in suppression.codes
            if code in unknown
            or (_was_judged(code, ran) and not any(covers(code, other) for other in used))
        )
        if idle or not suppression.codes:
            yield Useless(suppression, idle, unknown)


@lru_cache(maxsize=256)
def _rules_of(selector: str) -> tuple[Rule, ...]:
    return tuple(rule for code, rule in rules().items() if covers(selector, code))


def _was_judged(selector: str, ran: frozenset[str]) -> bool:
    """Tell whether all rules of a selector ran, except those that run only when they are named.

    Whether a suppression of a rule that runs last is useless is not known while that rule runs.
    """
    meant = [rule for rule in _rules_of(selector) if not rule.last]
    usual = [rule for rule in meant if not rule.explicit] or meant
    return bool(usual) and all(rule.code in ran for rule in usual)
