"""Notebooks to measure with: generated, or copied from a folder.

Generated notebooks resemble those in public repositories: a typical one has about 20 KB of prose
and code, a quarter read environment variables, a third have outputs, and most of the bytes are
images in outputs.
"""

import base64
import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PROSE = """
    alert batch column curve data day each event filter from group host idea is it key latency loss
    mean measure model month network notebook of on out owner peak per plot query rate region row
    sample score season series service set split step sum table team test the then threshold time
    to token train trend under user validation value volume we week where with
""".split()
_NAMES = (
    "alerts batch counts curve df events frame model query rates result rows series x y".split()
)
_FIELDS = "host latency month owner rate region score service team user value volume week".split()
_CODE = [
    "import os\nfrom pathlib import Path\n\nimport numpy as np\nimport pandas as pd\n",
    "import matplotlib.pyplot as plt\nimport seaborn as sns\n\nsns.set_theme(style='whitegrid')\n",
    "{a} = pd.read_csv(DATA / '{f}.csv', index_col={n}, parse_dates=['{g}'])\n{a}.head({n})\n",
    "{a} = {b}.groupby('{f}')['{g}'].agg(['mean', 'count']).reset_index()\n{a}.describe()\n",
    "# {p}\n{a} = {b}.loc[{b}['{f}'] > {n}].sort_values('{g}', ascending=False)\n{a}.plot.bar()\n",
    "fig, ax = plt.subplots(figsize=({n}, 6))\nax.plot({a}['{f}'], label='{f}')\n"
    "ax.set_title('{p}')\nax.legend()\nplt.show()\n",
    'def {f}_of({a}, threshold={n}):\n    """{p}."""\n    kept = [row for row in {a} if row.{g}]\n'
    "    if len(kept) < threshold:\n        return None\n"
    "    return sum(row.{g} for row in kept) / len(kept)\n",
    "for epoch in range({n}):\n    loss = train({a}, tokens, key='{f}')\n"
    "    if epoch % 10 == 0:\n        print(f'{{epoch}}: {{loss:.3f}}')\n",
    "%matplotlib inline\n%time {a} = fit({b}, keys={n})\n",
    "!ls -lh {f}\n",
    "assert not {a}.isna().any().any(), '{p}'\n",
    "{a}, {b} = train_test_split({a}, test_size=0.{n}, random_state={n})\n",
    "query = '''\n    SELECT {f}, count(*) AS {g} FROM {a}\n    WHERE {g} > {n} GROUP BY {f}\n'''\n"
    "{b} = run(query, limit={n})\n",
]
_ENVIRONMENT = """\
import os

site = os.environ.get("EVENTS_SITE")
if site is None:
    raise SystemExit("set EVENTS_SITE")
key = os.environ["EVENTS_KEY"]
"""
_CATALOGUE = """\
[environment.EVENTS_SITE]
help = "Where events are read from"

[environment.EVENTS_KEY]
help = "The key for reading events"
secret = true
"""
_HEADER = """\
# {title}
## Purpose
{prose}
## Audience
{prose}
## Data Sources
* the table of events
* the list of services
## Description (How does it work?)
1. read the table
2. plot it
## Parameters
Parameter | Description
--- | ---
days | how many days are read
## References
* [the handbook](https://handbook.example.com/notebooks)
"""


def make_fleet(folder: Path, count: int, seed: int = 2024) -> None:
    """Generate a repository of notebooks, the same for the same arguments.

    Args:
        folder: The folder to write to; existing files stay.
        count: The number of notebooks, a hundred per folder.
        seed: The seed of the random numbers.
    """
    chance = random.Random(seed)
    _make_repository(folder)
    for number in range(count):
        team = folder / f"team-{number // 100:02}"
        team.mkdir(exist_ok=True)
        size = min(max(chance.lognormvariate(3.3, 0.8), 3), 200)
        notebook = _notebook(chance, int(size), outputs=chance.random() < 0.35)
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        (team / f"notebook-{number:05}.ipynb").write_text(text, encoding="utf-8")


def make_one(folder: Path, seed: int = 2024) -> None:
    """Generate a repository with one notebook of typical size, as an author commits it."""
    _make_repository(folder)
    notebook = _notebook(random.Random(seed), 55, outputs=False)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    (folder / "notebook.ipynb").write_text(text, encoding="utf-8")


def take_fleet(source: Path, folder: Path, count: int) -> None:
    """Copy notebooks from a folder, repeatedly if it has too few.

    Args:
        source: A folder with notebooks.
        folder: The folder to copy to.
        count: The number of notebooks.

    Raises:
        FileNotFoundError: The folder contains no notebooks.
    """
    found = sorted(source.rglob("*.ipynb"))
    if not found:
        raise FileNotFoundError(f"{source}: no notebooks in this folder")
    _make_repository(folder)
    # A single notebook is the one of median size.
    chosen = found if count > 1 else [sorted(found, key=os.path.getsize)[len(found) // 2]]
    for number in range(count):
        team = folder / f"team-{number // 100:02}"
        team.mkdir(exist_ok=True)
        shutil.copyfile(chosen[number % len(chosen)], team / f"notebook-{number:05}.ipynb")


def _make_repository(folder: Path) -> None:
    """Make a folder that is its own repository, so that no ignore file above it applies."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    (folder / "environment.toml").write_text(_CATALOGUE, encoding="utf-8")


def _notebook(chance: random.Random, size: int, *, outputs: bool) -> dict[str, Any]:
    cells = list(_cells(chance, size, outputs=outputs))
    if chance.random() < 0.7:  # the others lack the header: a real fleet is never all clean
        header = _HEADER.format(title=_prose(chance, 4), prose=_prose(chance, 20))
        parameters = _cell("code", "days = 30\n") | {"execution_count": None, "outputs": []}
        parameters["metadata"] = {"tags": ["parameters"]}
        cells[:0] = [_cell("markdown", header), parameters]
    if chance.random() < 0.25:
        cells.insert(2, _cell("code", _ENVIRONMENT) | {"execution_count": None, "outputs": []})
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python", "version": "3.11.2"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cells(chance: random.Random, size: int, *, outputs: bool) -> Iterator[dict[str, Any]]:
    for index in range(size):
        if chance.random() < 0.5:
            heading = f"## {_prose(chance, 3)}\n\n" if chance.random() < 0.3 else ""
            yield _cell("markdown", heading + _prose(chance, int(chance.lognormvariate(3, 0.9))))
            continue
        code = _cell("code", _code(chance))
        code["execution_count"] = index if outputs else None
        code["outputs"] = list(_outputs(chance, index)) if outputs else []
        yield code


def _cell(cell_type: str, source: str) -> dict[str, Any]:
    return {"cell_type": cell_type, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(chance: random.Random) -> str:
    one, other = chance.sample(_NAMES, 2)
    field, another = chance.sample(_FIELDS, 2)
    number, prose = chance.randrange(1, 50), _prose(chance, 6)
    pieces = chance.choices(_CODE, k=chance.choice((1, 1, 1, 2, 3)))
    return "\n".join(pieces).format(a=one, b=other, f=field, g=another, n=number, p=prose)


def _outputs(chance: random.Random, index: int) -> Iterator[dict[str, Any]]:
    kind = chance.random()
    if kind < 0.3:
        data: dict[str, object] = {"image/png": _image(chance), "text/plain": "<Figure 640x480>"}
        yield {"output_type": "display_data", "metadata": {}, "data": data}
    elif kind < 0.5:
        rows = [[chance.choice(_FIELDS), chance.random(), chance.random()] for _ in range(20)]
        html = "".join(f"<tr><td>{a}</td><td>{b}</td><td>{c}</td></tr>\n" for a, b, c in rows)
        text = "\n".join(f"{a:10}{b:10.4f}{c:10.4f}" for a, b, c in rows)
        data = {"text/html": f"<table border='1'>\n{html}</table>", "text/plain": text}
        yield {
            "output_type": "execute_result",
            "execution_count": index,
            "metadata": {},
            "data": data,
        }
    elif kind < 0.7:
        lines = [f"{i}: loss {chance.random():.4f}, {_prose(chance, 5)}\n" for i in range(15)]
        yield {"output_type": "stream", "name": "stdout", "text": lines}


def _image(chance: random.Random) -> str:
    size = int(min(chance.lognormvariate(10.2, 0.9), 1e6))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chance.randbytes(size)).decode() + "\n"


def _prose(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_PROSE, k=max(words, 1)))
