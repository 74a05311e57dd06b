"""`nblint config`: the settings in force, and their schema."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from nblint.cli.main import main
from nblint.cli.schema import settings_schema
from nblint.errors import SettingsError
from nblint.linting.registry import rules
from nblint.linting.selection import is_selector
from nblint.settings import Settings
from nblint.settings_files import load_settings, settings_table
from tests.command import nblint
from tests.credentials.tokens import make
from tests.test_settings import WRONG, write

EVERYTHING = """
select = ["NBL1", "ALL"]
extend-select = ["NBL308"]
ignore = ["NBL104"]
exclude = ["archive/**"]
per-file-ignores = { "examples/**" = ["NBL1"] }
severity = { NBL306 = "error" }
baseline = "known.json"
output-format = "json"
[header]
sections = [{ title = "Why \\u202e", aliases = ["What for"], form = "table", columns = ["a"] }]
placeholders = ["…"]
[environment]
catalogues = ["environment.toml", "team:catalogue.toml"]
known = ["TEAM_*"]
[credentials]
disable = ["github-token"]
placeholders = ["secret"]
detect-secrets-plugins = ["plugins/own.py"]
[parameters]
file = "parameters.yaml"
[reproducibility]
outputs = "keep"
kernels = ["python3"]
requirements = ["requirements.txt"]
"""


def show(*arguments: str) -> Result:
    return nblint("config", "show", *arguments)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read_back(text: str) -> Settings:
    found = load_settings(write(Path("aside"), text, "nblint.toml"))
    assert found is not None
    return found.settings


@pytest.mark.parametrize("text", ["", EVERYTHING])
def test_what_it_prints_is_a_settings_file_that_says_the_same(text: str) -> None:
    write(Path(), text, "nblint.toml")
    written = load_settings(Path("nblint.toml"))
    assert written is not None
    result = show()
    assert result.exit_code == 0
    assert read_back(result.stdout) == written.settings
    assert "\u202e" not in result.stdout


def test_each_value_says_where_it_is_from() -> None:
    write(Path(), '[tool.nblint]\nselect = ["NBL1"]\nheader.placeholders = ["?"]')
    write(Path("notebooks"), "")
    result = show("notebooks/triage.ipynb", "--ignore", "NBL104")
    assert result.stderr == "nblint: notebooks/triage.ipynb: no such file or folder\n"
    assert result.exit_code == 2
    write(Path("notebooks"), "{}", "triage.ipynb")
    lines = show("notebooks/triage.ipynb", "--ignore", "NBL104").stdout.splitlines()
    assert lines[:2] == [
        "# From pyproject.toml and nblint's defaults.",
        "# Paths are relative to .",
    ]
    assert 'select = ["NBL1"]  # pyproject.toml' in lines
    assert 'ignore = ["NBL104"]  # command line' in lines
    assert "exclude = []  # default" in lines
    assert "# baseline: not set  # default" in lines
    assert 'placeholders = ["?"]  # pyproject.toml' in lines
    assert "]  # default" in lines, "the header's sections"


def test_a_file_that_the_command_line_names() -> None:
    write(Path("team"), 'outputs = "keep"', "other.toml")
    assert "nblint: team/other.toml: unknown key" in show("--config", "team/other.toml").stderr
    write(Path("team"), 'reproducibility.outputs = "keep"', "other.toml")
    lines = show("--config", "team/other.toml").stdout.splitlines()
    assert lines[1] == "# Paths are relative to team"
    assert 'outputs = "keep"  # team/other.toml' in lines


def test_no_settings_file() -> None:
    lines = show().stdout.splitlines()
    assert lines[0] == "# No settings file: defaults."
    values = [line for line in lines[2:] if line and line[0] not in " ["]
    assert len(values) > 10
    assert all(line.endswith(("  # default", " = [")) for line in values)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('select = ["NBL9"]', "select: unknown rule code 'NBL9'"),
        ('output-format = "jsn"', "output-format: unknown output format 'jsn'; did you mean"),
    ],
)
def test_what_no_check_would_take_is_said(text: str, sentence: str) -> None:
    write(Path(), text, "nblint.toml")
    result = show()
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_a_credential_stays_unseen() -> None:
    token = make("github-token")
    write(Path(), f'header.placeholders = ["{token}"]', "nblint.toml")
    result = show()
    assert result.exit_code == 0
    assert token not in result.stdout


@pytest.mark.slow
def test_the_schema_takes_what_nblint_takes() -> None:
    """With the real tool, which also checks the schema itself."""
    printed = CliRunner().invoke(main, ["config", "schema"]).stdout
    Path("schema.json").write_text(printed, encoding="utf-8")
    write(Path(), EVERYTHING, "nblint.toml")
    write(Path(), show("--config", "nblint.toml").stdout, "shown.toml")
    tool = [sys.executable, "-m", "check_jsonschema"]
    for arguments in (
        ["--check-metaschema", "schema.json"],
        ["--schemafile", "schema.json", "nblint.toml", "shown.toml"],
    ):
        run = subprocess.run([*tool, *arguments], check=False, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout


def is_valid(table: object) -> bool:
    return bool(jsonschema.Draft7Validator(settings_schema()).is_valid(table))


@pytest.mark.parametrize("text", [text for text, _ in WRONG])
def test_the_schema_refuses_what_nblint_refuses(text: str) -> None:
    path = write(Path(), f"[tool.nblint]\n{text}")
    with pytest.raises(SettingsError):
        load_settings(path)
    assert not is_valid(settings_table(path))


@pytest.mark.parametrize(
    "table",
    [
        {"select": ["NBL9"]},
        {"per-file-ignores": {"a": ["NBL9"]}},
        {"severity": {"NBL9": "error"}},
        {"output-format": "jsn"},
    ],
)
def test_the_schema_knows_rules_and_formats(table: dict[str, Any]) -> None:
    assert is_valid({})
    assert not is_valid(table)


def test_the_schema_takes_every_selector() -> None:
    known, others = settings_schema()["properties"]["select"]["items"]["anyOf"]
    assert {"ALL", "NBL", "NBL2", "NBL30", "NBL301"} <= set(known["enum"])
    assert all(map(is_selector, known["enum"]))
    # Rules of packages that are installed elsewhere.
    assert is_valid({"select": ["ACME", "ACME101"]})
    for unknown in ("NBL999", "NBLX", "ACME1011", "acme", "A"):
        assert not is_valid({"select": [unknown]})
    assert others["type"] == "string"


def test_every_key_is_described() -> None:
    schema = settings_schema()
    tables = [schema, *schema["definitions"].values()]
    assert len(tables) == 7
    for table in tables:
        assert table["description"].endswith((".", "order.")), table["description"]
        for key, value in table["properties"].items():
            assert value["description"].endswith("."), key
    assert "null" not in json.dumps(schema)


def test_every_setting_affects_a_rule() -> None:
    """`nblint rule` lists the settings that matter to a rule."""
    schema = settings_schema()
    keys = {
        f"{name}.{key}"
        for name, table in schema["properties"].items()
        if "allOf" in table
        for key in schema["definitions"][table["allOf"][0]["$ref"].split("/")[-1]]["properties"]
    }
    assert {key for rule in rules().values() for key in rule.settings} == keys
