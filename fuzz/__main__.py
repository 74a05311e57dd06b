"""`python -m fuzz [--seconds N] [TARGET]...`: fuzz each target for a while, one after the other.

The target `any` runs all of them in one process, for short runs. Inputs that break nblint are kept
in `fuzz/found/TARGET/`, the corpus in `fuzz/corpus/TARGET/`.
Source of the options: https://llvm.org/docs/LibFuzzer.html#options
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import ANY, TARGETS

_FOLDER = Path(__file__).parent
_OPTIONS = ("-timeout=20", "-rss_limit_mb=3000", "-max_len=4096", "-print_final_stats=1")
_RUNS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def main() -> None:
    """Fuzz the targets; exit with 1 if an input breaks nblint."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description="Search for input that breaks nblint."
    )
    parser.add_argument(
        "--seconds", type=float, default=600, help="for all targets together (default: 600)"
    )
    parser.add_argument("--runs", type=int, help="number of inputs per target, the same each time")
    parser.add_argument("targets", nargs="*", choices=[[], "any", *TARGETS], metavar="TARGET")
    given = parser.parse_args()
    names = given.targets or list(TARGETS)
    with tempfile.TemporaryDirectory() as fresh:
        corpora = Path(fresh) if given.runs else _FOLDER / "corpus"
        seconds = max(1, round(given.seconds / len(names)))
        limit = [f"-runs={given.runs}", "-seed=1"] if given.runs else [f"-max_total_time={seconds}"]
        found = sum(not _fuzz(name, corpora / name, *limit) for name in names)
    sys.exit(found > 0)


def _fuzz(name: str, corpus: Path, *limit: str) -> bool:
    """Fuzz a target, print the result, and tell whether nothing was found."""
    kept = _FOLDER / "found" / name
    for folder in (corpus, kept):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in TARGETS.get(name, ANY).seeds():
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    command = [sys.executable, "-m", "fuzz.one", name, *_OPTIONS, *limit]
    command += [f"-artifact_prefix={kept}/", str(corpus)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    executed = _RUNS.search(run.stderr)
    print(f"{name:16} {executed[1] if executed else '?':>10} executions", flush=True)
    if run.returncode:
        print(run.stdout[-4000:], run.stderr[-4000:], sep="\n", flush=True)
    return run.returncode == 0


if __name__ == "__main__":
    main()
