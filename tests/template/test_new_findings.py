"""A branch must not record new findings: the baseline of the branch it goes to only shrinks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.conftest import ROOT, git

SCRIPT = ROOT / "template/{{cookiecutter.slug}}/scripts/new-findings"
OLD = {"path": "notebooks/old.ipynb", "code": "NBL102", "fingerprint": "0" * 32}
OTHER = {"path": "notebooks/old.ipynb", "code": "NBL102", "fingerprint": "1" * 32}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git("init", "--quiet", cwd=folder)
    return folder


def record(repository: Path, *entries: dict[str, str]) -> None:
    text = json.dumps({"version": 2, "salt": "0", "entries": entries})
    (repository / ".nblint-baseline.json").write_text(text, "utf-8")


def commit(repository: Path) -> None:
    git("add", ".", cwd=repository)
    git("commit", "--quiet", "--allow-empty", "--message", "base", cwd=repository)


def judged(repository: Path) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), "HEAD"],
        cwd=repository,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def test_without_a_baseline(repository: Path) -> None:
    commit(repository)
    assert judged(repository) == (0, "")
    record(repository, OLD)
    assert judged(repository) == (0, "")


def test_the_record_may_shrink_and_follow_a_new_name(repository: Path) -> None:
    record(repository, OLD, OTHER)
    commit(repository)
    assert judged(repository) == (0, "")
    record(repository, OTHER)
    assert judged(repository) == (0, "")
    record(repository, {**OLD, "path": "notebooks/new.ipynb"}, OTHER)
    assert judged(repository) == (0, "")
    (repository / ".nblint-baseline.json").unlink()
    assert judged(repository) == (0, "")


@pytest.mark.parametrize("added", [OTHER, OLD, {**OLD, "code": "NBL201"}])
def test_the_record_must_not_grow(repository: Path, added: dict[str, str]) -> None:
    record(repository, OLD)
    commit(repository)
    record(repository, OLD, added)
    status, said = judged(repository)
    assert status == 1
    assert said.startswith(f"notebooks/old.ipynb: {added['code']} was added to")
    assert len(said.splitlines()) == 1
