"""Every literate case, and what must hold for every rule."""

import json
import re
from pathlib import Path

import pytest

from nblint.document.model import Notebook
from nblint.linting.documentation import explanation
from nblint.linting.registry import FAMILIES, rules
from tests.rules.cases import (
    FOLDER,
    Case,
    bytes_to_percent,
    cells,
    lines,
    percent_to_bytes,
    read_cases,
    rewrite,
)

CASES = read_cases()


# From the bottom up, so that rewriting one case does not move the others.
@pytest.mark.parametrize(
    "case", CASES[::-1], ids=lambda case: f"{case.code}: {case.title}".replace("::", ":")
)
def test_case(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case.lay_out(tmp_path)
    document, findings = case.check(tmp_path)
    found = lines(case.name, findings, with_help=any("  help:" in line for line in case.expected))
    fixed = case.fix(tmp_path)
    changed = fixed.fixes > 0
    after = fixed.document.raw if isinstance(fixed.document, Notebook) else b""

    if request.config.getoption("--update-expectations"):
        text = after.decode() if case.is_json else bytes_to_percent(after) if changed else ""
        rewrite(case, found, text if changed else None)
        return

    assert found == case.expected
    assert changed == (case.fixed is not None), "a fix and a `fixed` block go together"
    if not changed or case.fixed is None:
        return
    assert isinstance(document, Notebook)
    if case.is_json:
        assert after.decode() == case.fixed.text
        json.loads(after)
    else:
        assert cells(after) == cells(percent_to_bytes(case.fixed.text))
    again = case.fix(tmp_path, after)
    assert not again.fixes, "a second run changes nothing"
    assert not [f for f in fixed.checked.findings if f.fix], "every fix was applied"


@pytest.mark.parametrize("code", rules())
def test_rule(code: str) -> None:
    rule = rules()[code]
    assert re.fullmatch(r"NBL[0-9]{3}", code)
    assert code[:4] in FAMILIES
    family = type(rule).__module__.split(".")[2]
    assert family == FAMILIES[code[:4]], "a rule is in the folder of its family"
    module = type(rule).__module__.split(".")[3]
    assert module.replace("_", "-") == rule.name, "a rule's file has the rule's name"

    summary, _, rest = explanation(rule).partition("\n")
    assert summary.endswith("."), "the docstring starts with a sentence that says what is wrong"
    assert rest.startswith("\n"), "then a blank line, then why, and what to write instead"
    assert len(rest.split()) >= 15

    assert (FOLDER / f"{code}.md").is_file(), f"tests/rules/{code}.md is missing"
    own = [case for case in CASES if case.code == code]
    assert any(f" {code} " in line for case in own for line in case.expected), "a bad case"
    assert any(not case.expected for case in own), "a good case"


def test_a_rule_declares_the_fixes_that_its_cases_show(tmp_path: Path) -> None:
    offered: dict[str, set[bool]] = {}
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        case.lay_out(folder)
        for finding in case.check(folder)[1]:
            if finding.fix:
                offered.setdefault(finding.code, set()).add(finding.fix.safe)
    shown = {code: "safe" if True in safe else "unsafe" for code, safe in offered.items()}
    assert {code: rule.fixable for code, rule in rules().items() if rule.fixable} == shown


def test_every_file_of_cases_has_a_rule() -> None:
    assert {case.code for case in CASES} <= set(rules())
