"""What became of the last run of each schedule, for the landing page and for Prometheus."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

from msgspec import Struct

from nblint.hub.secret_files import write_closed
from nblint.hub.settings import HubFile

# What systemd says of a run that did what it is for.
SUCCESS = "success"
_TIME = "%Y-%m-%d %H:%M UTC"


class Ended(Struct, frozen=True):
    """What became of the last run of a schedule.

    Attributes:
        result: `success`, or what systemd says instead.
        ended: When it ended, in UTC.
    """

    result: str
    ended: str

    @property
    def timestamp(self) -> float:
        """When it ended, in seconds since 1970; 0 where that cannot be understood."""
        try:
            return datetime.strptime(self.ended, _TIME).replace(tzinfo=timezone.utc).timestamp()
        except ValueError:
            return 0


def note(file: HubFile, place: str, result: str) -> None:
    """Note what became of a run.

    Args:
        file: The settings of the hub.
        place: What its folder of results is called.
        result: What systemd says became of it.

    Raises:
        SettingsError: It cannot be written.
    """
    now = datetime.now(timezone.utc).strftime(_TIME)
    write_closed(_path(file, place), json.dumps({"result": result, "ended": now}))
    _tell(file)


def forget(file: HubFile, place: str) -> None:
    """Forget what became of a schedule that is no more.

    Args:
        file: The settings of the hub.
        place: What its folder of results is called.

    Raises:
        SettingsError: It cannot be told to Prometheus.
    """
    _path(file, place).unlink(missing_ok=True)
    _tell(file)


def ended(file: HubFile, place: str) -> Ended | None:
    """Return what became of the last run of a schedule; None before the first one ended.

    Args:
        file: The settings of the hub.
        place: What its folder of results is called.
    """
    return _read(_path(file, place))


def _tell(file: HubFile) -> None:
    """Tell Prometheus of all schedules."""
    # Not where only the landing page is written.
    from nblint.hub.metrics import record_schedules

    found = ((path.stem, _read(path)) for path in sorted(_folder(file).glob("*.json")))
    record_schedules(
        file,
        {
            place.replace("@", "/"): (run.timestamp, run.result == SUCCESS)
            for place, run in found
            if run is not None
        },
    )


def _read(path: Path) -> Ended | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        return Ended(str(told["result"]), str(told["ended"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(file: HubFile, place: str) -> Path:
    return _folder(file) / f"{place}.json"


def _folder(file: HubFile) -> Path:
    return file / file.settings.state / "runs"
