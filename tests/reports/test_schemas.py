"""Reports that have a schema keep to it, whatever notebooks are called and hold."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.reports.sarif import _artifact
from tests.conftest import complete_header, notebook_bytes

SCHEMAS = Path(__file__).parent / "schemas"
HOSTILE = 'a: "b" <c> &d;%0A ü # ?.ipynb'


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks with findings of every severity, in cells, outputs and metadata; one is broken."""
    monkeypatch.chdir(tmp_path)
    hostile = "# \x1b[31m red \x07 ]]> <script> \\ufffe\n\n##Audience\nTBD"
    secret = "api_key = " + repr("".join(chr(97 + n * 7 % 26) + str(n % 10) for n in range(16)))
    data = notebook_bytes(("markdown", hostile), ("code", secret), ("code", "open('/home/a/b')"))
    notebook = json.loads(data)
    printed = {"name": "stdout", "output_type": "stream", "text": secret.replace("'", "")}
    notebook["cells"][1]["outputs"] = [printed]
    notebook["metadata"]["key"] = secret
    Path(HOSTILE).write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    Path("one-line.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    Path("broken.ipynb").write_bytes(data[:-20])
    Path("clean.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))


def report(form: str, *arguments: str) -> str:
    ran = CliRunner().invoke(
        main, ["check", "--select", "ALL", "--output-format", form, *arguments]
    )
    assert ran.exit_code in (0, 1), ran.output
    return ran.stdout


def findings() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(report("json"))
    assert {one["surface"] for one in loaded} >= {"source", "output", "metadata", "file"}
    assert {one["severity"] for one in loaded} == {"error", "warning"}
    return loaded


def test_sarif() -> None:
    log = json.loads(report("sarif"))
    jsonschema.Draft4Validator(schema("sarif-2.1.0-rtm.5.json")).validate(log)
    (run,) = log["runs"]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    expected = findings()
    assert [(one["ruleId"], one["level"]) for one in results] == [
        (one["code"], one["severity"]) for one in expected
    ]
    for result, finding in zip(results, expected, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] == (finding["file_line"] or 1)
        if finding["cell"]:
            (logical,) = location["logicalLocations"]
            assert logical["fullyQualifiedName"].startswith(f"cell {finding['cell']}")
            assert result["message"]["text"].startswith(f"Cell {finding['cell']}")
        assert re.fullmatch(r"[^a-z].*[.?]", result["message"]["text"], re.S)
    assert len({one["partialFingerprints"]["nblint/v2"] for one in results}) == len(results)
    assert run["tool"]["driver"]["informationUri"].startswith("https://")
    for rule in rules:
        assert rule["help"]["markdown"].startswith(rule["shortDescription"]["text"])
        assert rule["shortDescription"]["text"][0].isupper()
        assert rule["helpUri"].startswith(run["tool"]["driver"]["informationUri"])
        assert "```" not in rule["shortDescription"]["text"]
    (section,) = (rule for rule in rules if rule["id"] == "NBL102")
    assert "Refused:\n\n```markdown\n" in section["help"]["markdown"]


def test_sarif_of_nothing_wrong() -> None:
    log = json.loads(report("sarif", "--ignore", "NBL5", "clean.ipynb"))
    jsonschema.Draft4Validator(schema("sarif-2.1.0-rtm.5.json")).validate(log)
    assert log["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü.ipynb", "a%20b/%C3%BC.ipynb"),
        ("a:b#?.ipynb", "a%3Ab%23%3F.ipynb"),
        ("../a.ipynb", "../a.ipynb"),
        ("/tmp/a b.ipynb", "file:///tmp/a%20b.ipynb"),
        ("D:/a b.ipynb", "file:///D:/a%20b.ipynb"),
        ("//server/share/a.ipynb", "file://server/share/a.ipynb"),
    ],
)
def test_sarif_addresses(path: str, uri: str) -> None:
    assert _artifact(path)["uri"] == uri


def test_gitlab() -> None:
    issues = json.loads(report("gitlab"))
    jsonschema.validate(issues, schema("gitlab-code-quality.json"))
    expected = findings()
    assert [issue["location"]["lines"]["begin"] for issue in issues] == [
        one["file_line"] or 1 for one in expected
    ]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue, finding in zip(issues, expected, strict=True):
        cell = f" cell {finding['cell']}" if finding["cell"] else " "
        assert issue["description"].startswith(f"{finding['code']}{cell}")


@pytest.mark.parametrize("form", ["gitlab", "sarif"])
def test_fingerprints_survive_what_moves_lines(form: str) -> None:
    def fingerprints() -> set[str]:
        loaded = json.loads(report(form, "one-line.ipynb"))
        if form == "gitlab":
            return {issue["fingerprint"] for issue in loaded}
        return {one["partialFingerprints"]["nblint/v2"] for one in loaded["runs"][0]["results"]}

    before = fingerprints()
    path = Path("one-line.ipynb")
    notebook = json.loads(path.read_bytes())
    added = {"cell_type": "code", "id": "new", "metadata": {}, "outputs": [], "source": "x = 1"}
    notebook["cells"].insert(1, {**added, "execution_count": None})
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    assert fingerprints() == before


def test_junit() -> None:
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(report("junit"))


def test_jsonl() -> None:
    assert [json.loads(line) for line in report("jsonl").splitlines()] == findings()


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif"])
def test_a_file_of_one_line_has_no_lines(form: str) -> None:
    text = report(form, "one-line.ipynb")
    assert text.count("(the file is a single line)") >= 3
    assert "(the file is a single line)" not in report(form, HOSTILE)
