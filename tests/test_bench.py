"""The comparison with the peers works; the figures themselves are not tested."""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="measures on Linux and macOS")

import bench.__main__
import bench.everyday
import bench.gate
import bench.growth
from bench import dense
from bench.fleet import make_fleet, take_fleet
from bench.measure import Command, Failed, measure
from bench.peers import commands
from bench.table import rows, text
from nblint import check


def program(code: str, name: str = "program") -> Command:
    return Command(name, (sys.executable, "-c", code))


def of_a_child(code: str) -> Command:
    """Return a program that leaves its work to a process that it starts."""
    return program(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])")


# As long on every machine: it looks at its own clock.
SPINS = of_a_child("import time\nwhile time.process_time() < 0.3: pass")


def test_what_is_made_up_is_the_same_each_time(tmp_path: Path) -> None:
    def made(name: str) -> dict[str, bytes]:
        make_fleet(tmp_path / name, 12, seed=1)
        files = sorted((tmp_path / name).rglob("*.ipynb"))
        return {path.name: path.read_bytes() for path in files}

    assert made("one") == made("other")
    assert len(made("one")) == 12


def test_what_is_made_up_is_valid_and_mostly_clean(tmp_path: Path) -> None:
    make_fleet(tmp_path, 30)
    found = {one.finding.code for result in check([tmp_path]) for one in result.findings}
    assert found <= {"NBL101", "NBL102"}


def test_a_folder_with_too_few_notebooks_is_taken_several_times(tmp_path: Path) -> None:
    make_fleet(tmp_path / "few", 3)
    take_fleet(tmp_path / "few", tmp_path / "many", 7)
    assert len(list((tmp_path / "many").rglob("*.ipynb"))) == 7
    with pytest.raises(FileNotFoundError, match="no notebook"):
        take_fleet(tmp_path / "many" / "none", tmp_path / "other", 7)


@pytest.mark.slow
def test_memory_and_time_are_those_of_the_command_and_its_children(tmp_path: Path) -> None:
    child = of_a_child("held = bytearray(150_000_000); import time; time.sleep(0.3)")
    holds, spins = measure([child, SPINS], tmp_path, rounds=1, patience=60)
    assert holds.peak > 150_000_000
    assert spins.cpu >= 0.3


@pytest.mark.slow
def test_what_fails_or_never_ends_is_given_up_and_says_why(tmp_path: Path) -> None:
    commands = [program("pass"), program("exit(7)"), program("import time; time.sleep(99)", "slow")]
    table = list(rows(measure(commands, tmp_path, rounds=2, patience=5), 1000))
    assert [row[1] for row in table[1:]] == ["exited with status 7", "took more than 5 s"]
    assert "slow" in text(table)


def test_only_one_row_uses_the_cache(tmp_path: Path) -> None:
    def cached(count: int) -> list[str]:
        names = [f"{number}.ipynb" for number in range(count)]
        made = commands(names, extra=tmp_path, cache=tmp_path / "cache", peers=False)
        own = [one for one in made if "check" in one.arguments]
        assert own[0].name == "nblint"
        return [one.name for one in own if "--no-cache" not in one.arguments]

    # As hooks call it: there is no cache for so few, and an option has to be parsed.
    assert cached(1) == ["nblint", "nblint[fast]"]
    assert cached(500) == ["nblint, nothing changed"]


@pytest.mark.slow
def test_the_command_prints_a_table_for_each_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    options = ["--quick", "--no-peers", "--work", str(tmp_path), "--markdown", str(page)]
    monkeypatch.setattr(sys, "argv", ["bench", *options])
    bench.__main__.main()
    printed = capsys.readouterr().out
    assert re.search(r"^1 notebook, .* MB, made up: real ones take longer", printed, re.MULTILINE)
    assert re.search(r"^60 notebooks, .* MB", printed, re.MULTILINE)
    assert len(re.findall(r"^nblint +\d.* +1\.00 +1\.00$", printed, re.MULTILINE)) == 2
    assert len(re.findall(r"^nblint, nothing changed +\d", printed, re.MULTILINE)) == 1
    assert not list(tmp_path.glob("cache-*"))
    assert page.read_text(encoding="utf-8").count("| nblint |") == 2


@pytest.mark.slow
def test_the_cost_of_a_fleet_is_a_row_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--sizes", "2", "5", "--workers", "1", "--work", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["growth", *options])
    bench.growth.main()
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split()[0] for row in rows] == ["2", "5"]
    for row in rows:
        assert re.fullmatch(r" +\d+ +[\d.]+ s +[\d.]+ s +\d+ +\d+ MiB +\d+ MiB", row)
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_the_processors_of_workers_count_as_well() -> None:
    before = bench.growth._of_children()
    subprocess.run(SPINS.arguments, check=True)
    assert bench.growth._of_children() - before >= 0.3


@pytest.mark.slow
def test_branches_for_the_gate_are_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is judged: what is clean passes, and passwords do not."""
    for name, number in (("_NOTEBOOKS", 3), ("_COMMITS", 5), ("_BASELINE_BYTES", 10_000)):
        monkeypatch.setattr(bench.gate, name, number)
    monkeypatch.setattr(bench.gate, "_PASSWORDS", 5)
    bench.gate.main()
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row.split()[-1] for row in rows] == ["0"] * 4 + ["1"] * 4


def test_the_history_names_what_takes_longer_than_before(tmp_path: Path) -> None:
    history, about = tmp_path / "history.jsonl", {"count": 3}

    def said(ratio: float, **other: object) -> list[str]:
        table = {"hook": {"nblint": 1.0, "ruff": ratio}}
        return bench.everyday.remember(table, history, about | other)

    assert said(1.0) == []
    assert said(1.05) == []
    assert said(2.1) == ["hook: 2.00 times what it took before"]
    assert said(9.0, count=4) == []  # other notebooks
    assert len(history.read_text(encoding="utf-8").splitlines()) == 4


def test_ratios_are_those_within_a_round() -> None:
    seconds = {"nblint": [1.0, 10.0, 2.0], "ruff": [2.0, 20.0, 4.0], "slow": [4.0]}
    assert bench.everyday.row(seconds) == {"nblint": 2.0, "ruff": 0.5, "slow": 0.25}


def test_a_program_that_fails_is_no_faster(tmp_path: Path) -> None:
    hook = bench.everyday.Situation("hook", tmp_path, ())
    with pytest.raises(Failed, match=r"^hook: program exited with status 7$"):
        bench.everyday.measured(hook, [program("exit(7)")], 1)
    both = [program("pass", "nblint"), program("exit(1)", "peer")]
    strict = [replace(one, statuses=(0,)) for one in both]
    table = {"hook": bench.everyday.row(bench.everyday.measured(hook, strict, 1))}
    assert table["hook"].keys() == {"nblint"}
    others = {"cold": {"nblint": 0.07, "peer": 0.5}}
    assert "| hook | 70 | failed |" in bench.everyday.markdown({**others, "hook": {"nblint": 0.07}})


@pytest.mark.slow
def test_what_people_wait_for_is_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small, programs = dense.notebook(10_000), bench.everyday.programs
    monkeypatch.setattr(dense, "notebook", lambda _: small)
    monkeypatch.setattr(bench.everyday, "programs", lambda *given: islice(programs(*given), 2))
    options = ["--count", "12", "--rounds", "1", "--history", str(tmp_path / "history")]
    bench.everyday.main(options)
    title, heads, _, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith("12 notebooks, made up: real ones take up to three times as long")
    assert heads == "| CPU time of | nblint, ms | nblint / ruff |"
    assert [row.split(" | ")[0] for row in rows] == [
        "| hook",
        "| cold",
        "| nothing changed",
        "| one changed of 12",
        "| dense output",
        "| 10,000 cells",
    ]
