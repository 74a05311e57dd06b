"""Measure the CPU time that outputs full of credentials cost.

    python -m bench.dense

A notebook prints one credential after the other, of several kinds, in a file of 128 KB to 4 MB, and
all findings are reported, excerpts included. The time for a megabyte must not grow with the size.
"""

from __future__ import annotations

import json
import random
import string
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nblint import check
from nblint.reports import renderer

_SIZES = (128, 512, 2048, 4096)  # KB
_LETTERS = string.ascii_letters + string.digits


def rows(chance: random.Random) -> Iterator[str]:
    """Yield rows with a credential each: tokens, passwords, URLs, pairs in JSON."""

    def some(count: int) -> str:
        return "".join(chance.choices(_LETTERS, k=count))

    while True:
        yield "token " + "ghp" + "_" + some(36)
        yield f"db_password = {some(14)}7"
        yield f"postgresql://ann:{some(12)}@db.example.org/x"
        yield json.dumps({"user": "ann", "api_key": some(32)})


def notebook(size: int) -> bytes:
    """Return a notebook whose output has about this many bytes."""
    chance = random.Random(size)
    text, length = [], 0
    for row in rows(chance):
        text.append(row + "\n")
        length += len(row) + 1
        if length >= size:
            break
    output = {"name": "stdout", "output_type": "stream", "text": text}
    cell = {
        "cell_type": "code", "id": "dense", "metadata": {}, "execution_count": 1,
        "outputs": [output], "source": "dump()",
    }  # fmt: skip
    return json.dumps(
        {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    ).encode()


def main() -> None:
    """Print the seconds for each size, and for a megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        for size in _SIZES:
            file = Path(folder, f"{size}.ipynb")
            file.write_bytes(notebook(size * 1024))
            started = time.process_time()
            results = list(check([str(file)]))
            report = "".join(renderer("json")(results))
            seconds = time.process_time() - started
            count = sum(len(result.findings) for result in results)
            a_megabyte = seconds / (file.stat().st_size / 1e6)
            print(f"{size:5} KB {count:6} findings {len(report):9} bytes of report "
                  f"{seconds:7.2f} s {a_megabyte:6.2f} s/MB", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
