"""What `make fuzz` does for hours, for some seconds."""

import subprocess
import sys

import pytest

from fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_break_nothing(name: str) -> None:
    target = TARGETS[name]
    for seed in list(target.seeds())[::30]:
        target.run(seed)


@pytest.mark.slow
def test_a_bounded_run_finds_nothing() -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this system")
    command = [sys.executable, "-m", "fuzz", "--runs", "400", "any"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert int(run.stdout.split()[1]) == 400


def test_a_broken_promise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception, and a credential that is shown: what targets look for is found."""
    monkeypatch.setattr("fuzz.seeds.PLANTED", "NBL")
    with pytest.raises(AssertionError, match="shows a credential"):
        TARGETS["markdown"].run(b"x")
    monkeypatch.setattr("nblint.document.model.Notebook.parse", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        TARGETS["bytes"].run(b"{}")
