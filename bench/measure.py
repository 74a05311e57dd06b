"""Measure commands: wall-clock time, CPU time, memory, and their ratios.

Commands take turns, A B C A B C …, so that a machine that speeds up or slows down affects all of
them; ratios are computed within a round.
"""

import os
import resource  # not on Windows
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# A command that takes longer than this runs once, without a warm-up.
LONG = 20.0


@dataclass(frozen=True)
class Command:
    """A command to measure.

    Attributes:
        name: Its name in tables.
        arguments: The command line, including the notebooks.
        environment: Environment variables to add to those of this process.
        statuses: The exit statuses that mean success.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Cost:
    """The cost of a run of a command.

    Attributes:
        wall: Wall-clock time in seconds.
        cpu: CPU time in seconds, including child processes.
        peak: Peak memory in bytes, including child processes; 0 if not measured.
    """

    wall: float
    cpu: float
    peak: int = 0


@dataclass
class Measured:
    """A command and its runs.

    Attributes:
        command: The command.
        peak: Peak memory in bytes, including child processes.
        costs: One cost per round; empty if the command was given up.
        why: The reason why it was given up.
    """

    command: Command
    peak: int = 0
    costs: list[Cost] = field(default_factory=list)
    why: str = ""

    @property
    def wall(self) -> float:
        """The median wall-clock time, in seconds."""
        return statistics.median(cost.wall for cost in self.costs)

    @property
    def cpu(self) -> float:
        """The median CPU time, in seconds."""
        return statistics.median(cost.cpu for cost in self.costs)


def measure(
    commands: Sequence[Command], folder: Path, *, rounds: int, patience: float
) -> list[Measured]:
    """Run commands in turn.

    Args:
        commands: The commands.
        folder: The folder to run them in.
        rounds: How often each runs, after a warm-up run that measures its memory.
        patience: Seconds after which a run is stopped.

    Returns:
        The measurements, in the order of the commands.
    """
    measured = [Measured(command) for command in commands]
    for one in measured:
        try:
            first = _watched(one.command, folder, patience)
        except Failed as reason:
            one.why = str(reason)
            continue
        one.peak = first.peak
        if first.wall > LONG:
            one.costs.append(first)
    for _ in range(rounds):
        for one in measured:
            if not one.why and (not one.costs or one.costs[0].wall <= LONG):
                try:
                    one.costs.append(timed(one.command, folder))
                except Failed as reason:
                    one.costs, one.why = [], str(reason)
    return measured


def ratios(one: Measured, other: Measured) -> tuple[float, float]:
    """Return the cost of one command divided by that of another: the medians over the rounds.

    Args:
        one: The numerator.
        other: The denominator.

    Returns:
        The ratio of wall-clock times, and the ratio of CPU times.
    """
    pairs = list(zip(one.costs, other.costs, strict=False))
    return (
        statistics.median(a.wall / b.wall for a, b in pairs),
        statistics.median(a.cpu / b.cpu for a, b in pairs),
    )


class Failed(Exception):
    """A command did not do what is measured; the text says why."""


def _started(command: Command, folder: Path) -> psutil.Popen:
    environment = {**os.environ, **command.environment}
    # As installed programs run: with compiled bytecode.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    quiet = subprocess.DEVNULL
    return psutil.Popen(command.arguments, cwd=folder, env=environment, stdout=quiet, stderr=quiet)


def _of_children() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(command: Command, folder: Path) -> Cost:
    """Run a command in a folder, and return its cost without its memory.

    Raises:
        Failed: It exited with another status than expected.
    """
    before, start = _of_children(), time.perf_counter()
    process = _started(command, folder)
    process.wait()
    cost = Cost(time.perf_counter() - start, _of_children() - before)
    _check(command, process.returncode)
    return cost


def _watched(command: Command, folder: Path, patience: float) -> Cost:
    """Run a command while sampling its memory, which takes some time itself."""
    before, start = _of_children(), time.perf_counter()
    process = _started(command, folder)
    peak = 0
    while process.poll() is None:
        passed = time.perf_counter() - start
        if passed > patience:
            for running in (*process.children(recursive=True), process):
                running.kill()
            process.wait()
            raise Failed(f"took more than {patience:.0f} s")
        peak = max(peak, _memory(process))
        time.sleep(0.002 if passed < 1 else 0.02)
    wall = time.perf_counter() - start
    _check(command, process.returncode)
    return Cost(wall, _of_children() - before, peak)


def _check(command: Command, status: int) -> None:
    if status not in command.statuses:
        raise Failed(f"exited with status {status}")


def _memory(process: psutil.Process) -> int:
    total = 0
    try:
        for running in (process, *process.children(recursive=True)):
            total += running.memory_info().rss
    except psutil.Error:  # it has just ended
        return 0
    return total
