"""What commands cost: their time, their processors' time, their memory, and how they compare.

Commands run in turn, A B C A B C …, so that a machine that grows faster or slower does so for all
of them; ratios are taken within a turn.
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

# A command that takes longer is run once: it is its own warm-up.
_LONG = 20.0


@dataclass(frozen=True)
class Command:
    """A command to measure.

    Attributes:
        name: What it is called in tables.
        arguments: The command, with the notebooks it is about.
        environment: Variables that it gets beside those of this process.
        statuses: The exit statuses that mean that it did its work.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Cost:
    """What a run of a command cost.

    Attributes:
        wall: Seconds from its start to its end.
        cpu: Seconds of processors, with those of its child processes.
        peak: Bytes of memory, with those of its child processes; 0 where it was not looked at.
    """

    wall: float
    cpu: float
    peak: int = 0


@dataclass
class Measured:
    """A command and its runs.

    Attributes:
        command: The command.
        peak: Bytes of memory at its peak, with those of its child processes.
        costs: One a turn; empty if it was given up.
        why: Why it was given up.
    """

    command: Command
    peak: int = 0
    costs: list[Cost] = field(default_factory=list)
    why: str = ""

    @property
    def wall(self) -> float:
        """The median of its times, in seconds."""
        return statistics.median(cost.wall for cost in self.costs)

    @property
    def cpu(self) -> float:
        """The median of its processors' times, in seconds."""
        return statistics.median(cost.cpu for cost in self.costs)


def measure(
    commands: Sequence[Command], folder: Path, *, rounds: int, patience: float
) -> list[Measured]:
    """Run commands in turn.

    Args:
        commands: The commands.
        folder: Where they run.
        rounds: How often each runs, after a run to warm up in which its memory is watched.
        patience: Seconds after which a run is given up.

    Returns:
        What was measured, in the commands' order.
    """
    measured = [Measured(command) for command in commands]
    for one in measured:
        try:
            first = _watched(one.command, folder, patience)
        except _GivenUp as reason:
            one.why = str(reason)
            continue
        one.peak = first.peak
        if first.wall > _LONG:
            one.costs.append(first)
    for _ in range(rounds):
        for one in measured:
            if not one.why and (not one.costs or one.costs[0].wall <= _LONG):
                one.costs.append(_timed(one.command, folder))
    return measured


def ratios(one: Measured, other: Measured) -> tuple[float, float]:
    """Return what one command costs as a part of what another costs: the medians over the turns.

    Args:
        one: The command.
        other: The command that is 1.

    Returns:
        The ratio of their times, and of their processors' times.
    """
    pairs = list(zip(one.costs, other.costs, strict=False))
    return (
        statistics.median(a.wall / b.wall for a, b in pairs),
        statistics.median(a.cpu / b.cpu for a, b in pairs),
    )


class _GivenUp(Exception):
    pass


def _started(command: Command, folder: Path) -> psutil.Popen:
    environment = {**os.environ, **command.environment}
    # As installed programs run: Python keeps what it has compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    quiet = subprocess.DEVNULL
    return psutil.Popen(command.arguments, cwd=folder, env=environment, stdout=quiet, stderr=quiet)


def _of_children() -> float:
    """Return the seconds of processors that all child processes that have ended took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _timed(command: Command, folder: Path) -> Cost:
    before, start = _of_children(), time.perf_counter()
    _started(command, folder).wait()
    return Cost(time.perf_counter() - start, _of_children() - before)


def _watched(command: Command, folder: Path, patience: float) -> Cost:
    """Run a command and look at its memory all the time, which costs some time as well."""
    before, start = _of_children(), time.perf_counter()
    process = _started(command, folder)
    peak = 0
    while process.poll() is None:
        passed = time.perf_counter() - start
        if passed > patience:
            for running in (*process.children(recursive=True), process):
                running.kill()
            process.wait()
            raise _GivenUp(f"took more than {patience:.0f} s")
        peak = max(peak, _memory(process))
        time.sleep(0.002 if passed < 1 else 0.02)
    wall = time.perf_counter() - start
    if process.returncode not in command.statuses:
        raise _GivenUp(f"ended with status {process.returncode}")
    return Cost(wall, _of_children() - before, peak)


def _memory(process: psutil.Process) -> int:
    total = 0
    try:
        for running in (process, *process.children(recursive=True)):
            total += running.memory_info().rss
    except psutil.Error:  # it has just ended
        return 0
    return total
