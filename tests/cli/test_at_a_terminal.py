"""What people get on a terminal, and programs do not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import complete_header, notebook_bytes
from tests.system import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")

NBLINT = str(Path(sys.executable).with_name("nblint"))
OFF = "NBL5 (reproducibility) is off by default: switch it on with --extend-select NBL5"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # COLUMNS, which workers of the tests have, counts for more than the terminal's own width.
    for name in ("CI", "COLUMNS", "GIT_DIR", "GIT_INDEX_FILE", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / ".git").mkdir()
    return tmp_path


def terminal(*arguments: str, columns: int = 80, variable: str = "X") -> list[str]:
    """Return the rows that a terminal shows of a command, with a variable set."""
    import pexpect

    shown = pexpect.spawn(
        NBLINT, list(arguments), encoding="utf-8", timeout=PATIENCE, dimensions=(40, columns),
        env={**os.environ, variable: "1"},
    )  # fmt: skip
    shown.expect(pexpect.EOF)
    shown.close()
    return [row.rstrip() for row in shown.before.splitlines()]


def test_families_that_are_off_are_named_to_those_who_try_it(here: Path) -> None:
    (here / "a.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))
    assert terminal("check") == ["All clean: 1 notebook checked.", OFF]
    assert terminal("check", ".")[-1] == OFF
    # Who looks at one notebook, asks for something else, or is a program.
    for arguments in (
        ["a.ipynb"], ["-q"], ["--select", "NBL1"], ["--output-format", "concise"], ["--diff"],
        ["--statistics"], ["--output-file", "report"],
    ):  # fmt: skip
        assert OFF not in terminal("check", *arguments)
    for name in ("CI", "GIT_INDEX_FILE", "GIT_DIR", "PRE_COMMIT"):
        assert OFF not in terminal("check", variable=name)
    piped = subprocess.run([NBLINT, "check"], capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("All clean: 1 notebook checked.\n", "")
    # Who has settings has decided.
    for text in ("", 'ignore = ["NBL1"]'):
        (here / "nblint.toml").write_text(text)
        assert OFF not in terminal("check")


def test_variables_are_wrapped_to_the_width(here: Path) -> None:
    for number in range(7):
        data = notebook_bytes(("code", "import os\nos.environ['DATADOG_SITE']"))
        (here / f"notebook-{number}.ipynb").write_bytes(data)
    rows = terminal("env")
    assert len(rows) > 3
    assert max(map(len, rows)) <= 80
    names = " ".join(row.strip() for row in rows)
    assert [f"notebook-{number}.ipynb" in names for number in range(7)] == [True] * 7
    assert all(row.startswith(" " * 50) for row in rows[2:])
    wide = terminal("env", columns=300)
    assert len(wide) == 2
    piped = subprocess.run([NBLINT, "env"], capture_output=True, text=True, check=True)
    assert piped.stdout.splitlines() == wide
