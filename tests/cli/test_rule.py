import json

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.linting.documentation import url
from nblint.linting.registry import rules
from tests.command import nblint

KEYS = [
    "code",
    "name",
    "family",
    "summary",
    "explanation",
    "severity",
    "default",
    "explicit",
    "fixable",
    "settings",
    "refused",
    "instead",
    "url",
]


def test_a_rule_is_explained_by_code_and_by_name() -> None:
    by_code, by_name = nblint("rule", "nbl302"), nblint("rule", "Secret-Default")
    assert by_code.exit_code == by_name.exit_code == 0
    assert by_code.stdout == by_name.stdout
    assert by_code.stdout.startswith(
        "NBL302 secret-default\n\nA secret is read with a default value.\n\nIn `os.getenv("
    )
    assert by_code.stdout.endswith(
        "severity: error\n"
        "default:  on\n"
        "fix:      nblint check --fix --unsafe-fixes\n"
        "settings: environment.catalogues\n"
        f"more:     {url('NBL302')}\n"
    )


def test_an_explanation_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, widest in ((50, 50), (300, 100)):
        monkeypatch.setenv("COLUMNS", str(columns))
        explained = nblint("rule", "NBL105").stdout.partition("Refused:")[0].splitlines()
        assert widest - 20 < max(map(len, explained)) <= widest


def test_what_runs_only_when_it_is_selected_says_how() -> None:
    explained = nblint("rule", "NBL505").stdout
    off = "default:  off; enable it with extend-select = "
    assert f'{off}["NBL505"], its family with ["NBL5"]\n' in explained
    assert f'{off}["NBL308"] (a prefix is not enough)\n' in nblint("rule", "NBL308").stdout


def test_a_rule_for_programs() -> None:
    found = json.loads(nblint("rule", "NBL302", "--output-format", "json").stdout)
    assert list(found) == KEYS
    assert found | {"explanation": "", "refused": None, "instead": None} == {
        "code": "NBL302",
        "name": "secret-default",
        "family": "environment",
        "summary": "A secret is read with a default value.",
        "explanation": "",
        "severity": "error",
        "default": True,
        "explicit": False,
        "fixable": "unsafe",
        "settings": ["environment.catalogues"],
        "refused": None,
        "instead": None,
        "url": url("NBL302"),
    }
    everything = json.loads(nblint("rules", "--output-format", "json").stdout)
    assert [one["code"] for one in everything] == list(rules())
    assert found in everything


def test_the_nearest_rule_is_suggested() -> None:
    result = CliRunner().invoke(main, ["rule", "missing-sektion"])
    assert result.exit_code == 2
    assert "did you mean 'missing-section'?" in result.stderr


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("nbl909", "no family NBL9: the families are NBL0 file, NBL1 header, NBL2 credentials"),
        ("NBL599", "did you mean 'NBL509'? NBL5 (reproducibility) has codes from NBL501 to NBL"),
        ("NBL12", "did you mean 'NBL102'? NBL1 (header) has codes from NBL101 to NBL"),
        ("NB201", "did you mean 'NBL201'?"),
        ("ACME101", "no installed package has rules ACME: install it in the environment of nblint"),
        ("x", "`nblint rules` lists all rules"),
    ],
)
def test_a_code_is_suggested_by_its_family(code: str, hint: str) -> None:
    result = CliRunner().invoke(main, ["rule", code])
    assert result.exit_code == 2
    assert f"unknown rule {code!r}; {hint}" in result.stderr


def test_a_family_is_no_rule() -> None:
    result = CliRunner().invoke(main, ["rule", "nbl1"])
    assert "nbl1 is a family of rules (header): `nblint rules` lists its rules" in result.stderr


def test_the_nearest_command_is_suggested() -> None:
    result = CliRunner().invoke(main, ["chekc"])
    assert result.exit_code == 2
    assert "unknown command 'chekc'; did you mean 'check'?" in result.stderr


def test_all_rules_are_listed() -> None:
    lines = nblint("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines if line[0] == " "] == list(rules())
    assert [line for line in lines if line[0] != " "][:2] == ["NBL0 file", "NBL1 header"]
    rows = {line.split()[0]: line.split()[2:4] for line in lines}
    assert rows["NBL302"] == ["error", "fix!"]
    assert rows["NBL102"] == ["error", "fix!"]
    assert rows["NBL109"] == ["error", "fix"]
    assert rows["NBL306"][0] == "warning"
    assert rows["NBL308"][0] == rows["NBL505"][0] == "off"


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"]])
def test_help(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert result.stdout
