"""`nblint completion`, in real shells at a real terminal."""

import os
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from nblint.reports import formats
from tests.system import PATIENCE, needs

# How each shell starts without anybody's own settings, and what makes it complete.
SHELLS = {
    "bash": ("bash --norc --noprofile -i", "source ./script"),
    "zsh": ("zsh -f -i", "autoload -U compinit; compinit -u -D; source ./script"),
    "fish": ("fish --no-config --interactive", "source ./script"),
}
# What is typed before Tab, and what the line then is.
COMPLETED = {
    "nblint chec": "nblint check",
    "nblint rule undeclared-v": "nblint rule undeclared-variable",
    "nblint check --stri": "nblint check --strict",
    "nblint check --select NBL0,AL": "nblint check --select NBL0,ALL",
    "nblint check tria": "nblint check triage.ipynb",
    "nblint chek --stri": "nblint chek --stri",
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="these shells are POSIX's")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(shell: str, tmp_path: Path) -> None:
    needs(shell)
    import pexpect

    command, prepared = SHELLS[shell]
    script = CliRunner().invoke(main, ["completion", shell]).stdout
    (tmp_path / "script").write_text(script, encoding="utf-8")
    (tmp_path / "triage.ipynb").touch()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "TERM": "xterm", "LANG": "C.UTF-8"}
    terminal = pexpect.spawn(
        command,
        env=environment,
        cwd=tmp_path,
        encoding="utf-8",
        timeout=PATIENCE,
        dimensions=(50, 200),
    )
    # The mark is put together by the shell, so that it is not what the terminal echoes.
    terminal.sendline(f"{prepared}; printf '%s%s\\n' REA DY")
    terminal.expect_exact("READY")
    for number, (typed, line) in enumerate(COMPLETED.items()):
        # Ctrl-A goes to the start of the line, where `echo` makes the shell say what it holds.
        terminal.send(f"{typed}\t\x01echo M{number}ARK \x05 {number}END\r")
        terminal.expect(rf"[\r\n]M{number}ARK ([^\r\n]*?) +{number}END[\r\n]")
        assert shlex.split(terminal.match[1]) == line.split()
    terminal.sendline("exit")
    terminal.close()


def complete(words: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what bash is told for a line of which the last word is to be completed."""
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    monkeypatch.setenv("_NBLINT_COMPLETE", "bash_complete")
    result = CliRunner().invoke(main, prog_name="nblint")
    return [line.partition(",")[2] for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ("nblint rule nbl31", ["NBL310", "NBL311"]),
        ("nblint rule machine", ["machine-path"]),
        ("nblint check --ignore NBL1,nbl31", ["NBL1,NBL310", "NBL1,NBL311"]),
        ("nblint check --output-format ", list(formats())),
        ("nblint config show --extend-select NBL50", [f"NBL50{n}" for n in range(1, 10)]),
        ("nblint completion ", ["bash", "zsh", "fish"]),
        ("nblint base", ["baseline"]),
        ("nblint bse --h", ["--help"]),
        ("nblint config s", ["show", "schema"]),
        ("nblint baseline aud", ["audit"]),
        ("nblint env --output-format mark", ["markdown"]),
    ],
)
def test_words(words: str, items: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert complete(words, monkeypatch) == items


def test_the_nearest_shell_is_suggested() -> None:
    result = CliRunner().invoke(main, ["completion", "fsh"])
    assert result.exit_code == 2
    assert "unknown shell 'fsh'; did you mean 'fish'?" in result.stderr
