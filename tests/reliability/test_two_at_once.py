"""Two runs over one repository: whoever comes second is told, and no file is half of each."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nblint.document.write import write_atomically
from tests.command import nblint
from tests.conftest import notebook_bytes

pytestmark = pytest.mark.slow

NOTEBOOKS = 20


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    for number in range(NOTEBOOKS):
        Path(f"{number}.ipynb").write_bytes(notebook_bytes(("code", "1")))
    Path("nblint.toml").write_text('baseline = ".nblint-baseline.json"')


def at_once(*lines: str) -> list[str]:
    """Run commands at the same time; return what those said that could not do their work."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "nblint", *line.split()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in lines
    ]
    said = []
    for run in runs:
        _, errors = run.communicate()
        assert run.returncode in (0, 2), errors
        assert "Traceback" not in errors
        if run.returncode:
            said.append(errors)
    assert not list(Path().glob(".nblint-*/"))
    return said


def test_baselines_that_are_created() -> None:
    refused = at_once(*["baseline create"] * 3)
    assert len(refused) == 2, "one has done it, and only one says so"
    assert all("already exists" in why for why in refused)
    assert len(json.loads(Path(".nblint-baseline.json").read_bytes())["entries"]) > NOTEBOOKS
    assert nblint("check").exit_code == 0


def test_a_new_file_is_made_by_one_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = 8
    barrier = threading.Barrier(runs)
    is_there = os.path.lexists

    def all_find_nothing(path: str | Path) -> bool:
        found = is_there(path)
        if Path(path).name == "new.json":
            barrier.wait(timeout=60)
        return found

    def make(number: int) -> bool:
        try:
            write_atomically(Path("new.json"), b"%d" % number, new=True)
        except FileExistsError:
            return False
        return True

    monkeypatch.setattr(os.path, "lexists", all_find_nothing)
    with ThreadPoolExecutor(runs) as pool:
        made = list(pool.map(make, range(runs)))
    assert made.count(True) == 1
    assert Path("new.json").read_bytes() == b"%d" % made.index(True)
    assert not list(Path().glob(".nblint-*/"))


def test_baselines_that_are_updated() -> None:
    assert nblint("baseline", "create").exit_code == 0
    before = json.loads(Path(".nblint-baseline.json").read_bytes())["entries"]
    for number in range(0, NOTEBOOKS, 2):
        Path(f"{number}.ipynb").unlink()
    refused = at_once(*["baseline update"] * 3)
    assert all("changed meanwhile; run nblint again" in why for why in refused)
    after = json.loads(Path(".nblint-baseline.json").read_bytes())["entries"]
    assert after == [entry for entry in before if Path(entry["path"]).exists()]


def test_reports_to_one_file() -> None:
    line = "check --no-baseline --exit-zero --output-format json --output-file report.json"
    assert at_once(line, line, line) == []
    found = json.loads(Path("report.json").read_bytes())
    assert len({finding["path"] for finding in found}) == NOTEBOOKS
