"""Compare the credentials engine with detect-secrets: speed on raw notebooks, and import cost.

    python bench/credentials.py [FOLDER]

Without a folder, a fleet of notebooks is made up: prose, code, tables and, as in real ones, three
quarters of the bytes base64 images. Prints megabytes a second and their ratio; machines differ,
ratios hardly do.
"""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nblint.credentials import literals
from nblint.credentials.found import Credentials
from nblint.document.model import Notebook, Unreadable
from nblint.reading.project import Project
from nblint.reading.python import PythonCells
from nblint.settings import CredentialsSettings

_WORDS = """
    the data of each model is read from a table and plotted by month we train a network on the
    training set tokens keys values users events alerts accuracy loss batch token key author
""".split()
_CODE = [
    "import pandas as pd\nimport matplotlib.pyplot as plt\n",
    "df = pd.read_csv('events.csv', index_col=0)\ndf.groupby('user').size().plot(kind='bar')\n",
    "for epoch in range(10):\n    loss = train(model, tokens, keys=keys)\n    print(epoch, loss)\n",
    "model = build(hidden=128, dropout=0.1)\nmodel.fit(x_train, y_train, epochs=5)\n",
    "def score(rows):\n    return sum(row.value for row in rows if row.key in known)\n",
]


def make_fleet(folder: Path, count: int) -> None:
    """Write notebooks without credentials."""
    chance = random.Random(2024)
    for number in range(count):
        cells: list[dict[str, object]] = []
        for index in range(30):
            prose = " ".join(chance.choices(_WORDS, k=60))
            cells.append({"cell_type": "markdown", "metadata": {}, "source": prose})
            outputs: list[dict[str, object]] = []
            if index % 3 == 0:
                image = base64.b64encode(chance.randbytes(9_000)).decode()
                rows = "".join(f"<tr><td>{i}</td><td>{chance.random()}</td></tr>" for i in range(9))
                data = {"image/png": image, "text/html": f"<table>{rows}</table>"}
                outputs.append({"output_type": "display_data", "metadata": {}, "data": data})
            code: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": outputs}
            cells.append(
                code | {"execution_count": index, "source": chance.choice(_CODE).splitlines(True)}
            )
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        path = folder / f"{number:03}.ipynb"
        path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


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
