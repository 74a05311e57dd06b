"""Other processes give the same results as this one would, and end when it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.fleet import make_fleet
from nblint.linting import workers
from nblint.linting.results import Result
from nblint.linting.run import Run
from nblint.settings_files import SettingsFinder
from tests.system import PATIENCE


def double(number: int) -> int:
    return 2 * number


def double_unless_it_kills(number: int) -> int:
    if number == 3 and workers_own():
        os._exit(9)
    return 2 * number


def workers_own() -> bool:
    from multiprocessing import parent_process

    return parent_process() is not None


def refuse(number: int) -> int:
    raise ValueError(str(number))


@pytest.fixture(params=["fork", "spawn"])
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "fork" and sys.platform != "linux":
        pytest.skip("only on Linux")
    monkeypatch.setattr(workers, "start_method", lambda: request.param)
    return str(request.param)


@pytest.mark.slow
def test_answers_come_in_order_and_work_is_asked_for_as_it_is_needed(method: str) -> None:
    asked = []

    def chunks() -> Iterator[tuple[str, int]]:
        for number in range(40):
            asked.append(number)
            yield str(number), number

    answers = workers.shared(double, chunks(), 2)
    assert next(answers) == ("0", 0)
    assert len(asked) < 10
    assert list(answers) == [(str(number), 2 * number) for number in range(1, 40)]


@pytest.mark.slow
def test_what_a_process_leaves_when_it_dies_is_done_here(method: str) -> None:
    answers = workers.shared(double_unless_it_kills, ((None, n) for n in range(20)), 2)
    assert [answer for _, answer in answers] == [2 * number for number in range(20)]


def test_an_exception_is_that_of_the_function() -> None:
    with pytest.raises(ValueError, match="7"):
        list(workers.shared(refuse, [(None, 7)], 2))


def results(folder: Path, jobs: int | None) -> tuple[list[Result], list[str]]:
    faults: list[str] = []
    run = Run(SettingsFinder(), faults.append, jobs=jobs)
    return list(run.check([folder])), faults


@pytest.mark.slow
def test_a_run_says_the_same_however_many_processes_it_has(method: str, tmp_path: Path) -> None:
    make_fleet(tmp_path, 60)
    (tmp_path / "team-00" / "broken.ipynb").write_text("{", encoding="utf-8")
    # Different settings for some, a rule about all notebooks together, and a missing file.
    (tmp_path / "team-01").mkdir()
    (tmp_path / "team-01" / "nblint.toml").write_text('select = ["ALL"]', encoding="utf-8")
    source = (tmp_path / "team-00" / "notebook-00001.ipynb").read_bytes()
    (tmp_path / "team-01" / "other.ipynb").write_bytes(source)
    (tmp_path / "team-02").mkdir()
    (tmp_path / "team-02" / "nblint.toml").write_text('select = ["XYZ"]', encoding="utf-8")
    (tmp_path / "team-02" / "other.ipynb").write_bytes(source)
    alone = results(tmp_path, 1)
    assert len(alone[0]) >= 62
    assert any("XYZ" in fault for fault in alone[1])
    assert {one.finding.code for result in alone[0] for one in result.findings} >= {
        *("NBL001", "NBL101", "NBL102", "NBL501")
    }
    assert results(tmp_path, 3) == alone


def test_few_notebooks_take_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fleet(tmp_path, 3)

    def never(*_: object) -> None:
        raise AssertionError("another process was started")

    monkeypatch.setattr("nblint.linting.workers.shared", never)
    assert len(results(tmp_path, None)[0]) == 3


PROGRAM = """
import os, sys, time
from nblint.linting.workers import shared
def wait(for_file):
    os.write(1, b"at work\\n")  # at once, whoever else writes
    while not os.path.exists(for_file):
        time.sleep(0.01)
if __name__ == "__main__":
    list(shared(wait, [(None, sys.argv[1])] * 2, 2))
"""


def at_work(tmp_path: Path) -> "subprocess.Popen[str]":
    """Return a process with two workers, which work until a file `end` exists."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path / "end")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for _ in range(2):
        assert process.stdout.readline() == "at work\n"
    return process


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of a process group")
def test_only_the_first_process_speaks_when_it_is_interrupted(tmp_path: Path) -> None:
    process = at_work(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    (tmp_path / "end").touch()
    _, said = process.communicate(timeout=PATIENCE)
    assert said.count("Traceback") == 1
    assert said.endswith("KeyboardInterrupt\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    process = at_work(tmp_path)
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 2
    process.kill()
    process.communicate(timeout=PATIENCE)  # until end of file: no child holds the pipe
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]
