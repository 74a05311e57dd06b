"""Compare what people wait for: one table to paste, and a history in which a slow change is seen.

    python -m bench.everyday [FOLDER] [--against REVISION]

Programs take turns, and ratios of CPU time are computed within a round: 0.5 means that nblint takes
half of what the other takes. nblint and ruff use their caches in "nothing changed" and "one
changed" only; the others have none. Without a folder, notebooks are made up: they are much alike
and most have no findings, so real ones take up to three times as long.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import dense
from bench.fleet import make_fleet, take_fleet
from bench.measure import LONG, Command, Failed, timed
from bench.peers import program

# The ratio to the run before from which on a situation is named.
_SLOWER = 1.1
_KEPT = ("nothing changed", "one changed")


class Situation(NamedTuple):
    """What people wait for.

    Attributes:
        name: What the table calls it.
        folder: Where the programs run.
        names: The notebooks in there, relative to it.
        prepare: Called before each run.
    """

    name: str
    folder: Path
    names: tuple[str, ...]
    prepare: Callable[[], None] = lambda: None


def situations(notebooks: Path | None, work: Path, count: int) -> Iterator[Situation]:
    """Yield the situations, with copies of the notebooks.

    Args:
        notebooks: A folder of notebooks; None to make them up.
        work: An empty folder.
        count: The number of notebooks to check at once; copies where there are fewer.
    """
    fleet = work / "fleet"
    if notebooks is None:
        make_fleet(fleet, count)
    else:
        take_fleet(notebooks, fleet, count)
    paths = sorted(fleet.rglob("*.ipynb"), key=lambda path: path.stat().st_size)
    names = tuple(path.relative_to(fleet).as_posix() for path in paths)
    median = names[len(names) // 2]
    changed = fleet / median
    original = changed.read_bytes()
    ends = iter(range(1, 10**9))

    def change() -> None:
        changed.write_bytes(original + b"\n" * next(ends))

    yield Situation("hook", fleet, (median,))
    yield Situation("cold", fleet, names)
    yield Situation("nothing changed", fleet, names)
    yield Situation(f"one changed of {len(names)}", fleet, names, change)
    for name, data in (("dense output", dense.notebook(2**20)), ("10,000 cells", _many_cells())):
        folder = work / name.replace(",", "").replace(" ", "-")
        folder.mkdir()
        (folder / "a.ipynb").write_bytes(data)
        yield Situation(name, folder, ("a.ipynb",))


def _many_cells() -> bytes:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": None,
         "outputs": [], "source": f"value_{number} = {number}"}
        for number in range(10_000)
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def programs(situation: Situation, work: Path, other: Path | None) -> Iterator[Command]:
    """Yield nblint first, then nblint of another revision, and the peers that are installed.

    Args:
        situation: What they are given.
        work: Where the caches are.
        other: The source of another revision; None: peers only.
    """
    one = len(situation.names) == 1
    named = ("--", *situation.names) if one else (".",)
    kept = situation.name.startswith(_KEPT)
    anew = () if kept or one else ("--no-cache",)
    check = (program("nblint"), "check", *anew, *named)
    caches = {"NBLINT_CACHE_DIR": str(work / "nblint")}
    yield Command("nblint", check, caches)
    if other is not None:
        older = {"NBLINT_CACHE_DIR": str(work / "older"), "PYTHONPATH": str(other)}
        yield Command("other revision", check, older)
    # Only ruff's exit status depends on what it finds; others end with 1 where they crash.
    peers: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
        "ruff": (("check", *(() if kept else ("--no-cache",)), *named), (0, 1)),
        "nbstripout": (("--dry-run", *situation.names), (0,)),
        "detect-secrets": (("scan", "--no-verify", *situation.names), (0,)),
    }
    for name, (arguments, statuses) in peers.items():
        if Path(program(name)).exists():
            environment = {"RUFF_CACHE_DIR": str(work / "ruff")}
            yield Command(name, (program(name), *arguments), environment, statuses)


def measured(
    situation: Situation, commands: Sequence[Command], rounds: int
) -> dict[str, list[float]]:
    """Return the CPU seconds of each program in each round, after a round to fill the caches.

    A peer that fails, as some do on invalid notebooks, is named on stderr, and has no figures.

    Raises:
        Failed: nblint did not do what it was to do; the text says why.
    """
    seconds: dict[str, list[float]] = {command.name: [] for command in commands}
    given_up: set[str] = set()
    for number in range(rounds + 1):
        for command in commands:
            if command.name in given_up:
                continue
            situation.prepare()
            try:
                cost = timed(command, situation.folder)
            except Failed as reason:
                sentence = f"{situation.name}: {command.name} {reason}"
                if command is commands[0]:
                    raise Failed(sentence) from None
                print(sentence, file=sys.stderr, flush=True)
                given_up.add(command.name)
                del seconds[command.name]
                continue
            is_slow = cost.wall > LONG and number == 0
            if number or is_slow:
                seconds[command.name].append(cost.cpu)
            if is_slow:
                given_up.add(command.name)
    return seconds


def row(seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the median seconds of nblint, and its ratio to each of the others."""
    own, *others = seconds
    found = {own: statistics.median(seconds[own])}
    for name in others:
        pairs = zip(seconds[own], seconds[name], strict=False)
        found[name] = statistics.median(a / b for a, b in pairs)
    return found


def markdown(table: Mapping[str, Mapping[str, float]]) -> str:
    """Return the rows, by their names, as a table to paste."""
    own, *others = dict.fromkeys(name for values in table.values() for name in values)
    heads = ("CPU time of", f"{own}, ms", *(f"{own} / {name}" for name in others))
    lines = [f"| {' | '.join(heads)} |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for name, values in table.items():
        ratios = (f"{values[one]:.2f}" if one in values else "failed" for one in others)
        cells = (f"{values[own] * 1000:.0f}", *ratios)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def remember(
    table: Mapping[str, Mapping[str, float]], history: Path, about: Mapping[str, object]
) -> list[str]:
    """Add a run to the history.

    Args:
        table: The rows.
        history: A file with a JSON object a line.
        about: What must be the same in runs that are compared.

    Returns:
        What takes longer than in the last such run, a sentence each: in relation to ruff where it
        was measured, which speed of the machine does not change.
    """
    lines = history.read_text(encoding="utf-8").splitlines() if history.is_file() else []
    same = [run for run in map(json.loads, lines) if run["about"] == dict(about)]
    before = same[-1]["rows"] if same else {}
    slower = []
    for name, values in table.items():
        measure = "ruff" if "ruff" in values else "nblint"
        was = before.get(name, {}).get(measure)
        if was and values[measure] > was * _SLOWER:
            slower.append(f"{name}: {values[measure] / was:.2f} times what it took before")
    run = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "revision": _git("rev-parse", "HEAD")}
    history.parent.mkdir(parents=True, exist_ok=True)
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**run, "about": about, "rows": table}) + "\n")
    return slower


def _git(*arguments: str) -> str:
    done = subprocess.run(("git", *arguments), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and say what takes longer than before."""
    parser = argparse.ArgumentParser(prog="python -m bench.everyday", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="real notebooks; they are copied")
    parser.add_argument("--against", metavar="REVISION", help="also measure nblint as of this one")
    parser.add_argument("--count", type=int, default=500, help="notebooks (default: 500)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default: 5)")
    parser.add_argument("--history", type=Path, default=Path("build/bench/history.jsonl"))
    options = parser.parse_args(arguments)
    print(f"{options.count} notebooks, {described(options.folder)}, {options.rounds} rounds")
    try:
        table = _table(options.folder, options.against, options.count, options.rounds)
    except (Failed, FileNotFoundError) as error:
        sys.exit(str(error))
    print(markdown(table))
    about = {
        "machine": f"{platform.node()} {platform.machine()} {os.cpu_count()}",
        "python": platform.python_version(),
        "notebooks": str(options.folder.resolve()) if options.folder else "made up",
        "count": options.count,
    }
    for sentence in remember(table, options.history, about):
        print(sentence)


def described(folder: Path | None) -> str:
    """Return what the notebooks are that programs are given."""
    if folder is None:
        return "made up: real ones take up to three times as long"
    return f"taken from the {len(list(folder.rglob('*.ipynb')))} real ones in the folder"


def _table(
    folder: Path | None, revision: str | None, count: int, rounds: int
) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        other = _source(revision, work / "other") if revision else None
        for situation in situations(folder, work, count):
            commands = list(programs(situation, work, other))
            table[situation.name] = row(measured(situation, commands, rounds))
            print(f"{situation.name}: measured", file=sys.stderr, flush=True)
    return table


def _source(revision: str, folder: Path) -> Path:
    """Write the source of a revision to a folder, compiled as installed programs are."""
    folder.mkdir()
    archive = folder / "source.tar"
    _git("archive", "--output", str(archive), revision, "nblint")
    subprocess.run(("tar", "-xf", archive.name), cwd=folder, check=True)
    compiling = (sys.executable, "-m", "compileall", "-q", "nblint")
    subprocess.run(compiling, cwd=folder, check=True)
    return folder


if __name__ == "__main__":
    main()
