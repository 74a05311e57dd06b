"""Measure how the cost of `nblint fleet` grows with the number of notebooks.

    python -m bench.growth

Prints, for each size, the time of the command and its child processes together, and the peak memory
of the command, which runs the scheduler, and of the largest worker.
"""

import argparse
import os
import resource  # not on Windows
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.fleet import make_fleet

_HEADINGS = ("notebooks", "time", "processors", "notebooks/s", "scheduler", "worker")
# The number of generated notebooks; larger fleets contain links to them, which take no space.
_MADE_UP = 1000


class Growth(NamedTuple):
    """The cost of a run.

    Attributes:
        wall: Wall-clock time in seconds.
        cpu: CPU time in seconds, including the workers.
        scheduler: Peak memory of the command (client and scheduler) in bytes.
        worker: Peak memory of the largest worker in bytes.
    """

    wall: float
    cpu: float
    scheduler: int
    worker: int


def measure(source: Path, target: Path, workers: int) -> Growth:
    """Run the command on a folder and return its cost.

    Args:
        source: The folder.
        target: The folder for the findings.
        workers: The number of workers.

    Raises:
        RuntimeError: The command failed.
    """
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "nblint", "fleet", str(source), str(target), "--exit-zero"]
    before, start = _of_children(), time.perf_counter()
    process = psutil.Popen([*command, "--workers", str(workers)], stdout=subprocess.DEVNULL)
    scheduler = worker = 0
    while process.poll() is None:
        try:
            scheduler = max(scheduler, process.memory_info().rss)
            held = [child.memory_info().rss for child in process.children(recursive=True)]
        except psutil.Error:  # it has just ended
            continue
        worker = max(worker, *held, 0)
        time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"nblint fleet exited with status {process.returncode}")
    wall = time.perf_counter() - start
    return Growth(wall, _of_children() - before, scheduler, worker)


def _of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def grow(folder: Path, made: Path, count: int) -> None:
    """Make a fleet of links to notebooks, a thousand per folder.

    Args:
        folder: The folder for the links.
        made: A folder with notebooks.
        count: The number of links.
    """
    found = sorted(made.rglob("*.ipynb"))
    for number in range(count):
        team = folder / f"team-{number // 1000:03}"
        team.mkdir(parents=True, exist_ok=True)
        os.link(found[number % len(found)], team / f"notebook-{number:06}.ipynb")


def main() -> None:
    """Measure and print one row per size."""
    options = _parser().parse_args()
    work = options.work.resolve() / "growth"
    shutil.rmtree(work, ignore_errors=True)
    try:
        make_fleet(work / "made", min(_MADE_UP, max(options.sizes)))
        sizes = [path.stat().st_size for path in (work / "made").rglob("*.ipynb")]
        usual = f"{sum(sizes) / len(sizes) / 1e3:.0f} kB per notebook"
        print(f"{options.workers} workers, {usual}", flush=True)
        _print(_HEADINGS)
        for count in options.sizes:
            grow(work / "fleet", work / "made", count)
            cost = measure(work / "fleet", work / "findings", options.workers)
            _print(
                (
                    f"{count:,}",
                    f"{cost.wall:.1f} s",
                    f"{cost.cpu:.1f} s",
                    f"{count / cost.wall:.0f}",
                    f"{cost.scheduler / 2**20:.0f} MiB",
                    f"{cost.worker / 2**20:.0f} MiB",
                )
            )
            shutil.rmtree(work / "fleet")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _print(row: tuple[str, ...]) -> None:
    print("".join(cell.rjust(13) for cell in row), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000], help="numbers of notebooks"
    )
    parser.add_argument("--workers", type=int, default=2, help="number of workers (default: 2)")
    parser.add_argument(
        "--work", type=Path, default=Path("build/bench"), help="folder for the notebooks"
    )
    return parser


if __name__ == "__main__":
    main()
