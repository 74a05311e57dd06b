"""What is refused of a schedule's parameters, from the notebook that they are for."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

from nblint.hub.notebooks.installed import Package
from nblint.hub.notebooks.wanted import Pinned, Schedule
from nblint.hub.schedules.checks import schedule_problems
from nblint.hub.settings import HubFile

PARAMETERS = """\
DAYS = 30
RATE = 60 * 0.5
OFFSET = -1
SITE = "datadoghq.eu"
LONG = "a" + "b"
SHOWN = not False
NAMES = ["ann"]
PAIR = (1, 2)
TABLE = {"a": 1}
LIMIT = float("inf")
ANY = None
DAY = date.today()
"""


def problems(folder: Path, **parameters: Any) -> list[str]:
    (folder / "hub.toml").write_text(
        'address = "https://hub.example.com"\nnotebooks = "notebooks.toml"\n'
        'provider = { issuer = "https://login.example.com", client-id = "hub" }\n'
        'groups = { users = ["analysts"] }\n'
    )
    package = folder / "failed-logins"
    for name in ("notebooks", "scripts"):
        (package / name).mkdir(parents=True, exist_ok=True)
    (package / "scripts/share-copies").touch()
    (package / "VERSION").write_text("1.0.0\n")
    cell = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="1")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, package / "notebooks/failed-logins.ipynb")
    pinned = Pinned("1.0.0", {"daily": Schedule("06:00", parameters=parameters)})
    file = HubFile.read(folder / "hub.toml")
    return list(schedule_problems("failed-logins", pinned, Package(package), file))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DAYS", "30", "a number in failed-logins 1.0.0, not a string"),
        ("DAYS", True, "a number in failed-logins 1.0.0, not true or false"),
        ("RATE", "fast", "a number in failed-logins 1.0.0, not a string"),
        ("OFFSET", [1], "a number in failed-logins 1.0.0, not a list"),
        ("SITE", 1, "a string in failed-logins 1.0.0, not a number"),
        ("LONG", {"a": 1}, "a string in failed-logins 1.0.0, not a table"),
        ("SHOWN", 1, "true or false in failed-logins 1.0.0, not a number"),
        ("NAMES", "ann", "a list in failed-logins 1.0.0, not a string"),
        ("PAIR", 1, "a list in failed-logins 1.0.0, not a number"),
        ("TABLE", [1], "a table in failed-logins 1.0.0, not a list"),
        ("LIMIT", "inf", "a number in failed-logins 1.0.0, not a string"),
    ],
)
def test_another_kind(tmp_path: Path, name: str, value: object, said: str) -> None:
    place = f"{tmp_path}/notebooks.toml: notebooks.failed-logins.schedules.daily.parameters: "
    assert problems(tmp_path, **{name: value}) == [f"{place}{name} is {said}"]


def test_the_same_kind(tmp_path: Path) -> None:
    given = {"DAYS": 0.5, "RATE": 2, "OFFSET": 7, "SITE": "", "SHOWN": False, "NAMES": []}
    unknown = {"ANY": "x", "DAY": "2026-01-01", "LIMIT": 10, "PAIR": [3, 4], "TABLE": {}}
    assert problems(tmp_path, **given, **unknown) == []
