"""What packages with rules get wrong is one sentence with their names, and stops nothing else."""

import importlib
import json
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster

from nblint.linting.checking import RuleError, check_bytes
from nblint.project.project import Project
from nblint.server.draft_checker import DraftChecker
from nblint.settings import Settings
from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.literate import read_blocks
from tests.own_rules.conftest import FINDING, Install, rule
from tests.server.test_drafts import cells_draft


@pytest.fixture(autouse=True)
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.ipynb").write_bytes(notebook_bytes(("code", "print(1)")))


def found(*arguments: str, status: int) -> tuple[list[str], list[str]]:
    """Check the notebook; return the codes that are found, and what is said on stderr."""
    ran = nblint("check", "--output-format", "json", *arguments)
    assert ran.exit_code == status, ran.output
    assert "Traceback" not in ran.output
    return [one["code"] for one in json.loads(ran.stdout or "[]")], ran.stderr.splitlines()


def test_rules_run_once_they_are_selected(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    assert found(status=1) == (["NBL101", "NBL102"], [])
    assert found("--select", "ACME", status=1) == (["ACME101"], [])
    assert found("--select", "A", status=1) == (["ACME101"], [])
    assert found("--extend-select", "ACME101", status=1) == (["ACME101", "NBL101", "NBL102"], [])
    assert "ACME101" in found("--select", "ALL", status=1)[0]
    _, (said,) = found("--select", "ACME102", status=2)
    assert said == "nblint: unknown rule code 'ACME102'; did you mean 'ACME101'?"


def test_an_explicit_rule_needs_its_full_code(install: Install) -> None:
    text = rule() + rule("ACME102").replace("NoPrint", "Other").replace(
        'code = "ACME102"', 'code = "ACME102"\n    explicit = True'
    )
    install("acme-rules", "ACME=acme", text)
    assert found("--select", "ACME", status=1)[0] == ["ACME101"]
    assert found("--select", "ACME102", status=1)[0] == ["ACME102"]


FAILS_TO_LOAD = {
    "raise RuntimeError('token')": "cannot be loaded (RuntimeError): a bug in it; please report it",
    "raise SystemExit(0)": "cannot be loaded (SystemExit): a bug in it; please report it",
    "this is no Python": "cannot be loaded (SyntaxError): a bug in it; please report it",
    "import nothing_like_it": "its rules need nothing_like_it, which is missing",
    "": "no rules in 'acme': classes that derive from nblint.Rule",
    rule("ACME1"): "the code of NoPrint must be 'ACME' and three digits, not 'ACME1'",
    rule("NBL101"): "the code of NoPrint must be 'ACME' and three digits, not 'NBL101'",
    rule() + rule().replace("NoPrint", "Other"): "two rules have the code ACME101",
    rule().replace('"""A cell prints."""', ""): "ACME101 has no docstring, which explains it",
    rule().replace("def check", "def other"): "ACME101 has no method 'check'",
    rule().replace("code =", "severity = 'fatal'; code ="): "severity error or warning",
    rule().replace("code =", "fixable = True; code ="): "must be fixable 'safe' or 'unsafe'",
    rule().replace("code =", "always_on = True; code ="): "cannot be always on",
}


@pytest.mark.parametrize("text", FAILS_TO_LOAD)
def test_a_package_that_cannot_be_loaded_stops_nothing_else(text: str, install: Install) -> None:
    install("acme-rules", "ACME=acme", text)
    install("fine-rules", "FINE=fine", rule("FINE101"))
    codes, (said,) = found("--extend-select", "ACME,FINE", status=2)
    assert codes == ["FINE101", "NBL101", "NBL102"]
    assert said.startswith("nblint: acme-rules 1.0: ")
    assert said.endswith(FAILS_TO_LOAD[text]) or FAILS_TO_LOAD[text] in said
    assert found("--select", "ACME", status=2) == ([], [said])
    # Nobody has asked for it here.
    assert found(status=1)[1] == []
    listed = nblint("rules")
    assert (listed.exit_code, listed.stderr) == (2, f"{said}\n")
    assert "FINE101" in listed.stdout
    assert nblint("rule", "NBL101").exit_code == 0


MISNAMED = {
    "acme": "must be the prefix of its rule codes: two to ten capital letters",
    "A": "must be the prefix of its rule codes: two to ten capital letters",
    "ACME1": "must be the prefix of its rule codes: two to ten capital letters",
    "NBL": "clashes with the codes of nblint's own rules, 'NBL'; choose another",
    "NB": "clashes with the codes of nblint's own rules, 'NBL'; choose another",
    "NBLX": "clashes with the codes of nblint's own rules, 'NBL'; choose another",
    "ALL": "clashes with the selector 'ALL'; choose another",
}


@pytest.mark.parametrize("prefix", MISNAMED)
def test_a_prefix_that_nobody_can_have(prefix: str, install: Install) -> None:
    install("acme-rules", f"{prefix}=acme", rule(f"{prefix}101"))
    said = nblint("rules").stderr
    assert said == (
        f"nblint: acme-rules 1.0: the entry point {prefix!r} of 'nblint.rules' {MISNAMED[prefix]}\n"
    )
    # nblint's own rules stay as they are.
    assert "NBL101" in found("--select", "ALL", status=2)[0]
    assert found("--select", "NBL1", status=1) == (["NBL101", "NBL102"], [])


@pytest.mark.parametrize("value", ["acme:NoPrint", "acme [extra]", "acme/..", "."])
def test_an_entry_point_that_names_no_module(value: str, install: Install) -> None:
    install("acme-rules", f"ACME={value}", None)
    codes, (said,) = found("--extend-select", "ACME", status=2)
    assert codes == ["NBL101", "NBL102"]
    assert said == (
        "nblint: acme-rules 1.0: the entry point 'ACME' of 'nblint.rules' must name a module,"
        f" not {value!r}"
    )


def test_metadata_that_nothing_can_read(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    install("odd-rules", "ODD=odd", rule("ODD101"), metadata="[nblint.rules]\nno value\n")
    assert found("--select", "ACME", status=1) == (["ACME101"], [])


@pytest.mark.parametrize("code", ["acme", "ACEM"])
def test_a_prefix_is_suggested(code: str, install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    ran = nblint("check", "--select", code)
    assert f"unknown rule code {code!r}; did you mean 'ACME'?" in ran.stderr


@pytest.mark.parametrize("other", ["ACME", "ACMELAB"])
def test_two_packages_with_one_prefix(other: str, install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    install("more-rules", f"{other}=more", rule(f"{other}101"))
    codes, (said,) = found("--extend-select", "ACME", status=2)
    assert codes == ["NBL101", "NBL102"]
    assert said == (
        "nblint: acme-rules 1.0 and more-rules 1.0: their rule codes clash, with the prefixes"
        f" 'ACME' and {other!r}; uninstall one of them"
    )


OF_ANOTHER = "type('X', (NoPrint,), {'code': 'NBL201'})().at(notebook.cells[0].place(1), 'x')"
FAILS = {
    "raise KeyError(notebook.cells[0].source)": "KeyError",
    "raise SystemExit(0)": "SystemExit",
    "return 1": "TypeError",
    "yield 1": "UnusableFinding",
    f"yield {OF_ANOTHER}": "UnusableFinding",
    FINDING.replace('"printed"', "1"): "UnusableFinding",
    FINDING.replace("notebook.cells[0].place(1)", "None"): "UnusableFinding",
    FINDING.replace("place(1)", "place(1)._replace(row=0)"): "UnusableFinding",
    FINDING.replace("place(1)", "place(1)._replace(cell=7)"): "UnusableFinding",
    FINDING.replace("place(1)", "place(1)._replace(surface='moon')"): "UnusableFinding",
    FINDING.replace('"printed"', '"printed", fix="x"'): "UnusableFinding",
    FINDING.replace('"printed"', '"printed", fix=Fix("y", (1,))'): "UnusableFinding",
}


@pytest.mark.parametrize("check", FAILS)
def test_a_rule_that_fails_loses_nothing_else(check: str, install: Install) -> None:
    install("acme-rules", "ACME=acme", rule(check=check))
    install("fine-rules", "FINE=fine", rule("FINE101"))
    codes, (said,) = found("--extend-select", "ACME,FINE", status=2)
    assert codes == ["FINE101", "NBL101", "NBL102"]
    assert said == (
        f"nblint: a.ipynb: ACME101 no-print failed ({FAILS[check]}): a bug in acme-rules 1.0;"
        " please report it"
    )


def test_what_no_notebook_has_is_shown_as_far_as_it_goes(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule(check=FINDING.replace("place(1)", "place(99, 99)")))
    assert found("--select", "ACME", status=1) == (["ACME101"], [])
    for form in ("text", "html", "sarif", "github"):
        assert nblint("check", "--select", "ACME", "--output-format", form).exit_code == 1


def test_what_a_rule_prints_is_not_in_the_report(install: Install) -> None:
    install("acme-rules", "ACME=acme", "print('loaded')\n" + rule(check="print('ran'); " + FINDING))
    assert found("--select", "ACME", status=1) == (["ACME101"], ["loaded", "ran"])


def test_a_failed_rule_makes_no_entry_stale(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    Path("nblint.toml").write_text('extend-select = ["ACME"]\nbaseline = ".nblint-baseline.json"\n')
    assert nblint("baseline", "create").exit_code == 0
    assert '"ACME101"' in Path(".nblint-baseline.json").read_text()
    assert found(status=0)[0] == []
    install("acme-rules", "ACME=acme", rule(check="raise ValueError"), version="2.0")
    assert nblint("baseline", "update").exit_code == 2
    assert '"ACME101"' in Path(".nblint-baseline.json").read_text()


def test_suppressions_name_their_rules(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    text = "print(1)  # nblint: ignore[ACME101] for the audit"
    Path("a.ipynb").write_bytes(notebook_bytes(("code", text)))
    assert found("--select", "ACME,NBL009", status=0)[0] == []
    # It is not selected here, so nobody can tell whether it is used.
    assert found("--select", "NBL009", status=0) == ([], [])
    Path("a.ipynb").write_bytes(notebook_bytes(("code", "1"), ("code", text)))
    assert found("--select", "ACME,NBL009", status=1)[0] == ["ACME101", "NBL009"]


def test_a_suppression_of_what_is_not_installed_is_unknown() -> None:
    text = "print(1)  # nblint: ignore[ACME101] for the audit"
    Path("a.ipynb").write_bytes(notebook_bytes(("code", text)))
    ran = nblint("check", "--select", "NBL009")
    assert "unknown rule code 'ACME101'" in ran.stdout


def test_settings_name_their_rules(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    settings = Path("nblint.toml")
    settings.write_text(
        'extend-select = ["ACME"]\nseverity = { ACME = "warning" }\nignore = ["NBL1"]'
    )
    assert found(status=0) == (["ACME101"], [])
    settings.write_text('extend-select = ["ACME"]\nper-file-ignores = { "a*" = ["ACME", "NBL1"] }')
    assert found(status=0) == ([], [])
    settings.write_text('extend-select = ["ACME"]\nignore = ["ACME101", "NBL1"]')
    assert found(status=0) == ([], [])
    assert nblint("config", "show").exit_code == 0
    schema = json.loads(nblint("config", "schema").stdout)
    selectors = schema["properties"]["select"]["items"]
    assert "ACME101" in selectors["anyOf"][0]["enum"]


def test_settings_name_what_is_not_installed() -> None:
    Path("nblint.toml").write_text('extend-select = ["ACME"]')
    codes, (said,) = found(status=2)
    assert codes == []
    assert said.startswith(
        f"nblint: {Path.cwd() / 'nblint.toml'}: extend-select: unknown rule code 'ACME';"
        " no installed package has rules ACME: install it"
    )


def test_the_page_shows_the_package_that_is_tested() -> None:
    folder = Path(__file__).parent
    page = folder.parents[1] / "docs/how-to/own-rules.md"
    shown = {word: block.text for block in read_blocks(page) for word in block.info}
    for file in ("acme_rules.py", "pyproject.toml"):
        path = f"acme-nblint-rules/{file}"
        assert shown[f"title={path}"] == (folder / path).read_text(encoding="utf-8")


def test_a_package_tries_its_rules_in_its_own_repository(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a program has imported itself is not loaded from what it checks."""
    install("acme-rules", "ACME=acme", None)
    Path(".git").mkdir()
    Path("acme.py").write_text(rule())
    monkeypatch.syspath_prepend(Path.cwd())
    assert "its rules would be loaded from" in found("--select", "ACME", status=2)[1][0]
    assert "acme" not in sys.modules
    importlib.import_module("acme")
    try:
        assert found("--select", "ACME", status=1) == (["ACME101"], [])
        project = Project.of(".", settings=Settings(select=("ACME",)))
        (one,) = check_bytes("a.ipynb", Path("a.ipynb").read_bytes(), project)
        assert one.code == "ACME101"
    finally:
        del sys.modules["acme"]


def test_programs_get_the_exception_of_a_rule_that_fails(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule(check="raise KeyError('why')"))
    project = Project.of(".", settings=Settings(select=("ACME",)))
    with pytest.raises(RuleError, match=r"a bug in acme-rules 1\.0") as raised:
        check_bytes("a.ipynb", Path("a.ipynb").read_bytes(), project)
    assert isinstance(raised.value.__cause__, KeyError)


def test_a_notebook_that_a_rule_failed_on_is_checked_again(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule(check="raise KeyError"))
    for number in range(60):
        shutil.copy("a.ipynb", f"{number}.ipynb")
    for _ in range(2):
        codes, said = found("--select", "ACME", "--jobs", "1", status=2)
        assert (codes, len(said)) == ([], 61)


def test_editors_leave_out_what_they_cannot_judge(install: Install) -> None:
    """And they are told once what is wrong with a rule, not at each key."""
    text = rule().replace("code =", 'needs = frozenset({"outputs"}); code =')
    install("acme-rules", "ACME=acme", text)
    install("fine-rules", "FINE=fine", rule("FINE101"))
    install("bad-rules", "BAD=bad", rule("BAD101", check="raise KeyError"))
    Path("nblint.toml").write_text('select = ["ACME", "FINE", "BAD"]')
    checker = DraftChecker()
    found = [checker.check(cells_draft(Path.cwd() / "a.ipynb", ("code", "x"))) for _ in "ab"]
    assert [one.code for one in found[0].findings] == ["FINE101"]
    assert [len(one.faults) for one in found] == [1, 0]
    assert "BAD101 no-print failed (KeyError): a bug in bad-rules 1.0" in found[0].faults[0]


def test_a_fleet_reports_what_failed_beside_what_was_found(install: Install) -> None:
    install("acme-rules", "ACME=acme", rule())
    install("bad-rules", "BAD=bad", rule("BAD101", check="raise KeyError"))
    Path("nblint.toml").write_text('select = ["ACME", "BAD"]')
    with LocalCluster(
        n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0"
    ) as cluster:
        ran = nblint("fleet", ".", "../findings", "--scheduler", cluster.scheduler_address)
    assert ran.exit_code == 2
    assert "BAD101 no-print failed (KeyError): a bug in bad-rules 1.0" in ran.stderr
    (row,) = pq.read_table("../findings/findings").to_pylist()
    assert row["code"] == "ACME101"
    (row,) = pq.read_table("../findings/notebooks").to_pylist()
    assert (row["errors"], "BAD101" in row["fault"]) == (1, True)
