"""A scheduled run: what it is told, and what became of it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

from nblint.errors import SettingsError
from nblint.hub import systemd
from nblint.hub.configuration import shown_folder
from nblint.hub.environment import SecretFile, spawner_environment
from nblint.hub.notify import said
from nblint.hub.outgoing import environment as outgoing_environment
from nblint.hub.schedules.last_runs import note
from nblint.hub.schedules.timers import RUN, Scheduled, scheduled
from nblint.hub.secret_files import write_closed
from nblint.hub.servers.accounts import READERS
from nblint.hub.settings import HubFile
from nblint.project.catalogue.loading import read_catalogue
from nblint.suggestions import nearest

# What systemd reads back from between double quotes.
_QUOTED = re.compile(r'["\\`$]')
# Of these it says in the journal that it ignores them, with their values.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def find(file: HubFile, name: str) -> Scheduled:
    """Return the schedule of a name.

    Args:
        file: The settings of the hub.
        name: `PACKAGE/SCHEDULE`, or `PACKAGE` where it has only one; `PACKAGE@SCHEDULE` as well.

    Raises:
        SettingsError: There is none, or more than one.
    """
    found = scheduled(file)
    slug, _, own = name.replace("@", "/").partition("/")
    fitting = [each for each in found if each.slug == slug and own in ("", each.name)]
    where = file / (file.settings.notebooks or "")
    if not fitting:
        names = [str(each) for each in found]
        there = f"; there are {', '.join(names)}" if names else "; there is none"
        raise SettingsError(
            f"{where}: there is no schedule {name!r}{nearest(name, names) or there}"
        )
    if len(fitting) > 1:
        raise SettingsError(f"{where}: {slug} has several: {', '.join(map(str, fitting))}")
    return fitting[0]


def begin(file: HubFile, name: str) -> None:
    """Write what a run is told: its parameters, and its variables, which only root can read.

    Args:
        file: The settings of the hub.
        name: The schedule.

    Raises:
        SettingsError: A variable that is needed has no value, or one that it cannot have.
    """
    each = find(file, name)
    variables = {
        **_variables(each, file),
        "NOTEBOOK_PYTHON": _python(file),
        "NOTEBOOK_GROUP": READERS,
        "NOTEBOOK_KEEP": str(each.schedule.keep),
    }
    lines = [f"{name}={quoted(name, value)}\n" for name, value in variables.items()]
    write_closed(RUN / f"{each.place}.yaml", each.parameters, 0o644)
    write_closed(RUN / f"{each.place}.env", "".join(lines))


def end(file: HubFile, name: str, result: str) -> None:
    """Note what became of a run, and have it said on the landing page.

    Args:
        file: The settings of the hub.
        name: The schedule.
        result: What systemd says became of it.

    Raises:
        SettingsError: It cannot be noted.
    """
    for ending in ("env", "yaml"):
        (RUN / f"{name}.{ending}").unlink(missing_ok=True)
    try:
        note(file, name, result)
    finally:
        systemd.systemctl("--no-block", "restart", "nblint-hub-index.service")


def run(file: HubFile, name: str) -> tuple[Scheduled, list[str]]:
    """Run a schedule now, and wait for its end.

    Args:
        file: The settings of the hub.
        name: The schedule.

    Returns:
        The schedule, and what failed; nothing if the run succeeded.

    Raises:
        SettingsError: There is no such schedule, or systemd does not start it.
    """
    each = find(file, name)
    unit = f"{each.unit}.service"
    # One that runs already is waited for.
    running = systemd.shown("ActiveState", unit) == "activating"
    before = systemd.shown("InvocationID", unit)
    ran = systemd.systemctl("start", unit)
    if not ran.returncode:
        return each, []
    invocation = systemd.shown("InvocationID", unit)
    if not invocation or (invocation == before and not running):
        raise SettingsError(f"{each}: cannot be started: {' '.join(ran.stderr.split())}")
    return each, [f"{each}: {systemd.shown('Result', unit)}", *said(invocation)]


def quoted(name: str, value: str) -> str:
    """Return the value of a variable as a file of variables has it, for systemd.

    Args:
        name: What an error calls it.
        value: The value.

    Raises:
        SettingsError: systemd would ignore it, and show it in the journal.
    """
    if _UNFIT.search(value):
        raise SettingsError(f"{name}: has a control character, which a scheduled run cannot get")
    return '"' + _QUOTED.sub(r"\\\g<0>", value) + '"'


def _variables(each: Scheduled, file: HubFile) -> dict[str, str]:
    """Return the variables that a package declares, with the values that the hub has for them."""
    own = file / file.settings.landing.notebooks / each.slug / "environment.toml"
    names = {variable.name for variable in read_catalogue(own)} if own.is_file() else set()
    values: dict[str, str] = {}
    known = spawner_environment(file / file.settings.environment, file / file.settings.secrets)
    nobody = SimpleNamespace(user=SimpleNamespace(name=""))
    for name in names & known.keys():
        value = known[name]
        if isinstance(value, SecretFile):
            # Nobody in person runs it.
            is_left_out = value.is_personal and value.is_optional
            found = None if is_left_out else value.read("")
        else:
            found = value if isinstance(value, str) else value(nobody)
        if found is not None:
            values[name] = found
    # Written when the hub starts, and only then.
    folder = shown_folder(file / file.settings.state)
    return {**outgoing_environment(file, folder), **dict(sorted(values.items()))}


def _python(file: HubFile) -> str:
    """Return the Python of all notebooks, in the folder that the link `current` leads to now."""
    python = Path(file.settings.servers.python or "python3")
    folder = python.parent.parent
    return str(folder.resolve() / "bin" / python.name) if python.is_absolute() else str(python)
