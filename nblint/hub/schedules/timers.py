"""Schedules of `notebooks.toml`, as timers of systemd.

A package has units that run any of its notebooks, `notebook-NAME@.service` and its timer. A
schedule is an instance of them, with two files beside them that say when and how. All that can
change without a deploy, such as a secret, is read when it runs: see `one_run`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import yaml
from msgspec import Struct

from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.hub import systemd
from nblint.hub.host.places import PREFIX
from nblint.hub.notebooks.wanted import PACKAGE_PREFIX, Pinned, Schedule, read_notebooks
from nblint.hub.schedules.last_runs import forget
from nblint.hub.settings import HubFile

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
ExecStart=/usr/share/notebooks/{slug}/scripts/run-notebook {notebook} --parameters_file {run}.yaml
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
    def parameters(self) -> str:
        """What its notebook is told, as papermill reads it: as YAML, in which `1e-07` is a text."""
        return yaml.safe_dump(
            self.schedule.parameters, default_flow_style=True, sort_keys=False, width=sys.maxsize
        ).strip()

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
        for each in schedules_of(slug, pinned, file)
    ]


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
        systemd.systemctl("stop", f"{unit}.timer")
        (_UNITS / "timers.target.wants" / f"{unit}.timer").unlink(missing_ok=True)
        for folder in (_UNITS / f"{unit}.timer.d", _UNITS / f"{unit}.service.d"):
            shutil.rmtree(folder, ignore_errors=True)
        forget(file, _place(unit))
    for each in wanted:
        _write(_UNITS / f"{each.unit}.service.d" / _DROP_IN, _service(each, file))
        _write(_UNITS / f"{each.unit}.timer.d" / _DROP_IN, _TIMER.format(time=each.time))
    if not (wanted or gone) or not systemd.is_booted():
        return
    # Always, for an earlier run may have ended before it.
    systemd.must("daemon-reload")
    if wanted:
        systemd.must("enable", "--quiet", "--now", *(f"{each.unit}.timer" for each in wanted))


def schedules_of(slug: str, pinned: Pinned, file: HubFile) -> list[Scheduled]:
    """Return the schedules of one package.

    Args:
        slug: The name of its repository.
        pinned: What `notebooks.toml` says of it.
        file: The settings of the hub.
    """
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


def _write(path: Path, text: str) -> None:
    try:
        write_changed(path, text.encode())
        path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None
