"""What others do to files while nblint runs, and what the system refuses: nothing is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nblint.document.write import write_atomically
from nblint.linting import fixing
from nblint.linting.baseline import Baseline
from nblint.linting.fixing import fix_document
from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.system import needs

BAD = notebook_bytes(("markdown", complete_header().replace("## Audience", "##Audience")))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="this is POSIX's")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("a.ipynb").write_bytes(BAD)


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen after a notebook is read, and before it is written."""

    def slow(*arguments: object, **keywords: object) -> object:
        happens()
        return fix_document(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(fixing, "fix_document", slow)


def test_what_somebody_else_wrote_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = notebook_bytes(("markdown", "newer"))
    meanwhile(monkeypatch, lambda: Path("a.ipynb").write_bytes(newer))
    result = nblint("check", "--fix")
    assert result.exit_code == 2
    assert (
        "a.ipynb: cannot be written: the file changed while nblint was running; run nblint again"
        in result.stderr
    )
    assert Path("a.ipynb").read_bytes() == newer
    assert "NBL111" in result.stdout, "what is not fixed is found"


def test_a_notebook_that_vanishes_is_not_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, Path("a.ipynb").unlink)
    result = nblint("check", "--fix")
    assert result.exit_code == 2
    assert "a.ipynb: cannot be written: " in result.stderr
    assert not Path("a.ipynb").exists()


def test_a_baseline_that_somebody_else_wrote_stays() -> None:
    assert nblint("baseline", "create").exit_code == 0
    file = Path(".nblint-baseline.json")
    loaded = Baseline.load(file)
    newer = file.read_text().replace('"reason": ""', '"reason": "agreed"')
    file.write_text(newer)
    with pytest.raises(OSError, match="changed while nblint was running"):
        loaded.with_entries(()).write()
    with pytest.raises(FileExistsError):
        Baseline.new(file).write()
    assert file.read_text() == newer


@pytest.mark.slow
def test_two_runs_at_once() -> None:
    for number in range(30):
        Path(f"{number}.ipynb").write_bytes(BAD)
    command = [sys.executable, "-m", "nblint", "check", "--fix", "--quiet"]
    runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for run in runs:
        _, errors = run.communicate()
        assert run.returncode in (0, 2), errors
        assert "Traceback" not in errors
    for path in Path().glob("*.ipynb"):
        json.loads(path.read_bytes())
        assert b'"## Audience' in path.read_bytes()
    assert not list(Path().glob(".nblint-*"))


@POSIX
def test_a_link_out_of_the_repository_is_not_mended(tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.ipynb"
    outside.write_bytes(BAD)
    Path("a.ipynb").unlink()
    Path("a.ipynb").symlink_to(outside)
    result = nblint("check", "--fix")
    assert result.exit_code == 2
    assert "refusing to follow a link out of the repository" in result.stderr
    assert outside.read_bytes() == BAD


@POSIX
def test_links_in_circles_are_said() -> None:
    Path("loop.ipynb").symlink_to("loop.ipynb")
    result = nblint("check")
    assert result.exit_code == 2
    assert "loop.ipynb: cannot be read: Too many levels of symbolic links" in result.stderr


@POSIX
def test_a_hard_link_keeps_what_was_there() -> None:
    os.link("a.ipynb", "other")
    nblint("check", "--fix")
    assert Path("a.ipynb").read_bytes() != BAD
    assert Path("other").read_bytes() == BAD


@POSIX
def test_owner_and_mode_stay() -> None:
    Path("a.ipynb").chmod(0o604)
    if os.geteuid() == 0:
        os.chown("a.ipynb", 12345, 23456)
    before = Path("a.ipynb").stat()
    nblint("check", "--fix")
    after = Path("a.ipynb").stat()
    assert after.st_ino != before.st_ino
    assert (after.st_uid, after.st_gid, after.st_mode) == (
        before.st_uid,
        before.st_gid,
        before.st_mode,
    )


def test_a_new_file_has_the_usual_mode() -> None:
    write_atomically(Path("one"), b"")
    Path("other").write_bytes(b"")
    assert Path("one").stat().st_mode == Path("other").stat().st_mode


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its way to limit what root may do")
def test_what_may_not_be_read_or_written() -> None:
    needs("setpriv")
    for name in ("read-only", "unwritable", "unreadable"):
        Path(name).mkdir()
        Path(name, "a.ipynb").write_bytes(BAD)
    Path("read-only", "a.ipynb").chmod(0o400)
    Path("unwritable").chmod(0o500)
    Path("unreadable").chmod(0)
    Path("a.ipynb").chmod(0)
    without_rights = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
    nblint_ = [sys.executable, "-m", "nblint", "check", "--fix"]
    command = [*without_rights, *nblint_] if os.geteuid() == 0 else nblint_
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    Path("unreadable").chmod(0o700)
    assert run.returncode == 2, run.stderr
    assert sorted(run.stderr.splitlines()) == [
        "nblint: a.ipynb: cannot be read: Permission denied",
        "nblint: read-only/a.ipynb: cannot be written: the file is read-only",
        "nblint: unreadable: cannot be read: Permission denied",
        "nblint: unwritable/a.ipynb: cannot be written: Permission denied",
    ]
    for path in Path().rglob("*.ipynb"):
        path.chmod(0o600)
        assert path.read_bytes() == BAD


@pytest.mark.skipif(sys.platform != "linux", reason="its way to fill a disk")
def test_a_file_that_finds_no_room() -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))\n"
        "from nblint.cli.main import main; main(['check', '--fix', '--quiet'])"
    )
    command = [sys.executable, "-B", "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "a.ipynb: cannot be written: File too large" in run.stderr
    assert Path("a.ipynb").read_bytes() == BAD
    assert not list(Path().glob(".nblint-*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_report_that_finds_no_room() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "nblint", "check"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr == "nblint: standard output: No space left on device\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the streams")
@pytest.mark.parametrize(
    ("closed", "status"),
    [(">&-", 1), ("2>&-", 1), (">&- 2>&-", 1), ("<&-", 1), (">&- --output-file a.txt", 1)],
)
def test_streams_that_the_caller_has_closed(closed: str, status: int) -> None:
    command = f'exec "$0" -m nblint check - --quiet <a.ipynb {closed}'
    run = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, check=False)
    assert b"Traceback" not in run.stderr
    assert run.returncode == status
    if "--output-file" in closed:
        assert Path("a.txt").read_text().startswith("stdin.ipynb:")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the streams")
@pytest.mark.parametrize("words", ["rules", "--help", "chekc", "check gone.ipynb", "config show"])
def test_a_command_that_cannot_print(words: str) -> None:
    runs = [
        subprocess.run(
            ["sh", "-c", f'exec "$0" -m nblint {words} {closed}', sys.executable],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        for closed in ("", ">&-", "2>&-")
    ]
    assert [b"Traceback" in run.stderr for run in runs] == [False] * 3
    assert len({run.returncode for run in runs}) == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its way to end a process")
def test_a_process_that_is_killed_loses_no_notebook() -> None:
    for number in range(40):
        Path(f"{number}.ipynb").write_bytes(BAD)
    whole = nblint("check", "--jobs", "1", "--output-format", "json").stdout
    program = (
        "import os, signal\n"
        "from nblint.linting import examining, workers\n"
        "from nblint.cli.main import main\n"
        "parent, examine = os.getpid(), examining.Examiner.examine_file\n"
        "def killed(self, path, name):\n"
        "    if os.getpid() != parent and path.name == '7.ipynb':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return examine(self, path, name)\n"
        "examining.Examiner.examine_file = killed\n"
        "main(['check', '--jobs', '2', '--output-format', 'json'])\n"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert run.stdout == whole
