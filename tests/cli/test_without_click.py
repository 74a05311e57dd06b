"""What hooks call is not parsed by click, and is the same call all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import asdict

from nblint import cli
from nblint.cli.arguments import CheckArguments
from nblint.cli.check import check
from tests.conftest import complete_header, notebook_bytes

# The option's default, so that it changes nothing but the way.
BY_CLICK = ("--color", "auto")


@pytest.mark.parametrize("separator", [[], ["--"]])
@pytest.mark.parametrize("paths", [[], ["a.ipynb"], ["a.ipynb", "b"]])
def test_defaults_are_those_of_the_options(paths: list[str], separator: list[str]) -> None:
    parsed = check.make_context("check", [*separator, *paths]).params
    assert asdict(CheckArguments(paths=tuple(map(Path, paths)))) == parsed


def test_families_are_those_of_the_option() -> None:
    parsed = check.make_context("check", ["--select", "NBL0,NBL5", "--", "a.ipynb"]).params
    given = cli._plain(["--select", "NBL0,NBL5", "--", "a.ipynb"])
    assert given == (parsed["select"], [str(path) for path in parsed["paths"]])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["check"], True),
        (["check", "a.ipynb", "notebooks/b c.ipynb"], True),
        (["check", "--fix"], False),
        (["check", "a.ipynb", "-q"], False),
        (["check", "-"], False),
        (["check", "--", "a.ipynb", "notebooks/b c.ipynb"], True),  # the hook
        (["check", "--"], True),
        (["check", "--", "-a.ipynb"], False),
        (["check", "--", "-"], False),
        (["check", "--", "--", "a.ipynb"], False),
        (["check", "a.ipynb", "--", "b.ipynb"], False),
        (["check", "--", "*.ipynb"], False),
        (["check", "--select", "NBL2", "--", "a.ipynb"], True),  # the hook of a family
        (["check", "--select", "NBL0,NBL5", "a.ipynb"], True),
        (["check", "--select", "NBL2"], True),
        (["check", "--select", "NBL201", "--", "a.ipynb"], False),
        (["check", "--select", "NBL9", "a.ipynb"], False),  # which is an error
        (["check", "--select", "NBL2,", "a.ipynb"], False),
        (["check", "--select", "nbl2", "a.ipynb"], False),
        (["check", "--select", "", "a.ipynb"], False),
        (["check", "--select"], False),
        (["check", "--select", "--", "a.ipynb"], False),
        (["check", "--select", "NBL2", "--select", "NBL1", "a.ipynb"], False),
        (["check", "--select", "NBL2", "--", "--fix"], False),
        (["check", "--select=NBL2", "a.ipynb"], False),
        (["check", "*.ipynb"], False),  # which click expands on Windows
        (["check", "~/a.ipynb"], False),
        (["rules"], False),
        ([], False),
    ],
)
def test_what_click_parses(
    arguments: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[bool] = []

    def directly(*_: object) -> int:
        ways.append(True)
        return 0

    def by_click(*_: object, **__: object) -> None:
        ways.append(False)
        sys.exit(0)

    monkeypatch.setattr(cli, "_check", directly)
    monkeypatch.setattr("nblint.cli.main.main", by_click)
    monkeypatch.setattr("gc.set_threshold", lambda _: None)
    monkeypatch.setattr("gc.freeze", lambda: None)
    with pytest.raises(SystemExit, match="0"):
        cli.run(arguments)
    assert ways == [expected]


def ran(
    *arguments: str | Path, cwd: Path, before: str = ""
) -> "subprocess.CompletedProcess[bytes]":
    program = f"import sys\n{before}\nfrom nblint.cli import run\nrun()"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    # In which a name that is not English cannot be printed.
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)


FILES = {
    "clean.ipynb": notebook_bytes(("markdown", complete_header())),
    "wrong.ipynb": notebook_bytes(("code", "x = 'é\U0001f600'")),
    "broken.ipynb": b"{",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paths", "status"),
    [
        (["clean.ipynb"], 0),
        (["clean.ipynb", "wrong.ipynb", "broken.ipynb"], 1),
        ([], 1),
        (["clean.ipynb", "missing.ipynb"], 2),
        (["empty"], 3),
        (["missing é.ipynb"], 2),
        (["--", "clean.ipynb", "wrong.ipynb"], 1),
        (["--select", "NBL1", "--", "clean.ipynb", "wrong.ipynb"], 1),
        (["--select", "NBL2,NBL3", "--", "clean.ipynb", "wrong.ipynb"], 0),
        (["--select", "NBL2", "--", "broken.ipynb"], 1),
        (["--select", "NBL2,NBL9", "--", "wrong.ipynb"], 2),
    ],
)
def test_says_the_same(paths: list[str], status: int, tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "empty").mkdir()
    direct = ran("check", *paths, cwd=tmp_path)
    parsed = ran("check", *BY_CLICK, *paths, cwd=tmp_path)
    assert direct.returncode == status
    assert (direct.returncode, direct.stdout, direct.stderr) == (
        parsed.returncode,
        parsed.stdout,
        parsed.stderr,
    )


@pytest.mark.slow
@pytest.mark.parametrize("option", [(), BY_CLICK])
@pytest.mark.parametrize(
    ("exception", "status", "said"),
    [
        ("KeyboardInterrupt", 130, ""),
        ("MemoryError", 2, "nblint: out of memory\n"),
        ("OSError(28, 'No space left on device')", 2, "nblint: standard output: No space left on "),
        ("BrokenPipeError(32, 'Broken pipe')", 1, ""),
    ],
)
def test_ends_the_same(
    option: tuple[str, ...], exception: str, status: int, said: str, tmp_path: Path
) -> None:
    failing = (
        f"def fail(*_, **__): raise {exception}\n"
        "import nblint.cli.status; nblint.cli.status.Status.code = fail"
    )
    (tmp_path / "clean.ipynb").write_bytes(FILES["clean.ipynb"])
    end = ran("check", *option, "clean.ipynb", cwd=tmp_path, before=failing)
    assert end.returncode == status
    assert end.stderr.decode().startswith(said)
    assert bool(end.stderr) == bool(said)


@pytest.mark.slow
def test_other_modules_find_typing_extensions(tmp_path: Path) -> None:
    pytest.importorskip("typing_extensions")
    (tmp_path / "clean.ipynb").write_bytes(FILES["clean.ipynb"])
    later = (
        "import atexit\natexit.register(lambda: print(__import__('typing_extensions').Protocol))"
    )
    end = ran("check", "clean.ipynb", cwd=tmp_path, before=later)
    assert end.returncode == 0
    assert b"typing_extensions" in end.stdout
