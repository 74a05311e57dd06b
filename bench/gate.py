"""Measure `nblint gate` on a branch of 50 notebooks and 200 commits, and against hostile baselines.

    python -m bench.gate

Prints wall-clock and CPU time, of git's processes as well, and how many of these there were.
"""

import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.fleet import make_fleet

_NOTEBOOKS, _COMMITS, _BASELINE_BYTES, _PASSWORDS = 50, 200, 5_000_000, 600
_BASELINE = ".nblint-baseline.json"

Files = dict[str, bytes]


def make_branch(folder: Path, base: Files, commits: list[Files]) -> None:
    """Make a repository with commits on a branch `work`, which begins at a commit of `main`.

    Args:
        folder: The folder, which must not exist.
        base: The files of `main`.
        commits: The files that each commit of the branch adds or changes.
    """
    stream = io.BytesIO()
    for number, files in enumerate([base, *commits]):
        name = b"work" if number else b"main"
        stream.write(b"commit refs/heads/%b\nmark :%d\n" % (name, number + 1))
        stream.write(
            b"committer A <a@example.org> %d +0000\ndata 1\nx\n" % (1_700_000_000 + number)
        )
        stream.write(b"from :%d\n" % number if number else b"")
        for path, content in files.items():
            stream.write(b"M 644 inline %b\n" % path.encode())
            stream.write(b"data %d\n%b\n" % (len(content), content))
        stream.write(b"\n")
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet")
    _git(folder, "fast-import", "--quiet", given=stream.getvalue())
    _git(folder, "symbolic-ref", "HEAD", "refs/heads/work")


def hostile_baseline(paths: list[str]) -> bytes:
    """Return a baseline with entries for credentials that no notebook has, as many as fit."""
    chance, size = random.Random(5), 0
    entries: list[dict[str, str | None]] = []
    while size < _BASELINE_BYTES:
        fingerprint = f"{chance.getrandbits(128):032x}"
        path = paths[len(entries) % len(paths)]
        entry = {"path": path, "cell_id": None, "surface": "source", "code": "NBL201"}
        entries.append({**entry, "fingerprint": fingerprint, "reason": "x"})
        size += 150 + len(path)
    return json.dumps({"version": 2, "salt": "0" * 32, "entries": entries}).encode()


def _passwords(notebook: bytes, number: int) -> bytes:
    """Return a notebook with undocumented passwords, whose fingerprints are slow."""
    chance, data = random.Random(number), json.loads(notebook)
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    rows = [f'password = "{"".join(chance.choices(letters, k=14))}"\n' for _ in range(number)]
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    data["cells"].append({**cell, "id": "passwords", "source": rows})
    return json.dumps(data).encode()


def _cases(notebooks: Files) -> dict[str, Callable[[Path], None]]:
    paths = sorted(notebooks)
    base = {**notebooks, "nblint.toml": f'baseline = "{_BASELINE}"\n'.encode()}

    def edited(number: int) -> Files:
        path = paths[number % len(paths)]
        data = json.loads(notebooks[path])
        data["cells"][-1]["source"] = [f"# edit {number}\n"]
        return {path: json.dumps(data, indent=1).encode()}

    changes = [edited(number) for number in range(_COMMITS)]
    hostile = {_BASELINE: hostile_baseline(paths)}
    one = {paths[0]: _passwords(notebooks[paths[0]], _PASSWORDS)}
    clean = {paths[0]: notebooks[paths[0]]}
    return {
        "50 notebooks, 200 commits": lambda at: make_branch(at, notebooks, changes),
        "one notebook of 50": lambda at: make_branch(at, notebooks, changes[:1]),
        "the base's baseline, 5 MB": lambda at: make_branch(at, {**base, **hostile}, changes[:1]),
        "the branch's baseline, 5 MB": lambda at: make_branch(
            at, base, [{**hostile, **changes[0]}]
        ),
        "600 passwords": lambda at: make_branch(at, base, [one]),
        "600 passwords, removed": lambda at: make_branch(at, base, [one, clean]),
        "600 passwords, 5 MB": lambda at: make_branch(at, {**base, **hostile}, [one]),
        "600 passwords, removed, 5 MB": lambda at: make_branch(
            at, {**base, **hostile}, [one, clean]
        ),
    }


def main() -> None:
    """Print the times."""
    with tempfile.TemporaryDirectory() as made:
        fleet = Path(made) / "fleet"
        make_fleet(fleet, _NOTEBOOKS)
        notebooks = {
            path.relative_to(fleet).as_posix(): path.read_bytes() for path in fleet.rglob("*.ipynb")
        }
        print(f"{'':30} {'wall':>8} {'CPU':>8} {'git':>4}  status")
        for number, (name, make) in enumerate(_cases(notebooks).items()):
            folder = Path(made) / str(number)
            make(folder)
            wall, cpu, programs, status = _measured(folder)
            print(f"{name:30} {wall:6.2f} s {cpu:6.2f} s {programs:4}  {status}", flush=True)


# Counts the processes that the command starts, and tells it last.
_COUNTED = """
import subprocess, sys
started, original = [], subprocess.Popen.__init__
def counted(self, *arguments, **keywords):
    started.append(1)
    original(self, *arguments, **keywords)
subprocess.Popen.__init__ = counted
from nblint.cli.main import main
try:
    main()
finally:
    sys.stderr.write(f"\\n{len(started)}")
"""


def _measured(folder: Path) -> tuple[float, float, int, int]:
    command = [sys.executable, "-c", _COUNTED, "gate", "--base", "main", "--quiet"]
    before, start = _of_children(), time.perf_counter()
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    wall, cpu = time.perf_counter() - start, _of_children() - before
    return wall, cpu, int(ran.stderr.rpartition("\n")[2]), ran.returncode


def _of_children() -> float:
    used = os.times()
    return used.children_user + used.children_system


def _git(folder: Path, *arguments: str, given: bytes = b"") -> None:
    subprocess.run(["git", *arguments], cwd=folder, input=given, check=True)


if __name__ == "__main__":
    main()
