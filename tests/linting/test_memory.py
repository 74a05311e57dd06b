"""A run keeps no notebook: its memory does not grow with their number."""

import tracemalloc
from pathlib import Path

import pytest

from bench.fleet import make_fleet, take_fleet
from nblint import check


def peak_of(folder: Path) -> int:
    """Return the most bytes that a run over a folder held at a time."""
    tracemalloc.start()
    try:
        for _ in check([folder]):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_notebooks(tmp_path: Path) -> None:
    make_fleet(tmp_path / "some", 10)
    take_fleet(tmp_path / "some", tmp_path / "few", 20)
    take_fleet(tmp_path / "some", tmp_path / "many", 120)
    size = sum(path.stat().st_size for path in (tmp_path / "many").rglob("*.ipynb"))
    peak_of(tmp_path / "few")  # loads everything that is loaded once
    few, many = peak_of(tmp_path / "few"), peak_of(tmp_path / "many")
    assert many - few < size / 20
