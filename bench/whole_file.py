"""Measure what the search of the file's bytes adds to the check of clean notebooks.

    python -m bench.whole_file [FOLDER]

The notebooks are checked with and without that search, in turns, in one process; the least CPU
times of both are compared. Without a folder, the notebooks are generated.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bench.fleet import make_fleet
from nblint.linting.checking import check_document, read_document
from nblint.linting.selection import Selection
from nblint.project.project import Project

_ROUNDS = 16
_MODULE = "nblint.credentials.credentials"


@contextmanager
def without_search() -> Iterator[None]:
    """Search only the texts that a notebook's format knows."""
    with (
        patch(f"{_MODULE}.find_in_file", lambda *_, **__: []),
        # Not the class's attributes: that would slow down all of its instances.
        patch("nblint.document.model.may_have_duplicate_keys", lambda *_: False),
        patch("nblint.document.model.without_images", lambda _: b""),
    ):
        yield


def main() -> None:
    """Print the share that the search has in a clean run."""
    project = Project()
    selection = Selection(project.found)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made)
        if len(sys.argv) == 1:
            make_fleet(folder, 60)
        raws = [path.read_bytes() for path in sorted(folder.rglob("*.ipynb"))]

    def findings(raw: bytes) -> list[str]:
        document = read_document("x.ipynb", raw)
        return [
            one.code for one in check_document(document, "x.ipynb", project, selection).findings
        ]

    def seconds() -> float:
        started = time.process_time()
        for raw in clean:
            findings(raw)
        return time.process_time() - started

    clean = [raw for raw in raws if not any(code.startswith("NBL2") for code in findings(raw))]
    size = sum(map(len, clean)) / 1e6
    with_search, without = [], []
    for number in range(_ROUNDS):
        # What runs second finds the processor's caches filled, so they take turns at that, too.
        if number % 2:
            with_search.append(seconds())
        with without_search():
            without.append(seconds())
        if not number % 2:
            with_search.append(seconds())
    print(f"{len(clean)} notebooks without a credential, {size:.1f} MB, {min(without):.2f} s")
    share = min(with_search) / min(without) - 1
    print(f"the search of the bytes adds {share:.1%} (the fastest of {_ROUNDS} pairs)")


if __name__ == "__main__":
    main()
