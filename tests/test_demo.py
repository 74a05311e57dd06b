"""The main story, end to end: what `make demo` plays is what an author lives through."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.author import Author, Unexpected
from demo.notebooks import made_up_token
from tests.template.conftest import ROOT


@pytest.mark.slow
def test_demo(tmp_path: Path) -> None:
    """With no git identity, an empty home, and a pre-commit that has nothing yet."""
    (tmp_path / "home").mkdir()
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "XDG_"))}
    variables |= {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)}
    played = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env=variables,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert played.returncode == 0, played.stdout
    outcomes = re.findall(
        r"^ {6}(accepted|refused)(?:: \d+ checks passed|.* \((NBL\d+)\))$", played.stdout, re.M
    )
    assert outcomes == [
        ("accepted", ""),
        ("refused", "NBL102"),
        ("accepted", ""),
        ("refused", "NBL201"),
        ("accepted", ""),
        ("refused", "NBL301"),
        ("accepted", ""),
    ]
    assert "did you mean 'DATADOG_SITE'?" in played.stdout
    assert not re.search("gh" + "p_[0-9A-Za-z]{36}", played.stdout)

    (repository,) = re.findall(r"^The repository is in (.+)\. Next steps", played.stdout, re.M)
    assert Path(repository).parent.parent == tmp_path.resolve()
    assert len(list(Path(repository, "notebooks").iterdir())) == 4
    # Going on by hand, as the last lines say.
    by_hand = subprocess.run(
        ["sh", "-c", ". ../variables.sh && pre-commit run --all-files && git log --format=%s"],
        cwd=repository,
        env=variables,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        check=False,
    )
    assert by_hand.returncode == 0, by_hand.stdout
    assert "Start from the notebook template" in by_hand.stdout
    left = {path.name for path in (tmp_path / "home").iterdir()}
    assert not left & {".gitconfig", ".config", ".cookiecutters", ".cookiecutter_replay"}


# ---- it fails when something does not happen as said


@pytest.fixture
def author(tmp_path: Path) -> Author:
    """An author with one commit, and a hook that does what the file `hook.sh` says."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    for role in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.com"}
    variables |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    author = Author(tmp_path, variables)
    author.succeeds("git", "init", "--quiet")
    author.succeeds("git", "commit", "--quiet", "--allow-empty", "--message", "first")
    (tmp_path / "notebook.ipynb").write_text("{}")
    hook = tmp_path / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\n. ./.git/hook.sh\n")
    hook.chmod(0o755)
    return author


def hook_says(author: Author, *lines: str, status: int) -> None:
    """Let the hook print lines and end with a status."""
    script = "".join(f"echo '{line}'\n" for line in lines) + f"exit {status}\n"
    (author.repository / ".git/hook.sh").write_text(script)


FINDING = "notebook.ipynb:cell 1:1:1: NBL102 missing section 'Audience'"
FAILED = "nblint (notebooks).....Failed"
PASSED = "nblint (notebooks).....Passed"


def test_refused_as_said(author: Author) -> None:
    hook_says(author, FAILED, FINDING, status=1)
    author.is_refused("notebook.ipynb", "NBL102", never_shown="secret")


@pytest.mark.parametrize(
    ("lines", "status", "message"),
    [
        ([PASSED], 0, "the commit was accepted, but NBL102 should have refused it"),
        (["ruff......Failed"], 1, "only nblint should have refused it"),
        ([FAILED, "ruff......Failed", FINDING], 1, "only nblint should have refused it"),
        ([FINDING], 1, "only nblint should have refused it"),
        ([FAILED, FINDING.replace("102", "103")], 1, "nblint should have reported NBL102"),
        ([FAILED, FINDING, FINDING.replace("102", "103")], 1, "should have reported NBL102"),
        ([FAILED, f"other/{FINDING}"], 1, "nblint should have reported NBL102"),
        ([FAILED, FINDING, "token: secret"], 1, "the refusal shows the credential"),
    ],
)
def test_refused_otherwise(author: Author, lines: list[str], status: int, message: str) -> None:
    hook_says(author, *lines, status=status)
    with pytest.raises(Unexpected, match=message):
        author.is_refused("notebook.ipynb", "NBL102", never_shown="secret")


def test_accepted_as_said(author: Author) -> None:
    hook_says(author, PASSED, status=0)
    author.commits("second")


@pytest.mark.parametrize(
    ("lines", "status", "message"),
    [
        ([FAILED], 1, "ended with status 1"),
        (["nblint (notebooks).....Skipped"], 0, "without a check by nblint"),
        ([], 0, "without a check by nblint"),
    ],
)
def test_accepted_otherwise(author: Author, lines: list[str], status: int, message: str) -> None:
    hook_says(author, *lines, status=status)
    with pytest.raises(Unexpected, match=message):
        author.commits("second")


def test_the_token_is_a_token() -> None:
    token = made_up_token()
    assert re.fullmatch("gh" + "p_[0-9A-Za-z]{36}", token)
    assert token != made_up_token()
