"""Compare what `nblint check` says with and without the cache, with one worker and several.

    python -m bench.equality FOLDER

For each report format and each of ten settings, the notebooks of a copy of the folder are checked
without the cache in one process, then twice with a cache: when it is empty, in two processes, and
when it is filled, in one. Exit status, report and messages must be the same, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

from nblint.reports import formats

# Beside the notebooks, and not among them: a file there would be settings of all runs.
_SELECTING = 'select = ["NBL3", "NBL4"]\n'
_LENIENT = """
extend-select = ["NBL5"]
[severity]
NBL1 = "warning"
[per-file-ignores]
"**/*a*" = ["NBL2"]
"""


class Case(NamedTuple):
    """A combination to compare: the report's format, and further arguments."""

    format: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(("--output-format", self.format, *self.arguments))


class Outcome(NamedTuple):
    """What a run gave."""

    status: int
    report: bytes
    messages: bytes


class Compared(NamedTuple):
    """A combination, and in what it differs: names of runs; empty where nothing differs."""

    case: Case
    outcome: Outcome
    differing: tuple[str, ...]
    is_remembered: bool


def cases(work: Path) -> Iterator[Case]:
    """Yield the combinations, after writing the settings files and the baseline they name.

    Args:
        work: A folder with the folder `notebooks`.
    """
    (work / "selecting.toml").write_text(_SELECTING, encoding="utf-8")
    (work / "lenient.toml").write_text(_LENIENT, encoding="utf-8")
    baseline = str(work / "baseline.json")
    _nblint(work, "baseline", "create", "--baseline", baseline)
    settings: tuple[tuple[str, ...], ...] = (
        (),
        ("--select", "ALL"),
        ("--select", "NBL2"),
        ("--select", "NBL1", "--ignore", "NBL102"),
        ("--select", "NBL5"),
        ("--quiet",),
        ("--extend-select", "NBL5"),
        ("--config", str(work / "selecting.toml")),
        ("--config", str(work / "lenient.toml")),
        ("--baseline", baseline),
    )
    return (Case(name, given) for given, name in product(settings, formats()))


def compared(case: Case, work: Path) -> Compared:
    """Run one combination in all ways, and compare them with a run without the cache.

    Args:
        case: The combination.
        work: A folder with the folder `notebooks`.
    """
    given = ("check", "--output-format", case.format, *case.arguments)
    expected = _nblint(work, *given, "--no-cache", "--jobs", "1")
    with tempfile.TemporaryDirectory(dir=work) as cache:
        ways = {
            "empty cache, two processes": _nblint(work, *given, "--jobs", "2", cache=cache),
            "filled cache, one process": _nblint(work, *given, "--jobs", "1", cache=cache),
        }
        is_remembered = any(path.is_file() for path in Path(cache).rglob("*"))
    differing = tuple(name for name, outcome in ways.items() if outcome != expected)
    return Compared(case, expected, differing, is_remembered)


def _nblint(work: Path, *arguments: str, cache: str = "") -> Outcome:
    environment = {**os.environ, **({"NBLINT_CACHE_DIR": cache} if cache else {})}
    command = (sys.executable, "-m", "nblint", *arguments, ".")
    folder = work / "notebooks"
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print what differs, and exit with status 1 if anything does, or nothing was said."""
    parser = argparse.ArgumentParser(prog="python -m bench.equality", description=__doc__)
    parser.add_argument("folder", type=Path, help="the notebooks; they are copied")
    parser.add_argument("--only", help="compare combinations that contain this text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="comparisons at a time")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copytree(options.folder, work / "notebooks")
        wanted = [case for case in cases(work) if not options.only or options.only in str(case)]
        with ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(lambda case: _shown(compared(case, work)), wanted))
    failed = [one for one in results if one.differing or one.outcome.status not in (0, 1)]
    remembered = sum(one.is_remembered for one in results)
    print(f"{len(results)} combinations, {remembered} with the cache, {len(failed)} failed")
    sys.exit(bool(failed) or not results)


def _shown(one: Compared) -> Compared:
    words = ", ".join(one.differing) or f"same ({len(one.outcome.report)} bytes)"
    print(f"{one.case}: status {one.outcome.status}, {words}", flush=True)
    return one


if __name__ == "__main__":
    main()
