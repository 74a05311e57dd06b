"""What servers tell the journal, and what is counted of what it has."""

import asyncio
import json
import os
import socket
import stat
import struct
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from nblint.errors import SettingsError
from nblint.hub.usage import in_server, report
from nblint.hub.usage.counts import Counts, Event, Scheduled, add, cursor, remember_installed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no journal on Windows")
TODAY = date.today()


def received(journal: socket.socket) -> list[tuple[str, bytes]]:
    """Return the events that were told, and of which notebook."""
    found: list[tuple[str, bytes]] = []
    while True:
        try:
            entry = journal.recv(100_000)
        except BlockingIOError:
            return found
        head, _, rest = entry.partition(b"\nNBLINT_NOTEBOOK\n")
        (length,) = struct.unpack("<Q", rest[:8])
        assert len(rest) == 8 + length + 1
        fields = dict(line.split("=", 1) for line in head.decode().splitlines())
        found.append((fields["NBLINT_USAGE"], rest[8:-1]))


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    # A socket's path must be short.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(in_server, "JOURNAL", "journal")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.setblocking(False)
        listening.bind("journal")
        yield listening


def test_only_installed_notebooks_are_named(journal: socket.socket, tmp_path: Path) -> None:
    installed, home = tmp_path / "notebooks", tmp_path / "home"
    (installed / "a").mkdir(parents=True)
    home.mkdir()
    (home / "Notebooks").symlink_to(installed)
    odd = "a/\n_UID=0\n\x1b[31m\udcff.ipynb"
    in_server.tell("open", f"{home}/Notebooks/a/b.ipynb", str(installed))
    in_server.tell("run", f"{home}/Notebooks/{odd}", str(installed))
    in_server.tell("made", f"{home}/salaries.ipynb", str(installed))
    in_server.tell("open", f"{home}/Notebooks/../x\0.ipynb", str(installed))
    assert received(journal) == [("open", b"a/b.ipynb"), ("run", os.fsencode(odd)), ("made", b"")]


@pytest.mark.parametrize("state", ["missing", "full", "no socket"])
def test_nobody_waits_for_the_journal(state: str, journal: socket.socket) -> None:
    if state != "full":
        os.unlink("journal")  # noqa: PTH108 - a socket
    if state == "no socket":
        Path("journal").mkdir()
    for _ in range(300):
        in_server.tell("open", "a.ipynb", "notebooks")
    assert len(received(journal)) < 300


def test_a_server_tells_what_is_opened_and_made(journal: socket.socket, tmp_path: Path) -> None:
    """A real contents manager; what is listed and saved again is not told."""
    pytest.importorskip("jupyter_server")
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

    async def use(manager: Any) -> None:
        notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        model = {"type": "notebook", "format": "json", "content": notebook}
        for _ in range(2):
            await manager.save(dict(model), "a.ipynb")
        await manager.get("", content=True)
        await manager.get("a.ipynb", content=False)
        await manager.get("a.ipynb", content=True, type="notebook")
        assert received(journal) == [("made", b""), ("open", b"")]
        await manager.copy("a.ipynb")
        await manager.new_untitled(ext=".ipynb")
        await manager.save({"type": "file", "format": "text", "content": "x"}, "x.txt")
        with pytest.raises(Exception, match="No such file"):
            await manager.get("b.ipynb")

    kind = in_server.telling(AsyncLargeFileManager, str(tmp_path / "notebooks"))
    asyncio.run(use(kind(root_dir=str(tmp_path))))
    # A copy reads what it copies.
    told = Counter(event for event, _ in received(journal))
    assert told["open"] > 0
    assert told["made"] == 2


def test_the_default_is_changed_and_no_choice(tmp_path: Path) -> None:
    pytest.importorskip("jupyter_server")
    code = """
        import sys
        from nblint.hub.usage.in_server import tell_of_server
        tell_of_server("/notebooks")
        from jupyter_server.serverapp import ServerApp
        from traitlets.config import Config
        print(ServerApp().contents_manager_class.__name__)
        own = "jupyter_server.services.contents.filemanager.AsyncFileContentsManager"
        config = Config({"ServerApp": {"contents_manager_class": own}})
        print(ServerApp(config=config).contents_manager_class.__name__)
    """
    lines = "\n".join(line.strip() for line in code.splitlines())
    ran = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert ran.stdout.split() == ["Telling", "AsyncFileContentsManager"]


def day(ago: int) -> str:
    return (TODAY - timedelta(ago)).isoformat()


def kept(path: Path, since: int, *events: Event) -> Counts:
    """Return counts of a hub that counts since some days."""
    counts = Counts(path / "usage.sqlite")
    runs = {Scheduled(day(0), "notebook-a", False): 3, Scheduled(day(0), "notebook-a", True): 1}
    with counts.open(to_write=True) as database:
        begin = TODAY - timedelta(since)
        remember_installed(database, ["a/a.ipynb", "b/b.ipynb"], begin)
        add(database, dict.fromkeys(events, 2), runs, "place", begin)
    return counts


def test_a_report(tmp_path: Path) -> None:
    counts = kept(
        tmp_path,
        100,
        Event(day(0), "alice", "open", "a/a.ipynb"),
        Event(day(1), "alice", "open", "a/a.ipynb"),
        Event(day(1), "bob", "run", "a/a.ipynb"),
        Event(day(1), "bob", "made", ""),
        Event(day(50), "carol", "came", ""),
        Event(day(-400), "future", "came", ""),
    )
    assert stat.S_IMODE(counts.path.stat().st_mode) == 0o600
    said = report.report(counts, 30)
    assert (said.people, said.days, said.made) == (2, 2, 2)
    assert said.notebooks == [report.Notebook("a/a.ipynb", 1, 1)]
    assert said.schedules == [report.Schedule("notebook-a", 4, 1)]
    assert said.unopened == ["b/b.ipynb"]
    assert report.report(counts, 60).people == 3
    alone = report.report(counts, 30, "bob")
    assert (alone.people, alone.days, alone.made, alone.schedules) == (1, 1, 2, [])
    text = "\n".join(report.text(said))
    assert "2 people came\n2 notebooks made" in text
    assert text.endswith("Nobody has opened in 90 days:\n  b/b.ipynb")
    assert "came on 1 day\n" in "\n".join(report.text(alone))


def test_what_is_not_known_yet_and_what_is_forgotten(tmp_path: Path) -> None:
    counts = kept(tmp_path, 80, Event(day(401), "alice", "came", ""))
    assert report.report(counts, 30).unopened is None
    with counts.open(to_write=True) as database:
        remember_installed(database, ["b/b.ipynb", "c/c.ipynb"], TODAY)
        assert database.execute("SELECT COUNT(*) FROM events").fetchone() == (0,)
        there = dict(database.execute("SELECT notebook, since FROM installed"))
    assert there == {"b/b.ipynb": day(80), "c/c.ipynb": day(0)}


def test_what_was_not_written_down_whole_is_read_again(tmp_path: Path) -> None:
    counts = kept(tmp_path, 0)

    def interrupted() -> None:
        with counts.open(to_write=True) as database:
            add(database, {Event(day(0), "bob", "run", ""): 1}, {}, "further", TODAY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with counts.open() as database:
        assert cursor(database) == "place"
    assert report.report(counts, 1).people == 0


def test_counts_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file; `nblint hub usage --collect`"):
        report.report(Counts(tmp_path / "usage.sqlite"), 1)
    (tmp_path / "usage.sqlite").write_text(json.dumps(["no database"] * 100))
    with pytest.raises(SettingsError, match="not a database"):
        report.report(Counts(tmp_path / "usage.sqlite"), 1)
