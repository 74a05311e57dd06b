"""What `nblint check` says beside findings: how many outputs fixes remove, and the way on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes

QUESTION = "5 outputs in 2 notebooks will be removed. Continue? [y/N]:"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two notebooks with outputs, and one without."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nblint.toml").write_text('extend-select = ["NBL501"]')
    for name, number in (("a", 2), ("b", 3), ("c", 0)):
        data = json.loads(notebook_bytes(("markdown", complete_header()), ("code", "1")))
        shown = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
        data["cells"][1]["outputs"] = [shown] * number
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(data, indent=1))
    return tmp_path


def outputs(folder: Path) -> int:
    return sum(path.read_text().count('"stdout"') for path in folder.glob("*.ipynb"))


def test_numbers(folder: Path) -> None:
    shown = nblint("check", "--diff").stderr
    assert (
        "2 findings would be fixed in 2 notebooks; 5 outputs in 2 notebooks would be removed.\n"
        in shown
    )
    assert outputs(folder) == 5
    fixed = nblint("check", "--fix").stderr
    assert "2 findings fixed in 2 notebooks; 5 outputs in 2 notebooks removed.\n" in fixed
    assert outputs(folder) == 0
    assert nblint("check", "--fix").stderr == ""


def at_terminal(answer: str, *options: str, **variables: str) -> tuple[int, str]:
    """Run the command at a terminal, type an answer, and return its status and what it shows."""
    pty = pytest.importorskip("pty", reason="no terminals of this kind on Windows")
    person, terminal = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "CI"} | variables
    command = [sys.executable, "-m", "nblint", "check", *options]
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    ) as run:
        os.close(terminal)
        os.write(person, answer.encode())
        shown = b""
        while piece := _read(person):
            shown += piece
    os.close(person)
    return run.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # on Linux, the end of what a terminal shows
        return b""


@pytest.mark.slow
def test_a_person_is_asked(folder: Path) -> None:
    status, shown = at_terminal("\n", "--fix")
    assert (status, outputs(folder)) == (1, 5), shown
    assert QUESTION in shown
    assert "Aborted!" in shown
    status, shown = at_terminal("y\n", "--fix")
    assert (status, outputs(folder)) == (0, 0), shown
    assert shown.count("Continue?") == 1


@pytest.mark.slow
def test_nobody_is_asked_without_need(folder: Path) -> None:
    assert "Continue?" not in at_terminal("", "--diff")[1]
    assert "Continue?" not in at_terminal("", "--fix", "c.ipynb")[1]
    status, shown = at_terminal("", "--fix", CI="true")
    assert (status, outputs(folder)) == (0, 0), shown


def test_many_findings_name_the_way_on(folder: Path) -> None:
    for number in range(50):
        (folder / f"old-{number}.ipynb").write_bytes(notebook_bytes(("code", "1")))
    for path in folder.glob("[abc].ipynb"):
        path.unlink()
    ways = ("`nblint check --statistics`", "`nblint baseline create`")
    said = nblint("check").stderr
    assert all(way in said for way in ways)
    assert not any(way in nblint("check", "--quiet").stderr for way in ways)
    assert ways[0] not in nblint("check", "--statistics").stderr
    (folder / "old-0.ipynb").unlink()
    assert nblint("check").stderr == "", "99 findings"
    (folder / "new.ipynb").write_bytes(notebook_bytes(("code", "1"), ("code", "")))
    nblint("baseline", "create", "old-1.ipynb")
    assert not any(way in nblint("check").stderr for way in ways), "there is one"
