"""Drops the findings that an author has suppressed, and finds suppressions without a use."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from nblint.document.model import Place
from nblint.findings import Finding, covers
from nblint.linting.registry import CREDENTIALS, are_about_plugins
from nblint.reading.suppressions import Suppression, Useless, UselessSuppressions
from nblint.rules.index import INDEX, Entry

# Where a suppression and a finding meet: in a cell, a row of its source, the source as a whole, or
# what stands beside it (outputs and metadata).
_Spot = tuple[int | None, int | Literal["source", "beside"]]


def parted(
    findings: Collection[Finding], allowed: Iterable[Suppression], ran: Iterable[Entry]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that are not suppressed, and those that are, with the reasons.

    Args:
        findings: The findings.
        allowed: The suppressions.
        ran: The rules that reported them.
    """
    found = {finding.code for finding in findings}
    codes = {one.code for one in ran if one.code in found and one.rule.suppressible}
    allowed_at: defaultdict[_Spot, dict[str, Suppression]] = defaultdict(dict)
    for suppression in allowed:
        selectors = (CREDENTIALS,) if suppression.pragma else suppression.codes
        covered = [code for code in codes if any(covers(one, code) for one in selectors)]
        for spot in _spots_covered(suppression):
            allowed_at[spot].update((code, suppression) for code in covered)
    left, suppressed = [], []
    for finding in findings:
        by = (allowed_at[spot].get(finding.code) for spot in _spots_found(finding.place))
        if one := next(filter(None, by), None):
            suppressed.append(replace(finding, suppression=one.reason))
        else:
            left.append(finding)
    return left, suppressed


def useless(
    allowed: Iterable[Suppression], findings: Iterable[Finding], ran: Iterable[Entry]
) -> UselessSuppressions:
    """Return the suppressions that suppress nothing.

    A code is judged only if the rules that it covers have run. Comments of detect-secrets are never
    judged, since other tools read them, too.

    Args:
        allowed: The suppressions.
        findings: All findings, including the suppressed ones.
        ran: The rules that reported them.
    """
    found_at: defaultdict[_Spot, set[str]] = defaultdict(set)
    for finding in findings:
        for spot in _spots_found(finding.place):
            found_at[spot].add(finding.code)
    ran_rules = {rule.code: rule for rule in ran}
    found = []
    for suppression in allowed:
        covered = set().union(*(found_at[spot] for spot in _spots_covered(suppression)))
        if not suppression.pragma and (judged := _judged(suppression, covered, ran_rules)):
            found.append(judged)
    codes = dict.fromkeys((*(entry.code for entry in INDEX), *ran_rules))
    return UselessSuppressions(tuple(found), tuple(codes))


def _spots_covered(suppression: Suppression) -> Iterator[_Spot]:
    """Yield the spots that a suppression covers."""
    cell = suppression.place.cell
    if suppression.rows:
        yield from ((cell, row) for row in suppression.rows)
    else:
        yield cell, "source"
    if suppression.everything:
        yield cell, "beside"


def _spots_found(place: Place) -> Iterator[_Spot]:
    """Yield the spots of a finding's place: a suppression holds for it that covers one of them."""
    if place.surface != "source":
        yield place.cell, "beside"
        return
    yield place.cell, "source"
    if place.row:
        for row in range(place.row, (place.end_row or place.row) + 1):
            yield place.cell, row


def _judged(suppression: Suppression, found: set[str], ran: Mapping[str, Entry]) -> Useless | None:
    """Return what of a suppression is useless; None if all of it is used.

    Args:
        suppression: The suppression.
        found: The codes of the findings that it covers.
        ran: The rules that ran, by their codes.
    """
    unknown = tuple(code for code in suppression.codes if not _is_known(code))
    idle = tuple(
        code
        for code in suppression.codes
        if code in unknown or (_have_run(code, ran) and not any(covers(code, o) for o in found))
    )
    return Useless(suppression, idle, unknown) if idle or not suppression.codes else None


@lru_cache(maxsize=256)
def _is_known(selector: str) -> bool:
    if _own_of(selector) or not are_about_plugins((selector,)):
        return bool(_own_of(selector))
    from nblint.linting.plugins import may_cover

    return may_cover(selector)


@lru_cache(maxsize=256)
def _own_of(selector: str) -> tuple[Entry, ...]:
    return tuple(entry for entry in INDEX if covers(selector, entry.code))


def _have_run(selector: str, ran: Mapping[str, Entry]) -> bool:
    """Tell whether all rules of a selector ran, except those that run only when they are named.

    A selector that covers only rules that run last is never judged: they have yet to run. Nor is
    one for all rules of a plugin, of which some may not be selected.
    """
    known = _own_of(selector) or ((ran[selector],) if selector in ran else ())
    covered = [rule for rule in known if not rule.last]
    usual = [rule for rule in covered if not rule.explicit] or covered
    return bool(usual) and all(rule.code in ran for rule in usual)
