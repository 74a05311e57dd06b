"""The package in this folder, installed as everybody would: its rule runs like nblint's own."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
import yaml

from tests.conftest import complete_header, notebook_bytes
from tests.git.author import commit, git, repository
from tests.interpreters import make_environment
from tests.reports.test_schemas import schema
from tests.server.editor import editor

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
QUERY = 'events = connect("siem.acme.example").search("failed logins")'
SETTINGS = 'extend-select = ["ACME"]\n'
MISSING = "unknown rule code 'ACME'; no installed package has rules ACME"


class Environment:
    """An environment with nblint and the package in it."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        package = shutil.copytree(HERE / "acme-nblint-rules", folder / "package")
        commands = make_environment(
            folder / "environment", sys.executable, f"{wheel}[fleet,server]", package
        )
        self.python = str(commands / "python")
        self.nblint = str(commands / "nblint")
        (self.module,) = (folder / "environment").rglob("acme_rules.py")

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        ran = subprocess.run(
            arguments, capture_output=True, encoding="utf-8", check=False,
            env={**os.environ, **environment},
        )  # fmt: skip
        assert "Traceback" not in ran.stderr
        return ran

    def codes(self, *arguments: str) -> list[str]:
        """Return the codes that `nblint check` finds."""
        return [one["code"] for one in self.report("json", *arguments)]

    def report(self, form: str, *arguments: str) -> Any:
        ran = self.run(self.nblint, "check", "--output-format", form, *arguments)
        assert ran.stderr.startswith("nblint:") is False, ran.stderr
        return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    return Environment(tmp_path_factory.mktemp("acme"), wheel)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose settings select the package's rules."""
    folder = repository(tmp_path / "repository")
    monkeypatch.chdir(folder)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    (folder / "nblint.toml").write_text(SETTINGS)
    (folder / "a.ipynb").write_bytes(notebook(QUERY))
    return folder


def notebook(*sources: str) -> bytes:
    return notebook_bytes(("markdown", complete_header()), *(("code", one) for one in sources))


def test_it_is_listed_and_explained(acme: Environment) -> None:
    listed = acme.run(acme.nblint, "rules").stdout
    assert (
        "\nACME acme-nblint-rules\n  ACME101  production-query          off      fix!  A note"
        in (listed)
    )
    for name in ("ACME101", "production-query"):
        explained = acme.run(acme.nblint, "rule", name).stdout
        assert "Long queries slow down" in explained
        assert 'events = connect("replica.siem.acme.example")' in explained
        assert 'enable it with extend-select = ["ACME101"], its family with ["ACME"]' in explained
        assert "more:     https://notebooks.acme.example/rules\n" in explained
    page = acme.run(acme.nblint, "rule", "ACME101", "--output-format", "markdown").stdout
    assert page.startswith("# ACME101 production-query\n\nA notebook queries the production SIEM")
    assert "Instead:\n\n```python\nevents = connect(" in page
    assert page.endswith("\n- more: https://notebooks.acme.example/rules\n")
    (one,) = (
        rule
        for rule in json.loads(acme.run(acme.nblint, "rules", "--output-format", "json").stdout)
        if not rule["code"].startswith("NBL")
    )
    assert (one["family"], one["default"], one["fixable"]) == ("acme-nblint-rules", False, "unsafe")
    assert "ACME101" in acme.run(acme.nblint, "config", "schema").stdout


def test_it_is_checked_suppressed_recorded_and_fixed(acme: Environment, here: Path) -> None:
    (found,) = acme.report("json")
    assert (found["code"], found["name"], found["row"]) == ("ACME101", "production-query", 1)
    assert found["url"] == "https://notebooks.acme.example/rules"
    (here / "nblint.toml").write_text("")
    assert acme.codes() == []

    (here / "nblint.toml").write_text(SETTINGS + 'severity = { ACME = "warning" }\n')
    (found,) = acme.report("json")
    assert found["severity"] == "warning"
    (here / "nblint.toml").write_text(SETTINGS + 'per-file-ignores = { "a*" = ["ACME"] }\n')
    assert acme.codes() == []

    (here / "nblint.toml").write_text(SETTINGS)
    (here / "a.ipynb").write_bytes(notebook(f"{QUERY}  # nblint: ignore[ACME101] for the audit"))
    assert acme.codes() == []

    (here / "nblint.toml").write_text(SETTINGS + 'baseline = ".nblint-baseline.json"\n')
    (here / "a.ipynb").write_bytes(notebook(QUERY))
    assert acme.run(acme.nblint, "baseline", "create").returncode == 0
    assert acme.codes() == []
    assert acme.codes("--no-baseline") == ["ACME101"]

    assert acme.run(acme.nblint, "check", "--no-baseline", "--fix").returncode == 1
    fixing = acme.run(acme.nblint, "check", "--no-baseline", "--fix", "--unsafe-fixes")
    assert fixing.returncode == 0, fixing.stderr
    (_, cell) = json.loads((here / "a.ipynb").read_bytes())["cells"]
    assert "".join(cell["source"]) == QUERY.replace('"siem', "'replica.siem").replace('e")', "e')")


def test_reports_name_it(acme: Environment) -> None:
    log = acme.report("sarif")
    jsonschema.Draft4Validator(schema("sarif-2.1.0-rtm.5.json")).validate(log)
    (run,) = log["runs"]
    (result,) = run["results"]
    described = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert result["ruleId"] == described["id"] == "ACME101"
    assert described["helpUri"] == "https://notebooks.acme.example/rules"
    assert described["properties"]["tags"] == ["acme-nblint-rules"]
    page = acme.run(acme.nblint, "check", "--output-format", "html").stdout
    assert re.search(r"<span>acme-nblint-rules</span>\s*<code>ACME</code>", page)
    assert 'id="only-ACME"' in page
    for form in ("text", "github", "gitlab", "junit", "jsonl"):
        assert "ACME101" in acme.run(acme.nblint, "check", "--output-format", form).stdout
    counted = acme.run(acme.nblint, "check", "--statistics").stdout
    assert re.search(r"1 +ACME101", counted)


def test_processes_and_the_cache_know_it(acme: Environment, here: Path) -> None:
    for number in range(60):
        (here / f"clean-{number}.ipynb").write_bytes(notebook("print(1)"))
    for _ in range(2):
        assert acme.codes("--jobs", "2") == ["ACME101"]
    before = acme.module.read_text(encoding="utf-8")
    try:
        # Another version of its code finds something in what was clean.
        changed = before.replace('"siem.acme.example", "r', '1, "r')
        acme.module.write_text(changed.replace("containing(PRODUCTION)", 'containing("print")'))
        assert len(acme.codes("--jobs", "2")) == 60
    finally:
        acme.module.write_text(before)


def test_an_editor_shows_it(acme: Environment, here: Path) -> None:
    async def session() -> None:
        async with editor(here, python=acme.python) as one:
            _, code = one.open_notebook(
                here / "a.ipynb", ("markdown", complete_header()), ("code", QUERY)
            )
            assert await one.codes(code) == ["ACME101"]
            assert "help: query replica.siem.acme.example" in one.diagnostics[code][0].message
            assert not one.messages

    asyncio.run(asyncio.wait_for(session(), timeout=120))


def test_a_fleet_finds_it(acme: Environment, here: Path, tmp_path: Path) -> None:
    target = tmp_path / "findings"
    ran = acme.run(acme.nblint, "fleet", ".", str(target), "--workers", "1")
    assert (ran.returncode, ran.stderr) == (1, "")
    (row,) = pq.read_table(f"{target}/findings").to_pylist()
    assert (row["code"], row["url"]) == ("ACME101", "https://notebooks.acme.example/rules")


def test_a_hook_refuses_it(acme: Environment, here: Path, pre_commit_home: Path) -> None:
    hook = {
        "id": "nblint", "name": "nblint", "entry": f"{acme.nblint} check", "language": "system",
        "files": r"\.ipynb$",
    }  # fmt: skip
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (here / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(here, "add", ".")
    ran = acme.run(
        sys.executable,
        "-m",
        "pre_commit",
        "run",
        "--all-files",
        PRE_COMMIT_HOME=str(pre_commit_home),
    )
    assert ran.returncode == 1
    assert "a.ipynb:cell 2:1:18: ACME101 query of the production SIEM" in ran.stdout


def test_the_gate_judges_by_it(acme: Environment, here: Path) -> None:
    commit(here)
    # Settings of the branch, which the base has not accepted.
    commit(here, {"a.ipynb": notebook(QUERY, "'siem.acme.example'"), "nblint.toml": ""})
    judged = acme.run(acme.nblint, "gate", "--base", "HEAD~1", "--output-format", "json")
    assert judged.returncode == 1, judged.stderr
    found = json.loads(judged.stdout)["findings"]
    assert [(one["code"], one["cell"]) for one in found] == [("ACME101", 3)]

    without = acme.run(sys.executable, "-m", "nblint", "gate", "--base", "HEAD~1")
    assert without.returncode == 2
    (said,) = without.stderr.splitlines()
    assert said.startswith(f"nblint: nblint.toml: extend-select: {MISSING}")


@pytest.fixture
def trap(here: Path, tmp_path: Path) -> Iterator[Path]:
    """What the repository would do if anything of it were run: it leaves a trace."""
    trace = tmp_path / "trace"
    text = f"open({str(trace)!r}, 'a').write('executed')\n"
    for name in ("evil", "acme_rules", "nbformat", "platformdirs"):
        (here / f"{name}.py").write_text(text)
    for kind in ("dist-info", "egg-info"):
        metadata = here / f"evil_rules-1.0.{kind}"
        metadata.mkdir()
        described = "Metadata-Version: 2.1\nName: evil-rules\nVersion: 1.0\n"
        (metadata / "METADATA").write_text(described)
        (metadata / "PKG-INFO").write_text(described)
        (metadata / "entry_points.txt").write_text("[nblint.rules]\nEVIL = evil\nACME = evil\n")
    yield trace
    assert not trace.exists(), "the repository that is checked was run"


@pytest.mark.parametrize("way", ["script", "module", "PYTHONPATH"])
def test_nothing_of_the_repository_is_a_package(acme: Environment, trap: Path, way: str) -> None:
    program = [acme.python, "-m", "nblint"] if way == "module" else [acme.nblint]
    more = {"PYTHONPATH": str(Path.cwd())} if way == "PYTHONPATH" else {}
    # The rule is the installed package's, unless Python is told to prefer the repository.
    ran = acme.run(*program, "check", "--select", "ACME", "--output-format", "json", **more)
    if way == "PYTHONPATH":
        assert ran.returncode == 2
        assert "acme-nblint-rules 1.0: its rules would be loaded from " in ran.stderr
        assert "in the repository that is checked; install a copy" in ran.stderr
    else:
        assert [one["code"] for one in json.loads(ran.stdout)] == ["ACME101"], ran.stderr
        listed = acme.run(*program, "rules")
        assert "ACME101" in listed.stdout
        assert "EVIL" not in listed.stdout + listed.stderr
    refused = acme.run(*program, "check", "--select", "EVIL", **more)
    assert refused.returncode == 2
    assert "no installed package has rules EVIL" in refused.stderr
    if way == "module":
        assert acme.run(*program, "check", "--select", "ALL", "--jobs", "2").returncode == 1


def test_a_package_that_is_edited_in_place_is_refused_where_it_is_checked(
    here: Path, tmp_path: Path, wheel: Path
) -> None:
    package = shutil.copytree(HERE / "acme-nblint-rules", here / "rules")
    commands = make_environment(
        tmp_path / "edited", sys.executable, wheel, "--editable", str(package)
    )
    run = [str(commands / "nblint"), "check", "--select", "ACME"]
    ran = subprocess.run(run, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 2
    file = package / "acme_rules.py"
    assert ran.stderr == (
        f"nblint: acme-nblint-rules 1.0: its rules would be loaded from {file}, in the repository"
        " that is checked; install a copy, without pip's --editable\n"
    )
    # Nor where what is staged lies in another folder.
    subprocess.run(["git", "add", "."], check=True)
    staged = [*run, "--staged", "--output-format", "sarif"]
    ran_staged = subprocess.run(staged, capture_output=True, encoding="utf-8", check=False)
    assert (ran_staged.returncode, ran_staged.stderr) == (2, ran.stderr)
    # Nor with settings from elsewhere.
    (tmp_path / "settings").mkdir()
    settings = tmp_path / "settings/nblint.toml"
    settings.write_text('select = ["ACME"]')
    run_with = [*run[:2], "--config", str(settings)]
    ran = subprocess.run(run_with, capture_output=True, encoding="utf-8", check=False)
    assert "in the repository that is checked" in ran.stderr
    # Its authors try it out on notebooks elsewhere.
    elsewhere = repository(tmp_path / "elsewhere")
    (elsewhere / "a.ipynb").write_bytes(notebook(QUERY))
    ran = subprocess.run(run, cwd=elsewhere, capture_output=True, encoding="utf-8", check=False)
    assert (ran.returncode, ran.stderr) == (1, "")
