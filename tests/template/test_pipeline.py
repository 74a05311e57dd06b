"""The pipelines: what their schemas and CircleCI would refuse, and what runs for which push."""

import copy
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from tests.template import circleci, github
from tests.template.circleci import entries, jobs_for, problems
from tests.template.conftest import ROOT, Generate

FILES = {
    "circleci": ("vendor.circle-ci", ".circleci/config.yml"),
    "github": ("vendor.github-workflows", ".github/workflows/notebook.yml"),
    "gitlab": ("vendor.gitlab-ci", ".gitlab-ci.yml"),
}
VERSIONS = ["v1.2.0", "v0.0.1", "v10.20.30", "v20261129.0.0", "v1.2.0-rc1", "v1.2.0-rc10"]
NO_VERSIONS = [
    "1.2", "1.2.0", "v1.2", "v1.2.0.1", "v1.2.0-rc", "v1.2.0rc1", "v1.2.0-rc.1", "v1.2.0-rc1-x",
    "v1.2.0-beta1", "V1.2.0", "xv1.2.0", "release/v1.2.0", "latest", "v1.2.0+x", "v01.2.0",
    "v1.02.0", "v1.2.00", "v1.2.0-rc0", "v1.2.0-rc01",
    "v99999999999999999999.0.0", "v1.0.1234567890", "v1.2.0-rc1234567890",
]  # fmt: skip

Config = dict[str, Any]


@pytest.fixture
def config(generated: Generate) -> Config:
    loaded: Config = yaml.safe_load((generated() / ".circleci/config.yml").read_text("utf-8"))
    return loaded


def schema_accepts(schema: str, path: Path) -> bool:
    checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, str(path)])
    assert checked.exit_code == 0 or "validation errors" in checked.output, checked
    return checked.exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("ci", FILES)
def test_one_pipeline_that_its_schema_accepts(generated: Generate, ci: str, tmp_path: Path) -> None:
    repository = generated(ci=ci)
    schema, path = FILES[ci]
    assert schema_accepts(schema, repository / path)
    broken = yaml.safe_load((repository / path).read_text("utf-8")) | {"jobs": 1, "stages": 1}
    (tmp_path / "broken.yml").write_text(yaml.dump(broken), "utf-8")
    assert not schema_accepts(schema, tmp_path / "broken.yml")
    for other, (_, elsewhere) in FILES.items():
        assert (repository / elsewhere).exists() == (other == ci)
    assert (repository / ".gitlab").exists() == (ci == "gitlab")
    assert (repository / ".github").exists() == (ci != "gitlab")
    assert (
        (repository / "CODEOWNERS")
        .read_text("utf-8")
        .endswith("\n* security-operations@example.com\n")
    )


@pytest.mark.parametrize("ci", FILES)
def test_pipelines_call_the_same_scripts(generated: Generate, ci: str) -> None:
    repository = generated(ci=ci)
    text = (repository / FILES[ci][1]).read_text("utf-8")
    called = re.findall(r"(make [a-z]+|scripts/[a-z-]+) ?.*$", text, re.MULTILINE)
    for command in ("make setup", "make lint", "make test"):
        assert command in called
    for script in ("gate", "check-release", "build-rpm-twice", "publish-rpm"):
        assert f"scripts/{script}" in called
    names = set(re.findall(r"^([a-z]+):", (repository / "Makefile").read_text("utf-8"), re.M))
    assert {command.split()[1] for command in called if command.startswith("make ")} <= names


def test_nothing_circleci_refuses(config: Config) -> None:
    assert problems(config) == []


def test_what_runs_for_a_branch(config: Config) -> None:
    for branch in ("main", "v1.2.0"):
        assert [job.name for job in jobs_for(config, branch=branch)] == ["gate", "lint", "test"]


@pytest.mark.parametrize("tag", VERSIONS)
def test_what_runs_for_a_version(config: Config, tag: str) -> None:
    names = ["gate", "lint", "test", "build-rpm", "approve", "publish-rpm"]
    jobs = jobs_for(config, tag=tag)
    assert [job.name for job in jobs] == names
    assert [job.type for job in jobs] == [None, None, None, None, "approval", None]


@pytest.mark.parametrize("tag", NO_VERSIONS)
def test_nothing_runs_for_another_tag(config: Config, tag: str) -> None:
    assert jobs_for(config, tag=tag) == []


SCRIPT = ROOT / "template/{{cookiecutter.slug}}/scripts/rpm-version"


@pytest.mark.skipif(sys.platform == "win32", reason="a bash script")
def test_the_filter_accepts_what_has_a_version(config: Config) -> None:
    """Held for tags that are cut, doubled and changed in each of their places, too."""
    near = {tag[:i] + x + tag[i:] for tag in VERSIONS for i in range(len(tag)) for x in "0-.v"}
    tags = sorted({*VERSIONS, *NO_VERSIONS, *itertools.islice(sorted(near), 0, None, 4)})
    judged = subprocess.run(
        [
            "bash",
            "-c",
            'for tag; do bash "$0" "$tag" >/dev/null 2>&1; echo $?; done',
            SCRIPT,
            *tags,
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    has_version = [
        tag for tag, status in zip(tags, judged.stdout.split(), strict=True) if status == "0"
    ]
    assert has_version == [tag for tag in tags if jobs_for(config, tag=tag)]
    assert set(VERSIONS) <= set(has_version)


def test_gitlab_and_circleci_accept_the_same_tags(generated: Generate, config: Config) -> None:
    text = (generated(ci="gitlab") / ".gitlab-ci.yml").read_text("utf-8")
    (pattern,) = re.findall(r"CI_COMMIT_TAG =~ /(.+)/$", text, re.MULTILINE)
    assert entries(config)["lint"].filters["tags"]["only"] == f"/{pattern}/"


# ---- who has a secret


def test_only_the_job_that_publishes_has_a_secret(generated: Generate, config: Config) -> None:
    listed = entries(config)
    assert {name: entry.contexts for name, entry in listed.items() if entry.contexts} == {
        "publish-rpm": ("rpm-signing",)
    }
    workflow = yaml.safe_load((generated(ci="github") / FILES["github"][1]).read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert [n for n, job in workflow["jobs"].items() if "environment" in job] == ["publish-rpm"]
    assert "secrets." in str(workflow["jobs"].pop("publish-rpm"))
    assert "secrets" not in str(workflow)
    for job in workflow["jobs"].values():
        assert "permissions" not in job
    gitlab = yaml.safe_load((generated(ci="gitlab") / ".gitlab-ci.yml").read_text("utf-8"))
    assert {name: job["environment"] for name, job in gitlab.items() if "environment" in job} == {
        "publish-rpm": "production"
    }


@pytest.mark.parametrize("ci", FILES)
def test_nothing_of_the_branch_runs_before_the_gate(generated: Generate, ci: str) -> None:
    """The job that judges a branch installs nothing that it names, and restores no cache."""
    loaded = yaml.safe_load((generated(ci=ci) / FILES[ci][1]).read_text("utf-8"))
    job = loaded["gate"] if ci == "gitlab" else loaded["jobs"]["gate"]
    read = {"circleci": circleci.commands, "github": github.commands}
    commands = read[ci](job) if ci in read else job["script"]
    assert len(commands) == 2
    assert re.fullmatch(r"pip install .*pre-commit==\d+\.\d+\.\d+", commands[0])
    assert commands[1].splitlines()[-1] == 'bash "$script" "$base"'
    assert "cache" not in str(job)
    # The whole history, without a filter.
    if ci == "circleci":
        assert job["steps"][0] == {"checkout": {"method": "full"}}
    elif ci == "github":
        assert job["steps"][0]["with"]["fetch-depth"] == 0
    else:
        assert loaded["variables"]["GIT_DEPTH"] == "0"


@pytest.mark.parametrize("ci", FILES)
def test_no_log_shows_a_diff(generated: Generate, ci: str) -> None:
    repository = generated(ci=ci)
    for path in (repository / FILES[ci][1], repository / "scripts/lint"):
        commands = re.sub(r"^ *#.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
        assert "--show-diff-on-failure" not in commands
        assert "git diff" not in commands


# ---- what the schema misses


def unknown_job(config: Config) -> None:
    config["workflows"]["notebook"]["jobs"].append("lnt")


def unknown_requirement(config: Config) -> None:
    entry(config, "build-rpm")["requires"] = ["lint", "tset"]


def no_filter_upstream(config: Config) -> None:
    del entry(config, "lint")["filters"]


def another_filter_upstream(config: Config) -> None:
    entry(config, "test")["filters"] = {"tags": {"only": "/^v1.*/"}}


def misspelt_approval(config: Config) -> None:
    entry(config, "approve")["type"] = "aproval"


def no_approval(config: Config) -> None:
    del entry(config, "approve")["type"]


def cycle(config: Config) -> None:
    entry(config, "lint")["requires"] = ["publish-rpm"]


def unknown_executor(config: Config) -> None:
    config["jobs"]["test"]["executor"] = "pyhton"


def unknown_step(config: Config) -> None:
    config["jobs"]["test"]["steps"].append({"store_test_result": {"path": "build"}})


def unused_job(config: Config) -> None:
    config["jobs"]["other"] = config["jobs"]["test"]


def entry(config: Config, name: str) -> Config:
    jobs = config["workflows"]["notebook"]["jobs"]
    found: Config = next(item[name] for item in jobs if name in item)
    return found


BROKEN: dict[Callable[[Config], None], str] = {
    unknown_job: "lnt: unknown job",
    unknown_requirement: "build-rpm: requires unknown tset",
    no_filter_upstream: "build-rpm: runs for tags that lint does not run for",
    another_filter_upstream: "build-rpm: runs for tags that test does not run for",
    misspelt_approval: "approve: unknown type aproval",
    no_approval: "approve: unknown job",
    cycle: "lint: requires itself",
    unknown_executor: "test: unknown executor pyhton",
    unknown_step: "test: unknown step store_test_result",
    unused_job: "other: runs in no workflow",
}


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda breaks: breaks.__name__)
def test_caught(config: Config, breaks: Callable[[Config], None]) -> None:
    # Anchors are one and the same object.
    broken = copy.deepcopy(yaml.safe_load(yaml.dump(config, Dumper=NoAliases)))
    breaks(broken)
    assert BROKEN[breaks] in problems(broken)


class NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True
