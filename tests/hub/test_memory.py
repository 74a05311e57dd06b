"""Whether there is memory for another server, and how many there may be."""

import os
from pathlib import Path
from typing import Any

import pytest

from nblint.hub.servers import memory
from tests.hub.test_configuration import configured

MEMINFO = """\
MemTotal:       {total} kB
MemFree:           40000 kB
MemAvailable:   {available} kB
HugePages_Total:       0
"""


@pytest.mark.parametrize(
    ("available", "starting", "fits"),
    [
        (8_000_000, 0, True),
        (2_000_000, 0, True),
        # A tenth is for the host itself, and those that start take theirs.
        (1_700_000, 0, False),
        (2_000_000, 3, False),
        (0, 0, False),
    ],
)
def test_memory_for_another_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: int, starting: int, fits: bool
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(MEMINFO.format(total=16_000_000, available=available))
    monkeypatch.setattr(memory, "_MEMORY", meminfo)
    problem = memory.memory_problem(starting)
    assert (problem == "") == fits
    if not fits:
        assert "of 16.4 GB are in use); try again when" in problem


def test_where_nobody_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MEMORY", tmp_path / "none")
    assert memory.memory_problem(1000) == ""
    (tmp_path / "none").write_text("MemTotal: lots\n")
    assert memory.memory_problem(1000) == ""


def limits(c: Any) -> tuple[int, int]:
    return c.JupyterHub.active_server_limit, c.JupyterHub.concurrent_spawn_limit


def test_how_many_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    c = configured(tmp_path)
    assert limits(c) == (0, 80)
    # When all of them start together, each is given the time that this takes.
    assert min(c.Spawner.start_timeout, c.Spawner.http_timeout) >= 2 * 80 / 4 * 2
    own = "servers = { active-server-limit = 12, concurrent-spawn-limit = 3 }"
    assert limits(configured(tmp_path, own)) == (12, 3)
