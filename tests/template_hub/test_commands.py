"""The commands of a generated hub's repository: its checks, and its locks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from demo.mirrors import mirror
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.template.conftest import ROOT, git
from tests.template.steps import logged, run_step
from tests.template_hub.conftest import Generate, stand_in

pytestmark = pytest.mark.slow


def made(target: str, repository: Path, **variables: str) -> tuple[int, str]:
    """Run a make target; return its status and what it shows."""
    environment = {**os.environ, "PRE_COMMIT_COLOR": "never", **variables}
    ran = logged("make", target, cwd=repository, env=environment)
    return ran.returncode, ran.stdout


@pytest.fixture
def own(hub: Generate, tmp_path: Path) -> Path:
    """A repository that a test may change, as its first commit left it."""
    folder = tmp_path / "own"
    shutil.copytree(hub(), folder)
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "--quiet", "--message", "Start", cwd=folder)
    return folder


def test_make_check(own: Path, tmp_path: Path, pre_commit_home: Path) -> None:
    """Clean as it was generated, with the real tools; what is wrong is found."""
    stand_in(own)
    config = own / ".pre-commit-config.yaml"
    variables = mirror(config, tmp_path / "mirrors", ROOT)
    variables |= {"PRE_COMMIT_HOME": str(pre_commit_home)}
    status, shown = made("check", own, **variables)
    assert status == 0, shown
    results = dict(re.findall(r"^(.+?)\.{3,}(?:\(.+\))?(\w+)$", shown, re.MULTILINE))
    assert results.pop("no name or token in the address of the template") == "Skipped"
    assert set(results.values()) == {"Passed"}, shown
    assert "ok: examples: 2 examples" in shown
    assert git("status", "--porcelain", cwd=own) == ""

    token = make("github-token")
    (own / "hub.toml").write_text(f'address = "{token}"\n')
    (own / "environment.toml").write_text("# Nothing.\n")
    git("add", ".", cwd=own)  # nblint's hook reads what would be committed
    status, shown = made("check", own, **variables)
    assert status != 0
    assert "hub.toml:1" in shown
    assert token not in shown
    assert "NBL301 environment variable 'DATADOG_API_KEY' is not in the catalogue" in shown


def test_a_change_is_judged(own: Path, tmp_path: Path, pre_commit_home: Path) -> None:
    """By the pipeline's own command, in a clean clone: also what a later commit removes."""
    workflow = yaml.safe_load((own / ".circleci/config.yml").read_text("utf-8"))
    (gate,) = [
        step["run"]["command"]
        for step in workflow["jobs"]["gate"]["steps"]
        if "run" in step and "scripts/gate" in step["run"]["command"]
    ]
    variables = {**os.environ, **mirror(own / ".pre-commit-config.yaml", tmp_path / "m", ROOT)}
    variables |= {"PRE_COMMIT_HOME": str(pre_commit_home), "CIRCLE_BRANCH": "work", "BEFORE": ""}

    def judged() -> "subprocess.CompletedProcess[str]":
        clone = tmp_path / f"clone-{git('rev-parse', 'HEAD', cwd=own)}"
        git("clone", "--quiet", "--branch", "work", str(own), str(clone), cwd=tmp_path)
        git("remote", "set-head", "origin", "main", cwd=clone)
        return run_step(gate, clone, variables)

    git("checkout", "--quiet", "-b", "work", cwd=own)
    (own / "welcome.md").write_text("# Welcome\n\nBe kind.\n")
    git("commit", "--quiet", "--no-verify", "--all", "--message", "Rules", cwd=own)
    ran = judged()
    assert ran.returncode == 0, ran.stdout

    token = make("github-token")
    example = own / "examples/leak.ipynb"
    example.write_bytes(notebook_bytes(("markdown", complete_header()), ("code", f"k = '{token}'")))
    git("add", ".", cwd=own)
    git("commit", "--quiet", "--no-verify", "--message", "A leak", cwd=own)
    git("rm", "--quiet", str(example), cwd=own)
    git("commit", "--quiet", "--no-verify", "--message", "No leak", cwd=own)
    ran = judged()
    assert ran.returncode != 0
    assert "examples/leak.ipynb" in ran.stdout
    assert token not in ran.stdout


def test_make_lock(own: Path) -> None:
    """The locks are those that the command makes of what is asked for and of nblint's own needs."""
    (own / "requirements/nblint.txt").write_text(f"nblint-suite[hub] @ {ROOT.as_uri()}\n")
    git("commit", "--quiet", "--all", "--message", "This nblint", cwd=own)
    status, shown = made("lock", own)
    assert status == 0, shown
    assert git("diff", cwd=own) == ""
    with (own / "requirements/user.in").open("a") as file:
        file.write("humanize>=4\n")
    assert made("lock", own)[0] == 0
    assert re.search(r"^humanize==\d", (own / "requirements/user.txt").read_text(), re.MULTILINE)
    assert git("diff", "--stat", "--", "requirements/hub.txt", cwd=own) == ""


def test_make_setup_wants_a_python_that_runs_safely(own: Path, tmp_path: Path) -> None:
    python = tmp_path / "python3.10"
    older = "import sys; sys.version_info = (3, 10, 4); exec(sys.argv[1])"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{older}" "$2"\n')
    python.chmod(0o755)
    status, shown = made("setup", own, PYTHON=str(python))
    assert status != 0
    assert "The hub needs Python 3.11 or newer" in shown
    assert not (own / ".venv").exists()
