"""Killed at any call to the system, or failed by it, a file is the old one or the new one."""

import json
import os
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from tests.conftest import complete_header, notebook_bytes
from tests.reliability.tracing import Call, calls, contents, failed, killed, program

pytestmark = pytest.mark.slow

OLD, NEW = b"old" * 1000, b"new" * 2000
ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS")
# Commands write by the functions that are tried call by call: of theirs, the call that decides is
# enough. `EVERY_CALL=1 make test` tries all of them.
DECIDING = {"rename", "link", "linkat"}

WRITE = """
import os, sys
from pathlib import Path
from nblint.document.write import write_atomically
try:
    write_atomically(Path("file"), b"new" * 2000, instead_of=b"old" * 1000)
except OSError as error:
    print(error.strerror)
    sys.exit(2)
"""
WRITING = [sys.executable, "-c", WRITE]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "repository"
    inner.mkdir()
    return inner


def lay_out_file(folder: Path) -> None:
    (folder / "file").write_bytes(OLD)
    (folder / "file").chmod(0o640)


def test_killed_at_every_call_of_a_write(folder: Path) -> None:
    lay_out_file(folder)
    seen = set()
    for call in calls(WRITING, folder, ".nblint-"):
        lay_out_file(folder)
        run = killed(WRITING, folder, call)
        assert run.returncode != 0, call
        found = dict(contents(folder))
        assert set(found) == {"file"}, f"git would see a stray file after {call}"
        assert found["file"] in (OLD, NEW), f"half-written after {call}"
        assert (folder / "file").stat().st_mode & 0o777 == 0o640, call
        seen.add(found["file"])
    assert seen == {OLD, NEW}, "it is killed before and after the file is replaced"


def test_failed_at_every_call_of_a_write(folder: Path) -> None:
    lay_out_file(folder)
    statuses = set()
    errors = cycle(ERRORS)
    for call in calls(WRITING, folder, ".nblint-"):
        lay_out_file(folder)
        run = failed(WRITING, folder, call, next(errors))
        assert run is not None, "all that the program needs is loaded before"
        found = dict(contents(folder))
        assert set(found) == {"file"}, call
        assert found["file"] == (NEW if run.returncode == 0 else OLD), (call, run.stderr)
        assert run.returncode in (0, 2), (call, run.stderr)
        statuses.add(run.returncode)
    assert statuses == {0, 2}


def bad_notebook() -> bytes:
    return notebook_bytes(("markdown", complete_header().replace("## Audience", "##Audience")))


def lay_out_repository(folder: Path) -> None:
    for name in (".nblint-baseline.json", "report.json", ".env.example", "nblint.toml"):
        (folder / name).unlink(missing_ok=True)
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "a.ipynb").write_bytes(bad_notebook())


def lay_out_report(folder: Path) -> None:
    lay_out_repository(folder)
    (folder / "report.json").write_bytes(OLD)


def lay_out_baseline(folder: Path) -> None:
    lay_out_repository(folder)
    entry = (
        '{"path": "gone.ipynb", "cell_id": null, "surface": "source", "code": "NBL104",'
        f' "fingerprint": "{"0" * 32}"}}'
    )
    text = f'{{"version": 2, "salt": "a", "entries": [{entry}]}}'
    (folder / ".nblint-baseline.json").write_text(text)


COMMANDS = {
    "check --fix": (lay_out_repository, "a.ipynb"),
    "check --output-format json --output-file report.json": (lay_out_report, "report.json"),
    "baseline create": (lay_out_repository, ".nblint-baseline.json"),
    "baseline update": (lay_out_baseline, ".nblint-baseline.json"),
    "env --example": (lay_out_repository, ".env.example"),
}


def chosen(all_calls: list[Call]) -> list[Call]:
    if os.environ.get("EVERY_CALL"):
        return all_calls
    return [call for call in all_calls if call.name in DECIDING]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_killed_and_failed(line: str, folder: Path) -> None:
    lay_out: Callable[[Path], None]
    lay_out, name = COMMANDS[line]
    command = program(*line.split())
    lay_out(folder)
    before = dict(contents(folder))
    every = calls(command, folder, ".nblint-")
    after = dict(contents(folder))
    assert before != after
    errors = cycle(ERRORS)
    for call in chosen(every):
        lay_out(folder)
        killed(command, folder, call)
        assert_old_or_new(dict(contents(folder)), before, after, name)
        lay_out(folder)
        run = failed(command, folder, call, next(errors))
        if run is None:
            continue
        found = dict(contents(folder))
        if run.returncode == 2 and name == "report.json" and found[name] not in (OLD, after[name]):
            assert json.loads(found[name]) == [], "a report of what could be read, whole"
            continue
        assert_old_or_new(found, before, after, name)
        assert run.returncode in range(4), (call, run.stderr)
        assert "Traceback" not in run.stderr, (call, run.stderr)
        if run.returncode != 2 and name in after:
            assert found[name] is not None, call
            assert similar(found[name], after[name]), f"{call} has failed, and nobody was told"


def assert_old_or_new(
    found: dict[str, bytes], before: dict[str, bytes], after: dict[str, bytes], name: str
) -> None:
    # A baseline is written before the settings name it; nothing else writes two files.
    of_two = {*before, name} if "nblint.toml" in after else set(before)
    assert set(found) in (set(before), of_two, set(after))
    for other in set(found) - {name}:
        assert found[other] in (before.get(other), after[other])
    if name in found:
        assert found[name] == before.get(name) or similar(found[name], after[name])


def similar(one: bytes, other: bytes) -> bool:
    """Tell whether files are the same; of a baseline, whose salt differs each time, the shape."""
    return len(one) == len(other) and one.splitlines()[-1] == other.splitlines()[-1]
