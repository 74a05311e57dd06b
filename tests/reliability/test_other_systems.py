"""What Windows and macOS do otherwise, as far as it can be tried anywhere."""

import errno
import ntpath
import os
import signal
import sys
import threading
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

from nblint import paths
from nblint.document.write import write_atomically
from nblint.errors import SettingsError
from nblint.linting import workers
from nblint.linting.baseline import Baseline, Entry
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes

BAD = notebook_bytes(("markdown", complete_header().replace("## Audience", "##Audience")))


@pytest.fixture
def windows_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are those of Windows where they are compared and shown."""
    monkeypatch.setattr(paths, "Path", PureWindowsPath)
    monkeypatch.setattr(paths, "os", SimpleNamespace(path=ntpath))


@pytest.mark.usefixtures("windows_paths")
@pytest.mark.parametrize(
    ("path", "relative"),
    [
        (r"C:\repo\team\a.ipynb", "team/a.ipynb"),
        (r"c:\REPO\team\..\a.ipynb", "a.ipynb"),
        (r"D:\repo\a.ipynb", "D:/repo/a.ipynb"),
        (r"\\server\share\a.ipynb", "//server/share/a.ipynb"),
        (r"C:\repository\a.ipynb", "C:/repository/a.ipynb"),
    ],
)
def test_paths_relative_to_a_folder_of_a_drive(path: str, relative: str) -> None:
    assert paths.relative_to(PureWindowsPath(path), PureWindowsPath(r"C:\repo")) == relative  # type: ignore[arg-type]


@pytest.mark.usefixtures("windows_paths")
def test_a_path_on_another_drive_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def relpath(path: object) -> str:
        return ntpath.relpath(str(path), r"C:\work")

    monkeypatch.setattr(ntpath, "abspath", ntpath.normpath)  # the other one asks this system
    system = SimpleNamespace(relpath=relpath, abspath=lambda path: ntpath.normpath(str(path)))
    monkeypatch.setattr(paths, "os", SimpleNamespace(path=system))
    shown = {path: paths.display_path(PureWindowsPath(path)) for path in (  # type: ignore[arg-type]
        r"C:\work\team\a.ipynb", r"C:\other\a.ipynb", r"D:\a.ipynb",
    )}  # fmt: skip
    assert list(shown.values()) == ["team/a.ipynb", "../other/a.ipynb", "D:/a.ipynb"]


@pytest.mark.parametrize("path", ["C:/x.ipynb", "C:x.ipynb", r"C:\x", r"..\x", r"a\..\..\x", r"\x"])
def test_a_baseline_leads_out_of_its_folder_on_no_system(path: str, tmp_path: Path) -> None:
    entry = Entry(path, None, "source", "NBL104", "0" * 32)
    Baseline.new(tmp_path / "b.json").with_entries([entry]).write()
    with pytest.raises(SettingsError, match="is outside the baseline's folder"):
        Baseline.load(tmp_path / "b.json")


def test_line_ends_of_windows_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.ipynb").write_bytes(BAD.replace(b"\n", b"\r\n"))
    assert nblint("check", "--fix").exit_code == 0
    fixed = Path("a.ipynb").read_bytes()
    assert b'"## Audience' in fixed
    assert fixed.count(b"\n") == fixed.count(b"\r\n") > 10


@pytest.mark.parametrize("name", ["aux.ipynb", "CON.ipynb", "nul.ipynb", "a .ipynb", "A.IPYNB"])
def test_names_that_windows_keeps_for_itself(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are files elsewhere; on Windows they are none, and that is said."""
    monkeypatch.chdir(tmp_path)
    try:
        Path(name).write_bytes(BAD)
    except OSError:
        pytest.skip("this system has no such file")
    if not Path(name).is_file():
        assert nblint("check", name).exit_code == 2
        return
    assert nblint("check", "--fix", name).exit_code == 0
    assert b'"## Audience' in Path(name).read_bytes()


def test_without_what_only_posix_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, names in (
        (os, ("chown", "sched_getaffinity", "geteuid", "mkfifo")),
        (signal, ("pthread_sigmask", "SIGKILL")),
    ):
        for name in names:
            monkeypatch.delattr(module, name, raising=False)
    assert workers.processors() >= 1
    file = tmp_path / "file"
    file.write_bytes(b"old")
    write_atomically(file, b"new", instead_of=b"old")
    assert file.read_bytes() == b"new"
    assert list(workers.shared(abs, [(None, -1), (None, -2)], 2)) == [(None, 1), (None, 2)]


def test_where_a_file_has_but_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links on FAT")

    monkeypatch.setattr(os, "link", link)
    write_atomically(tmp_path / "file", b"new", new=True)
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "file", b"newer", new=True)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("system", "threads", "method"),
    [("linux", 1, "fork"), ("linux", 2, "spawn"), ("darwin", 1, "spawn"), ("win32", 1, "spawn")],
)
def test_how_processes_start(
    system: str, threads: int, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    assert workers.start_method() == method
