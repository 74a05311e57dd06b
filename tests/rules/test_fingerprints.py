"""A baseline recognises a finding by what it is about, however its message is worded."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from nblint.findings import Finding, Rule
from nblint.linting.registry import CREDENTIALS, rules
from tests.rules.cases import Case, read_cases

CODES = [code for code in rules() if not rules()[code].always_on]
# Their messages are Python's own, which differ from version to version.
WORDED_ELSEWHERE = {"NBL503"}


def found(code: str, folder: Path) -> list[tuple[Case, Finding]]:
    """Return what the cases of a rule find, except credentials: their values identify them."""
    findings = []
    for number, case in enumerate(case for case in read_cases() if case.code == code):
        root = folder / str(number)
        root.mkdir(parents=True)
        case.lay_out(root)
        findings += [(case, one) for one in case.check(root)[1] if one.detector is None]
    return findings


@pytest.mark.parametrize("code", sorted(set(CODES) - WORDED_ELSEWHERE))
def test_findings_are_told_apart_as_their_messages_tell_them(code: str, tmp_path: Path) -> None:
    alike: dict[tuple[object, ...], dict[str, set[str | None]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for case, finding in found(code, tmp_path):
        place = finding.place
        group = alike[case.title, finding.code, place.surface, place.mime]
        group[finding.message].add(finding.fingerprint)
    for group in alike.values():
        fingerprints = [fingerprint for known in group.values() for fingerprint in known]
        assert all(len(known) == 1 for known in group.values()), (
            f"the same message, other subjects: {dict(group)}"
        )
        assert len(fingerprints) == len(set(fingerprints)), f"one subject for: {sorted(group)}"


@pytest.mark.parametrize("code", CODES)
def test_rewording_a_message_leaves_findings_recorded(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [finding for _, finding in found(code, tmp_path / "before")]
    at = Rule.at

    def reworded(self: Rule, place: Any, message: str, **said: Any) -> Finding:
        return at(self, place, f"in other words, {message.upper()}", **said)

    monkeypatch.setattr(Rule, "at", reworded)
    after = [finding for _, finding in found(code, tmp_path / "after")]
    assert [one.fingerprint for one in after] == [one.fingerprint for one in before]
    assert all(one.message.startswith("in other words, ") for one in after)
    assert before or code.startswith(CREDENTIALS)
