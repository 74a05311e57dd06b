"""Compare the credentials engine with detect-secrets: speed on raw notebooks, and import cost.

    python -m bench.credentials [FOLDER]

Both run inside this process, so that neither their start nor other rules count. Without a folder,
notebooks are made up. Prints megabytes a second and their ratio; machines differ,
ratios hardly do.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.fleet import make_fleet
from nblint.credentials import literals
from nblint.credentials.found import Credentials
from nblint.document.model import Notebook, Unreadable
from nblint.reading.project import Project
from nblint.reading.python import PythonCells
from nblint.settings import CredentialsSettings


def nblint(files: list[Path]) -> int:
    """Return how many credentials nblint finds, from the bytes of each file."""
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
        # It would ask providers over the network whether a secret is alive.
        verify = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
        settings.filters.pop(verify, None)
        for path in files:
            secrets.scan_file(str(path))
    return sum(1 for _ in secrets)


def speed(search: Callable[[list[Path]], int], files: list[Path], rounds: int) -> float:
    """Return megabytes a second, the best of some rounds, and print them."""
    size = sum(path.stat().st_size for path in files) / 1e6
    best, found = 0.0, 0
    for _ in range(rounds):
        start = time.perf_counter()
        found = search(files)
        best = max(best, size / (time.perf_counter() - start))
    print(f"{search.__name__:15} {best:8.2f} MB/s  {found:6} found", flush=True)
    return best


def import_cost(module: str) -> float:
    """Return the milliseconds that a new interpreter needs for a module, beyond its own start."""

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
        theirs = speed(detect_secrets, files, 1)
        ways = (
            {"fast": True, "pure Python": False}
            if literals.HAS_AUTOMATON
            else {"pure Python": False}
        )
        for way, literals.HAS_AUTOMATON in ways.items():
            own = speed(nblint, files, 5)
            print(f"nblint ({way}) is {own / theirs:.0f} times as fast", flush=True)
    for module in ("nblint.credentials.engine", "detect_secrets.main"):
        print(f"import {module}: {import_cost(module):.0f} ms")


if __name__ == "__main__":
    main()
