"""`notebooks.toml`: which notebook packages are installed on a hub, and in which version.

    [notebooks.failed-logins]
    version = "1.2.0"

is the version that the tag `v1.2.0` of the notebook repository `failed-logins` has released.

    [notebooks.failed-logins.schedules.daily]
    time = "Mon..Fri 06:00"
    parameters = { DAYS = 30 }

runs it every morning of a working day.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from nblint.errors import SettingsError
from nblint.settings import Table
from nblint.toml import convert_toml, read_toml

# As the notebook template calls packages: this, then the name of the repository.
PACKAGE_PREFIX = "notebook-"
# As the notebook template has them: its hooks/pre_gen_project.py, and its scripts/rpm-version.
_NAME = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = r"(0|[1-9][0-9]{0,8})"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-rc[1-9][0-9]{{0,8}})?")
# What calendar events and time zones are written in: nothing that means more in a unit of systemd.
_TIME = re.compile(r"[A-Za-z0-9*.,:/~_+-]+( [A-Za-z0-9*.,:/~_+-]+)*")
_EXAMPLES = {"time": "Mon..Fri 06:00", "timezone": "Europe/Prague"}
_NOTEBOOK = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class Schedule(Table, frozen=True):
    """`[notebooks.NAME.schedules.SCHEDULE]`: when a notebook runs, and with what.

    Attributes:
        time: When, as a calendar event of systemd: `Mon..Fri 06:00`, `hourly`, `*-*-01 04:30`.
        timezone: Of which time zone that is, such as `Europe/Prague`; by default, the hub's.
        notebook: The notebook's file name without `.ipynb`; by default, the package's first one.
        parameters: Values instead of those in the notebook's cell tagged `parameters`.
        keep: How many results are kept; older ones are removed.
    """

    time: str
    timezone: str | None = None
    notebook: str | None = None
    parameters: dict[str, str | int | float | bool | list[Any] | dict[str, Any]] = {}  # noqa: RUF012 - msgspec copies it
    keep: Annotated[int, Meta(ge=1, le=9999)] = 30


class Pinned(Table, frozen=True):
    """`[notebooks.NAME]`: a notebook package; the name is that of its repository.

    Attributes:
        version: Its version, such as `1.2.0`, or `1.2.0-rc1` for a release candidate.
        schedules: When its notebooks run by themselves, by names that their results are found by.
    """

    version: str
    schedules: dict[str, Schedule] = {}  # noqa: RUF012 - msgspec copies it

    @property
    def installed_version(self) -> str:
        """What the package calls this version; `~` sorts a candidate before its release."""
        return self.version.replace("-", "~")


class NotebooksFile(Table, frozen=True):
    """`notebooks.toml`.

    Attributes:
        notebooks: The notebook packages that are installed, by the names of their repositories.
    """

    notebooks: dict[str, Pinned] = {}  # noqa: RUF012 - msgspec copies it


def read_notebooks(path: Path) -> dict[str, Pinned]:
    """Read which notebook packages are installed.

    Args:
        path: The file.

    Returns:
        The packages, by the names of their repositories.

    Raises:
        SettingsError: The file cannot be read or used; the text says which key, and why.
    """
    table = read_toml(path)
    listed = table.get("notebooks", {})
    found: dict[str, Pinned] = {}
    if isinstance(listed, dict):
        for name, entry in listed.items():
            where = f"{path}: notebooks.{name}"
            if not _NAME.fullmatch(name):
                raise SettingsError(
                    f"{path}: notebooks: {name!r:.80} is not the name of a notebook repository: "
                    "lower-case letters, digits and single hyphens between them"
                )
            # By themselves: a message about all of them would not say which one is meant.
            _convert_schedules(entry, where)
            found[name] = convert_toml(entry, Pinned, f"{where}.")
            if not _VERSION.fullmatch(found[name].version):
                raise SettingsError(
                    f"{where}.version: {found[name].version!r:.80} is not a version such as 1.2.0 "
                    "or 1.2.0-rc1"
                )
            for schedule, said in found[name].schedules.items():
                if problem := _problem(schedule, said):
                    raise SettingsError(f"{where}.schedules.{schedule:.80}{problem}")
    convert_toml(table, NotebooksFile, f"{path}: ")
    return found


def _convert_schedules(entry: object, where: str) -> None:
    schedules = entry.get("schedules") if isinstance(entry, dict) else None
    if isinstance(schedules, dict):
        for name, schedule in schedules.items():
            convert_toml(schedule, Schedule, f"{where}.schedules.{name:.80}.")


def _problem(name: str, schedule: Schedule) -> str | None:
    """Return what is wrong with a schedule whose keys and types are right."""
    if not _NAME.fullmatch(name):
        return ": is not a name of lower-case letters, digits and single hyphens between them"
    for key, text in (("time", schedule.time), ("timezone", schedule.timezone)):
        if text is not None and not _TIME.fullmatch(text):
            return f".{key}: {text!r:.80} is not a {key} such as {_EXAMPLES[key]!r}"
    if schedule.notebook is not None and not _NOTEBOOK.fullmatch(schedule.notebook):
        return f".notebook: {schedule.notebook!r:.80} is not a file's name without .ipynb"
    try:
        json.dumps(schedule.parameters, allow_nan=False)
    except (TypeError, ValueError):
        return (
            ".parameters: must be strings, numbers, true or false, and lists and tables of these; "
            "write a date as a string"
        )
    return None
