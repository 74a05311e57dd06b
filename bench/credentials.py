"""Compare the credentials engine with detect-secrets: speed on raw notebooks, and import time.

    python -m bench.credentials [FOLDER]

Both run in this process, so that neither startup nor other rules count. Without a folder, the
notebooks are generated. Prints megabytes per second and their ratio, which hardly depends on the
machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.fleet import make_fleet
from nblint import multisearch
from nblint.credentials.credentials import Credentials
from nblint.document.model import Notebook, Unreadable
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCells
from nblint.settings import CredentialsSettings

_TURN = 10


def nblint(files: list[Path]) -> int:
    """Return how many credentials nblint finds, starting from the bytes of each file."""
    found = 0
    for path in files:
        try:
            notebook = Notebook.parse(path.name, path.read_bytes())
        except Unreadable:
            continue
        python = PythonCells.read(notebook)
        found += len(Credentials.read(notebook, python, CredentialsSettings(), Project()).all)
    return found


def detect_secrets(files: list[Path]) -> int:
    """Return how many secrets detect-secrets finds in the raw files, with its default plugins."""
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    secrets = SecretsCollection()
    with default_settings() as settings:
        # It would ask providers over the network whether a secret is active.
        verify = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
        settings.filters.pop(verify, None)
        for path in files:
            secrets.scan_file(str(path))
    return sum(1 for _ in secrets)


def compare(files: list[Path], ways: dict[str, bool]) -> None:
    """Print the speed of detect-secrets and of each variant of nblint, and their ratios.

    They take turns on a few files each, and CPU time is measured: other load on the machine slows
    down both.
    """
    seconds = dict.fromkeys(["detect-secrets", *ways], 0.0)
    for first in range(0, len(files), _TURN):
        part = files[first : first + _TURN]
        seconds["detect-secrets"] += min(_seconds(detect_secrets, part) for _ in range(2))
        for way, multisearch.HAS_AUTOMATON in ways.items():
            seconds[way] += min(_seconds(nblint, part) for _ in range(7))
    size = sum(path.stat().st_size for path in files) / 1e6
    for name, spent in seconds.items():
        ratio = seconds["detect-secrets"] / spent
        print(f"{name:20} {size / spent:8.2f} MB/s {ratio:6.0f} times", flush=True)


def _seconds(search: Callable[[list[Path]], int], files: list[Path]) -> float:
    start = time.process_time()
    search(files)
    return time.process_time() - start


def import_cost(module: str) -> float:
    """Return the milliseconds that importing a module adds to the start of an interpreter."""

    def seconds(program: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - start

    return 1000 * min(seconds(f"import {module}") - seconds("pass") for _ in range(5))


def main() -> None:
    """Print the comparison."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made)
        if len(sys.argv) == 1:
            make_fleet(folder, 60)
        files = sorted(folder.rglob("*.ipynb"))
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{len(files)} notebooks, {size:.1f} MB", flush=True)
        ways = {"nblint (pure Python)": False}
        if multisearch.HAS_AUTOMATON:
            ways["nblint (fast)"] = True
        compare(files, ways)
    for module in ("nblint.credentials.engine", "detect_secrets.main"):
        print(f"import {module}: {import_cost(module):.0f} ms")


if __name__ == "__main__":
    main()
