"""Schedules of notebooks.toml: what is refused wherever it is read, and what systemd reads back."""

import subprocess
from pathlib import Path

import pytest

from nblint.errors import SettingsError
from nblint.hub.notebooks.wanted import read_notebooks
from nblint.hub.schedules.one_run import quoted

PACKAGE = '[notebooks.failed-logins]\nversion = "1.2.0"\n'


def read(folder: Path, name: str, *lines: str) -> None:
    path = folder / "notebooks.toml"
    path.write_text("\n".join([PACKAGE, f"[notebooks.failed-logins.schedules.{name}]", *lines]))
    read_notebooks(path)


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("daily", 'time = "06:00\\nExecStart=/bin/sh"', r"daily\.time: '06:00\\nExecStart"),
        ("daily", 'time = "%h"', r"daily\.time: "),
        ("daily", "", "daily: missing key 'time'"),
        ("daily", 'time = "06:00"\ntimezone = "a\\nb"', r"daily\.timezone: "),
        ("daily", 'time = "06:00"\nnotebook = "../x"', r"daily\.notebook: '\.\./x'"),
        ("daily", 'time = "06:00"\nkeep = 0', r"daily\.keep: "),
        ("daily", 'time = "06:00"\nparameters = { DAY = 2026-01-01 }', r"daily\.parameters"),
        ("daily", 'time = "06:00"\nparameters = { DAY = [2026-01-01] }', "date as a string"),
        ("daily", 'time = "06:00"\nparameters = { DAYS = nan }', r"daily\.parameters: "),
        ("Daily", 'time = "06:00"', "Daily: is not a name"),
    ],
)
def test_refused(tmp_path: Path, name: str, line: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(tmp_path, name, line)


def test_accepted(tmp_path: Path) -> None:
    read(tmp_path, "every-hour", 'time = "*:0/15"', 'timezone = "Europe/Prague"', "keep = 9999")


def test_values_as_a_shell_reads_them() -> None:
    """A file of variables has the quotes of a shell."""
    value = "a b\"c'd\\e$HOME`id`#f\nsecond line \\"
    echoed = subprocess.run(
        ["sh", "-c", f"printf %s {quoted('NAME', value)}"], capture_output=True, check=True
    )
    assert echoed.stdout.decode() == value


def test_a_value_that_the_journal_would_show() -> None:
    secret = "planted-" + "value"
    with pytest.raises(SettingsError, match="NAME: has a control character") as caught:
        quoted("NAME", f"{secret}\x1b")
    assert secret not in str(caught.value)
