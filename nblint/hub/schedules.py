"""Schedules of `notebooks.toml`, as timers of systemd.

A package has units that run any of its notebooks, `notebook-NAME@.service` and its timer. A
schedule is an instance of them, with two files beside them that say when and how. All that can
change without a deploy, such as a secret, is read when it runs: see `nblint.hub.scheduled`.
"""

from __future__ import annotations

import shutil
import subprocess
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from nblint.document.model import Notebook, Unreadable
from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.files import read_whole
from nblint.hub.host.places import PREFIX
from nblint.hub.installed import Package
from nblint.hub.notebooks import PACKAGE_PREFIX, Pinned, Schedule, read_notebooks
from nblint.hub.settings import HubFile
from nblint.reading.header.parameters import Parameters
from nblint.reading.parts import Reading
from nblint.settings import HeaderSettings
from nblint.suggestions import nearest

# Where what a run is told lies while it runs.
RUN = Path("/run/nblint-hub")
RESULTS = Path("/var/lib/notebook-results")
_UNITS = Path("/etc/systemd/system")
# After the package's own `instance.conf`, by its name.
_DROP_IN = "nblint-hub.conf"
_TIMER = """\
# Written by `nblint hub install`; the next one puts it back.
[Timer]
OnCalendar=
OnCalendar={time}
RandomizedDelaySec=0
"""
_SERVICE = """\
# Written by `nblint hub install`; the next one puts it back.
[Service]
ExecStartPre=+{nblint} hub begin-run {place} --config {config}
ExecStart=
ExecStart=/usr/share/notebooks/{slug}/scripts/run-notebook {notebook} --parameters_file {run}.json
# After the results were shared.
ExecStopPost=+{nblint} hub end-run {place} --config {config}
EnvironmentFile=-{run}.env
"""


class Scheduled(Struct, frozen=True):
    """A schedule of a package.

    Attributes:
        slug: The name of the package's repository.
        name: The schedule's own name.
        schedule: What it says.
        zone: Its time zone; None for the host's.
    """

    slug: str
    name: str
    schedule: Schedule
    zone: str | None

    @property
    def place(self) -> str:
        """What its folders of results are called."""
        return f"{self.slug}@{self.name}"

    @property
    def unit(self) -> str:
        """What systemd calls its units, without the ending."""
        return PACKAGE_PREFIX + self.place

    @property
    def notebook(self) -> str:
        """The name of its notebook, without `.ipynb`."""
        return self.schedule.notebook or self.slug

    @property
    def time(self) -> str:
        """When it runs, as systemd reads it."""
        return f"{self.schedule.time} {self.zone}" if self.zone else self.schedule.time

    @property
    def results(self) -> Path:
        """Where its results are, for those who may read them."""
        return RESULTS / self.place

    def __str__(self) -> str:
        return f"{self.slug}/{self.name}"


def scheduled(file: HubFile) -> list[Scheduled]:
    """Return all schedules of a hub, in a stable order.

    Args:
        file: The settings of the hub.

    Raises:
        SettingsError: The file that has them cannot be read or used.
    """
    if file.settings.notebooks is None:
        return []
    return [
        each
        for slug, pinned in sorted(read_notebooks(file / file.settings.notebooks).items())
        for each in _of(slug, pinned, file)
    ]


def time_problems(file: HubFile) -> Iterator[str]:
    """Yield which times and time zones are none; times only where systemd is there to be asked."""
    where = file / (file.settings.notebooks or "")
    analyze = shutil.which("systemd-analyze")
    for each in scheduled(file):
        place = f"{where}: notebooks.{each.slug}.schedules.{each.name}"
        if each.zone and not is_zone(each.zone):
            yield f"{place}.timezone: {each.zone!r} is not a time zone such as 'Europe/Prague'"
        elif analyze and _status(analyze, "calendar", each.time):
            yield (
                f"{place}.time: {each.schedule.time!r} is not a time such as 'Mon..Fri 06:00'; "
                f"`systemd-analyze calendar '{each.time}'` says why"
            )


def schedule_problems(slug: str, pinned: Pinned, package: Package, file: HubFile) -> Iterator[str]:
    """Yield why schedules would fail, from the package that they are of.

    Args:
        slug: The name of its repository.
        pinned: What `notebooks.toml` says of it.
        package: The package.
        file: The settings of the hub.
    """
    where = file / (file.settings.notebooks or "")
    if pinned.schedules and not (package.folder / "scripts/share-copies").is_file():
        yield (
            f"{where}: notebooks.{slug}.schedules: {slug} {package.version} was made by an older "
            "template, whose notebooks cannot have schedules here; release it with the newest one"
        )
        return
    notebooks = {path.stem: path for path in package.notebooks}
    for each in _of(slug, pinned, file):
        place = f"{where}: notebooks.{slug}.schedules.{each.name}"
        if each.notebook not in notebooks:
            has = f"; it has {', '.join(notebooks)}"
            yield (
                f"{place}.notebook: {slug} {package.version} has no notebook {each.notebook!r}"
                f"{nearest(each.notebook, notebooks) or has}"
            )
            continue
        known = _parameters(notebooks[each.notebook])
        for name in each.schedule.parameters:
            if name not in known:
                has = f"; it has {', '.join(known)}" if known else "; it has none"
                yield (
                    f"{place}.parameters: {each.notebook} {package.version} has no parameter "
                    f"{name!r}{nearest(name, known) or has}"
                )


def changes(file: HubFile) -> list[str]:
    """Say which schedules come, go and change.

    Args:
        file: The settings of the hub.
    """
    wanted = {each.unit: each for each in scheduled(file)}
    said = [
        f"{_place(unit).replace('@', '/')} no longer runs"
        for unit in sorted(_there() - wanted.keys())
    ]
    for unit, each in wanted.items():
        path = _UNITS / f"{unit}.timer.d" / _DROP_IN
        if not path.is_file() or path.read_text("utf-8") != _TIMER.format(time=each.time):
            said.append(f"{each} runs at {each.time}")
    return said


def apply(file: HubFile) -> None:
    """Make the timers of a host those that `notebooks.toml` says; their packages are installed.

    Args:
        file: The settings of the hub.

    Raises:
        SettingsError: A file cannot be written, or systemd refuses.
    """
    wanted = scheduled(file)
    gone = _there() - {each.unit for each in wanted}
    for unit in gone:
        _status("systemctl", "stop", f"{unit}.timer")
        (_UNITS / "timers.target.wants" / f"{unit}.timer").unlink(missing_ok=True)
        for folder in (_UNITS / f"{unit}.timer.d", _UNITS / f"{unit}.service.d"):
            shutil.rmtree(folder, ignore_errors=True)
        (file / file.settings.state / "runs" / f"{_place(unit)}.json").unlink(missing_ok=True)
    for each in wanted:
        _write(_UNITS / f"{each.unit}.service.d" / _DROP_IN, _service(each, file))
        _write(_UNITS / f"{each.unit}.timer.d" / _DROP_IN, _TIMER.format(time=each.time))
    if not (wanted or gone) or not systemd_runs():
        return
    # Always, for an earlier run may have ended before it.
    _must("systemctl", "daemon-reload")
    if wanted:
        _must("systemctl", "enable", "--quiet", "--now", *(f"{each.unit}.timer" for each in wanted))


def systemd_runs() -> bool:
    """Tell whether systemd has booted this machine, so that it can be told of units."""
    return Path("/run/systemd/system").is_dir()


def _of(slug: str, pinned: Pinned, file: HubFile) -> list[Scheduled]:
    return [
        Scheduled(slug, name, schedule, schedule.timezone or file.settings.timezone)
        for name, schedule in pinned.schedules.items()
    ]


def _service(each: Scheduled, file: HubFile) -> str:
    return _SERVICE.format(
        nblint=PREFIX / "hub" / "current" / "bin" / "nblint",
        place=each.place,
        slug=each.slug,
        notebook=each.notebook,
        run=RUN / each.place,
        config=file.path,
    )


def _there() -> set[str]:
    """Return the units that have schedules of ours."""
    found = _UNITS.glob(f"{PACKAGE_PREFIX}*@*.timer.d/{_DROP_IN}")
    return {path.parent.name.removesuffix(".timer.d") for path in found}


def _place(unit: str) -> str:
    return unit.removeprefix(PACKAGE_PREFIX)


def _parameters(path: Path) -> Mapping[str, object]:
    """Return the parameters that a notebook has."""
    try:
        notebook = Notebook.parse(path.name, read_whole(path))
    except Unreadable as error:
        raise SettingsError(f"{path}: {error.reason}") from None
    found = Reading([notebook, HeaderSettings()]).get(Parameters)
    return {parameter.name: parameter for parameter in found.assigned}


def is_zone(name: str) -> bool:
    """Tell whether a time zone has this name; true where the machine knows none."""
    if not zoneinfo.available_timezones():  # which a machine need not have
        return True
    return name in zoneinfo.available_timezones()


def _write(path: Path, text: str) -> None:
    try:
        write_changed(path, text.encode())
        path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None


def _status(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode


def _must(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode:
        raise SettingsError(f"{' '.join(command[:2])}: {' '.join(ran.stderr.split())}")
