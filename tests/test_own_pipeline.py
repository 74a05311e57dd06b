"""This repository's own workflows: what GitHub would refuse, and what runs where."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.formats import validate
from tests.interpreters import PYTHONS, ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
# An action frozen by its commit, and the version beside it.
FROZEN = re.compile(r"[\w-]+(?:/[\w-]+)+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows" / name).read_text("utf-8"))
    return loaded


@pytest.fixture
def jobs() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load("check.yml")["jobs"]
    return found


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_schema_accepts_it(path: Path) -> None:
    validate(path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_frozen(path: Path) -> None:
    used = re.findall(r"uses: +(.+)", path.read_text("utf-8"))
    assert used
    assert [action for action in used if not FROZEN.fullmatch(action)] == []


def test_every_system_and_python_is_checked(jobs: dict[str, dict[str, Any]]) -> None:
    check = jobs["check"]
    assert commands(check) == ["make check"]
    assert check["strategy"]["fail-fast"] is False
    matrix = check["strategy"]["matrix"]
    assert [os.partition("-")[0] for os in matrix["os"]] == ["ubuntu", "macos", "windows"]
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (lowest,) = re.findall(r'^requires-python = ">=3\.(\d+)"$', project, re.MULTILINE)
    newest = PYTHONS[-1].removeprefix("3.")
    assert matrix["python"] == [f"3.{minor}" for minor in range(int(lowest), int(newest) + 1)]
    assert matrix["python"] == PYTHONS


def test_all_tests_run_with_all_tools(jobs: dict[str, dict[str, Any]]) -> None:
    test = jobs["test"]
    assert commands(test)[-1] == "make test"
    assert test["env"]["CI"] == "true"
    assert test["runs-on"].startswith("ubuntu")


def test_a_job_can_do_no_more_than_it_needs(jobs: dict[str, dict[str, Any]]) -> None:
    workflow = load("check.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow
    for job in jobs.values():
        assert "permissions" not in job
        assert job["timeout-minutes"] <= 120
        checkout = job["steps"][0]
        assert checkout["uses"].startswith("actions/checkout@")
        assert checkout["with"]["persist-credentials"] is False


def holds(condition: str, name: str, *, fork: bool, is_template: bool) -> bool:
    """Evaluate a job's condition, for a push to the default branch of a repository."""
    values = {
        "github.event.repository.name": name,
        "github.event.repository.fork": fork,
        "github.event.repository.is_template": is_template,
        "github.event.repository.default_branch": "main",
        "github.ref_name": "main",
    }
    python = re.sub(r"github[.\w]+", lambda found: repr(values[found[0]]), condition)
    python = python.replace("&&", " and ").replace("||", " or ")
    return bool(eval(re.sub(r"!(?!=)", " not ", python)))


@pytest.mark.parametrize(
    ("name", "fork", "is_template"),
    list(product(("nblint", "phishing-triage"), (False, True), (False, True))),
)
def test_the_checks_run_everywhere_but_in_a_copy(
    jobs: dict[str, dict[str, Any]], name: str, fork: bool, is_template: bool
) -> None:
    is_copy = not (name == "nblint" or fork or is_template)
    replaces = load("use-this-template.yml")["jobs"]["render"]["if"]
    assert holds(replaces, name, fork=fork, is_template=is_template) == is_copy
    for job in jobs.values():
        assert holds(job["if"], name, fork=fork, is_template=is_template) != is_copy
