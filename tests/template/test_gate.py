"""The pipelines' first check: which base a change is judged by, and by whose word.

What judges is a stand-in for `nblint gate` that says what it was called with; these tests hold who
calls it, from which configuration, in which version, and with which range.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.template import circleci, github
from tests.template.conftest import Generate, git
from tests.template.steps import run_step

pytestmark = pytest.mark.slow

SCRIPT = """\
#!/bin/sh
echo "judged by {name}: $PRE_COMMIT_FROM_REF..$PRE_COMMIT_TO_REF $*"
exit {status}
"""
MANIFEST = [
    {
        "id": "nblint-gate",
        "name": "gate",
        "entry": "judge.sh",
        "language": "script",
        "pass_filenames": False,
        "always_run": True,
        "stages": ["manual"],
    }
]
NOTHING = "0" * 40


class Judge(NamedTuple):
    """A hook repository with a version of the judge."""

    folder: Path
    commit: str


def make_judge(folder: Path, name: str, status: int = 0) -> Judge:
    folder.mkdir()
    (folder / "judge.sh").write_text(SCRIPT.format(name=name, status=status))
    (folder / "judge.sh").chmod(0o755)
    (folder / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(MANIFEST))
    git("init", "--quiet", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "--quiet", "--message", name, cwd=folder)
    return Judge(folder, git("rev-parse", "HEAD", cwd=folder))


def configure(repository: Path, *judges: Judge) -> None:
    repos = [
        {
            "repo": str(judge.folder),
            "rev": judge.commit,
            "hooks": [{"id": "nblint-gate", "verbose": True, "args": ["--output-format", "text"]}],
        }
        for judge in judges
    ]
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": repos}))


def commit(repository: Path, message: str) -> str:
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", message, cwd=repository)
    return git("rev-parse", "HEAD", cwd=repository)


class Change:
    """A repository whose base is judged by `base`, with a branch that is checked out."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.repository, self.folder = repository, folder
        self.variables = circleci.plain_variables(folder / "home")
        self.base_judge = make_judge(folder / "base-judge", "base")
        configure(repository, self.base_judge)
        git("add", "--all", cwd=repository)
        git("commit", "--quiet", "--no-verify", "--amend", "--no-edit", cwd=repository)
        self.first = git("rev-parse", "HEAD", cwd=repository)
        self.clones = 0

    def clone(self) -> Path:
        """Return a clone, as a pipeline makes it: with all branches and tags."""
        self.clones += 1
        clone = self.folder / f"clone-{self.clones}"
        git("clone", "--quiet", str(self.repository), str(clone), cwd=self.folder)
        git("remote", "set-head", "origin", "main", cwd=clone)
        return clone

    def gate(self, base: str, clone: Path | None = None) -> tuple[int, str]:
        """Run the script of the checkout as a person does."""
        return self.shell(f"bash scripts/gate {base}", clone or self.repository)

    def shell(self, command: str, clone: Path, **variables: str) -> tuple[int, str]:
        ran = run_step(command, clone, {**self.variables, **variables})
        return ran.returncode, ran.stdout


@pytest.fixture
def change(copied: Generate, tmp_path: Path) -> Change:
    repository = copied()
    (repository / ".git/hooks/pre-commit").unlink(missing_ok=True)
    return Change(repository, tmp_path)


def test_the_base_judges(change: Change) -> None:
    own = make_judge(change.folder / "own", "branch")
    git("switch", "--quiet", "--create", "weaker", cwd=change.repository)
    configure(change.repository, own)
    commit(change.repository, "judge myself")
    status, shown = change.gate("main")
    assert status == 0, shown
    assert f"judged by base: {change.first}..HEAD --output-format text" in shown
    assert "judged by branch" not in shown


def test_what_is_refused(change: Change) -> None:
    configure(change.repository, make_judge(change.folder / "strict", "strict", status=1))
    base = commit(change.repository, "strict")
    git("switch", "--quiet", "--create", "topic", cwd=change.repository)
    configure(change.repository)
    commit(change.repository, "no checks")
    status, shown = change.gate("main")
    assert status != 0
    assert f"judged by strict: {base}..HEAD" in shown


def test_a_base_without_the_hook(change: Change) -> None:
    """The change that brings the gate is judged by its own, and says so."""
    git("switch", "--quiet", "--create", "without", cwd=change.repository)
    (change.repository / ".pre-commit-config.yaml").unlink()
    commit(change.repository, "no configuration at all")
    git("switch", "--quiet", "--create", "with", cwd=change.repository)
    configure(change.repository, make_judge(change.folder / "own", "branch"))
    commit(change.repository, "begin")
    status, shown = change.gate("without")
    assert status == 0, shown
    assert "gate: the base has no hook nblint-gate yet" in shown
    assert "judged by branch" in shown


@pytest.mark.parametrize("base", ["0123456789" * 4, "origin/missing", "HEAD:README.md"])
def test_a_base_that_is_missing(change: Change, base: str) -> None:
    status, shown = change.gate(base)
    assert status == 2
    assert f"gate: commit {base} not found; fetch the whole history: git fetch" in shown


def test_what_is_not_committed_does_not_count(change: Change) -> None:
    configure(change.repository, make_judge(change.folder / "own", "checkout"))
    status, shown = change.gate("HEAD")
    assert status == 0, shown
    assert f"judged by base: {change.first}..HEAD" in shown


# ---- what the pipelines compare with


def on_circleci(change: Change, clone: Path, **event: str) -> tuple[int, str]:
    config = yaml.safe_load((clone / ".circleci/config.yml").read_text("utf-8"))
    variables = {"BEFORE": event["before"], "CIRCLE_BRANCH": event["branch"]}
    if tag := event.get("tag"):
        variables = {"BEFORE": event["before"], "CIRCLE_TAG": tag}
    return change.shell(circleci.commands(config["jobs"]["gate"])[1], clone, **variables)


def on_github(change: Change, clone: Path, **event: str) -> tuple[int, str]:
    workflow = yaml.safe_load((clone / ".github/workflows/notebook.yml").read_text("utf-8"))
    tag = event.get("tag", "")
    is_request = not tag and event["branch"] != "main"
    variables = {
        "BEFORE": event["before"],
        "GITHUB_BASE_REF": "main" if is_request else "",
        "GITHUB_REF_TYPE": "tag" if tag else "branch",
        "GITHUB_REF_NAME": tag or event["branch"],
    }
    return change.shell(github.commands(workflow["jobs"]["gate"])[1], clone, **variables)


def on_gitlab(change: Change, clone: Path, **event: str) -> tuple[int, str]:
    pipeline = yaml.safe_load((clone / ".gitlab-ci.yml").read_text("utf-8"))
    variables = {"CI_COMMIT_BEFORE_SHA": event["before"], "CI_DEFAULT_BRANCH": "main"}
    if tag := event.get("tag"):
        variables["CI_COMMIT_TAG"] = tag
    elif event["branch"] == "requested":  # as a merge request, which names no branch
        variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main"
    else:
        variables["CI_COMMIT_BRANCH"] = event["branch"]
    return change.shell(pipeline["gate"]["script"][1], clone, **variables)


SERVICES: dict[str, Callable[..., tuple[int, str]]] = {
    "circleci": on_circleci,
    "github": on_github,
    "gitlab": on_gitlab,
}


@pytest.mark.parametrize("ci", SERVICES)
def test_the_range_of_each_push(copied: Generate, tmp_path: Path, ci: str) -> None:
    repository = copied(ci=ci)
    (repository / ".git/hooks/pre-commit").unlink(missing_ok=True)
    change, run = Change(repository, tmp_path), SERVICES[ci]
    git("tag", "v1.0.0-rc1", cwd=repository)
    second = commit(repository, "second")
    git("tag", "v1.0.0", cwd=repository)
    git("tag", "another", cwd=repository)
    third = commit(repository, "third")
    git("tag", "v1.1.0", cwd=repository)
    for branch in ("topic", "requested"):
        git("switch", "--quiet", "--create", branch, "main", cwd=repository)
        # What the branch brings to be judged by: none of it counts.
        script = repository / "scripts/gate"
        script.write_text("echo judged by nobody\n")
        configure(repository)
        commit(repository, "weaken")
    git("switch", "--quiet", "main", cwd=repository)

    def judged(checked_out: str, **event: str) -> str:
        clone = change.clone()
        git("checkout", "--quiet", "--detach", checked_out, cwd=clone)
        status, shown = run(change, clone, **{"before": "", "branch": "", **event})
        assert status == 0, shown
        (base,) = re.findall(r"judged by base: (\w+)\.\.HEAD", shown)
        assert "nobody" not in shown
        return str(base)

    for branch in ("topic", "requested"):
        assert judged(f"origin/{branch}", branch=branch, before=NOTHING) == third
    assert judged("main", branch="main", before=second) == second
    # The first push of a repository, and a service that does not know the commit before.
    for before in (NOTHING, ""):
        assert judged("main", branch="main", before=before) == third
    assert judged("v1.1.0", tag="v1.1.0", before=NOTHING) == second
    assert judged("v1.0.0", tag="v1.0.0", before=NOTHING) == change.first
    assert judged("v1.0.0-rc1", tag="v1.0.0-rc1", before=NOTHING) == change.first


@pytest.mark.parametrize("ci", SERVICES)
def test_history_that_is_missing_is_no_pass(copied: Generate, tmp_path: Path, ci: str) -> None:
    """A commit before the push that nobody has any more, as after a forced push."""
    repository = copied(ci=ci)
    (repository / ".git/hooks/pre-commit").unlink(missing_ok=True)
    change = Change(repository, tmp_path)
    status, shown = SERVICES[ci](change, change.clone(), branch="main", before="12" * 20)
    assert status == 2, shown
    assert "not found; fetch the whole history" in shown
