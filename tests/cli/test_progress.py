"""The bar on a terminal: it comes late, goes away, and findings do not run into it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nblint.cli.progress import Progress
from nblint.linting.results import Result
from tests.conftest import complete_header, notebook_bytes
from tests.system import PATIENCE


class Clock:
    """Ticks once a look."""

    def __init__(self, tick: float) -> None:
        self.seconds, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.seconds += self.tick
        return self.seconds


def screen(text: str) -> list[str]:
    """Return what a terminal shows of a text: what comes after \\r overwrites what was there."""
    rows = []
    for line in text.split("\n"):
        row = ""
        for part in line.split("\r"):
            row = part + row[len(part) :]
        rows.append(row.rstrip())
    return rows


def run(tick: float, pieces: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a terminal is sent for results that are each reported by a piece."""
    sent: list[str] = []

    class Terminal:
        def write(self, text: str) -> None:
            sent.append(text)

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stderr", Terminal())
    progress = Progress(lambda: len(pieces), Clock(tick))
    results = [Result(f"notebooks/{number}.ipynb", ()) for number in range(len(pieces))]

    def render(results: Iterator[Result]) -> Iterator[str]:
        for _, piece in zip(results, pieces, strict=False):
            yield piece
        yield from (piece for _ in results for piece in ("",))
        yield "done\n"

    sent.extend(progress.beside(render(progress.counting(results))))
    return "".join(sent)


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")


def test_a_short_run_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(0.001, ["a\n"] * 5, monkeypatch) == "a\n" * 5 + "done\n"


def test_a_long_run_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = run(0.5, ["a\n"] * 5, monkeypatch)
    assert "\r[########............] 2/5 notebooks/1.ipynb" in sent
    assert "\r[####################] 5/5 notebooks/4.ipynb" in sent
    assert screen(sent) == ["a"] * 5 + ["done", ""], "nothing stays of it"


def test_it_does_not_run_into_a_row_that_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = run(0.5, ["[", "{},", "{}\n", "]\n"], monkeypatch)
    assert screen(sent) == ["[{},{}", "]", "done", ""]
    assert "4/4" in sent


def test_it_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "36")
    sent = run(0.5, ["a\n"] * 3, monkeypatch)
    bars = re.findall(r"\r(\[[^\r]*)", sent)
    assert bars
    assert max(map(len, bars)) == 35
    assert bars[0].endswith("…")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
@pytest.mark.parametrize("environment", [{"CI": ""}, {"CI": "true"}])
def test_at_a_real_terminal(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is real, and its patience none: tests do not wait."""
    import pexpect

    for number in range(3):
        cells = ("markdown", complete_header()) if number else ("code", "1")
        (tmp_path / f"{number}.ipynb").write_bytes(notebook_bytes(cells))
    (tmp_path / "3.ipynb").symlink_to("3.ipynb")  # which cannot be read
    monkeypatch.setenv("NO_COLOR", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    program = (
        "import nblint.cli.progress as p; p._PATIENCE = p._PAUSE = 0\n"
        "from nblint.cli import run; run(['check'])"
    )
    terminal = pexpect.spawn(
        sys.executable, ["-c", program], cwd=tmp_path, encoding="utf-8", timeout=PATIENCE
    )
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 2
    rows = screen(terminal.before.replace("\r\n", "\n"))
    assert [row for row in rows if "/3 " in row or "/4 " in row] == []
    assert any(row.startswith("nblint: 3.ipynb: ") for row in rows)
    assert any(row.startswith("0.ipynb:cell 1:1:1: NBL101") for row in rows)
    assert ("[######" in terminal.before) == (not environment["CI"])
