"""`nblint check --watch`, as a real process."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_server.services.contents.fileio import atomic_writing

from nblint.cli.watch import stamps
from tests.conftest import complete_header, notebook_bytes
from tests.system import PATIENCE

GOOD = notebook_bytes(("markdown", complete_header()))
BAD = notebook_bytes(("code", "1"))


def save(path: Path, data: bytes) -> None:
    """Save a file as Jupyter does: it is truncated and written while a copy is kept.

    On a busy machine it may stay empty for so long that this is a change of its own.
    """
    with atomic_writing(str(path), text=False) as file:
        file.write(data)


def replace(path: Path, data: bytes) -> None:
    """Save a file as many editors do: another one takes its place."""
    aside = path.with_name(f"{path.name}.tmp")
    aside.write_bytes(data)
    aside.replace(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    save(tmp_path / "a.ipynb", GOOD)
    return tmp_path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_at_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pexpect

    monkeypatch.setenv("NO_COLOR", "1")
    command = ["-m", "nblint", "check", "--watch"]
    terminal = pexpect.spawn(
        sys.executable, command, cwd=folder, encoding="utf-8", timeout=PATIENCE
    )

    def expect(*texts: str) -> None:
        for text in texts:
            # With the last change may come what is left of the one before.
            _, changed, name = text.rpartition("Changed: ")
            terminal.expect(f"{changed}[^\r\n]*{re.escape(name)}" if changed else re.escape(text))

    clear = "\x1b[2J"
    expect(clear, "All clean: 1 notebook checked.", "Watching 1 notebook; press Ctrl-C to stop.")
    save(folder / "a.ipynb", BAD)
    expect("Changed: a.ipynb", clear, "NBL101", "Watching")
    # Settings that are wrong end nothing, and are noticed when they are right.
    (folder / "nblint.toml").write_text('ignor = ["NBL1"]')
    expect("Changed: nblint.toml", clear, "did you mean 'ignore'?", "Watching")
    (folder / "nblint.toml").write_text('ignore = ["NBL1"]')
    expect("Changed: nblint.toml", clear, "All clean", "Watching")
    save(folder / "b.ipynb", notebook_bytes(("code", "import os\nos.environ['X_Y']")))
    expect("Changed: b.ipynb", clear, "All clean: 2 notebooks", "Watching 2")
    (folder / "environment.toml").write_text("[environment.X_Z]")
    expect("Changed: environment.toml", clear, "NBL301", "Watching")
    (folder / ".gitignore").write_text("b.ipynb")
    expect("Changed: b.ipynb", clear, "All clean: 1 notebook", "Watching")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "Traceback" not in terminal.before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_without_a_terminal_nothing_is_cleared(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nblint", "check", "--watch"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    end = threading.Timer(PATIENCE, process.kill)
    end.start()
    printed: list[str] = []

    def wait_for(opening: str) -> str:
        for row in process.stdout or ():
            printed.append(row)
            if row.startswith(opening):
                return row
        raise AssertionError(f"{opening!r} is not in {printed}")

    try:
        assert wait_for("") == "All clean: 1 notebook checked.\n"
        assert wait_for("") == "Watching 1 notebook; press Ctrl-C to stop.\n"
        save(folder / "a.ipynb", BAD)
        assert wait_for("Changed:") == "Changed: a.ipynb\n"
        wait_for("a.ipynb:cell 1:1:1: NBL101")
        wait_for("Watching")  # behind all that this check prints
        process.send_signal(signal.SIGINT)
        printed += process.stdout
        assert process.wait() == 130
    finally:
        end.cancel()
        process.kill()
    assert "\x1b" not in "".join(printed)
    assert "Traceback" not in "".join(printed)


def changes(folder: Path, paths: list[Path], config: Path | None = None) -> Iterator[set[str]]:
    """Yield, at each step, the names of the files that have changed since the last one."""
    before = stamps(paths, config)
    while True:
        after = stamps(paths, config)
        yield {
            path.relative_to(folder).as_posix()
            for path in {*before, *after}
            if before.get(path) != after.get(path)
        }
        before = after


def test_what_is_watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    changed = changes(folder, [Path()])
    assert next(changed) == set()

    # The same size at the same time: what tells is that it is another file.
    status = (folder / "a.ipynb").stat()
    replace(folder / "a.ipynb", GOOD)
    os.utime(folder / "a.ipynb", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert next(changed) == {"a.ipynb"}

    (folder / "notes.txt").write_text("nothing to us")
    (folder / "deep").mkdir()
    assert next(changed) == set()
    save(folder / "deep" / "c.ipynb", GOOD)
    assert next(changed) == {"deep/c.ipynb"}
    (folder / "deep" / "c.ipynb").unlink()
    assert next(changed) == {"deep/c.ipynb"}

    settings = 'baseline = "known.json"\nexclude = ["deep/**"]\n'
    settings += 'parameters = { file = "run.yaml", folder = "runs" }\n'
    (folder / "nblint.toml").write_text(settings)
    assert next(changed) == {"nblint.toml"}
    (folder / "runs").mkdir()
    names = ("environment.toml", "known.json", "requirements-dev.txt", "run.yaml", "runs/a.yaml")
    for name in names:
        (folder / name).touch()
    assert next(changed) == {
        "environment.toml",
        "known.json",
        "requirements-dev.txt",
        "run.yaml",
        "runs/a.yaml",
    }
    save(folder / "deep" / "c.ipynb", GOOD)
    assert next(changed) == set(), "excluded"


def test_a_settings_file_of_the_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    team = folder / "team.toml"
    changed = changes(folder, [Path("a.ipynb")], team)
    assert next(changed) == set()
    team.write_text("selct")
    assert next(changed) == {"team.toml"}
    (folder / "nblint.toml").write_text("")
    assert next(changed) == set()
