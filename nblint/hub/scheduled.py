"""A scheduled run: what it is told, what became of it, and who hears of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import datetime, timezone
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

from msgspec import Struct

from nblint.credentials.masking.redaction import mask
from nblint.document.write import write_atomically
from nblint.errors import SettingsError, unwritable
from nblint.hub.accounts import READERS
from nblint.hub.configuration import shown_folder
from nblint.hub.environment import SecretFile, spawner_environment
from nblint.hub.outgoing import environment as outgoing_environment
from nblint.hub.schedules import RUN, Scheduled, scheduled
from nblint.hub.settings import HubFile
from nblint.project.catalogue.loading import read_catalogue
from nblint.suggestions import nearest

# What systemd reads back from between double quotes.
_QUOTED = re.compile(r'["\\`$]')
# Of these it says in the journal that it ignores them, with their values.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Who says what failed: the package's scripts, and nblint.
_SAID = re.compile(r"(execute-notebook|run-notebook|share-copies|nblint): ")
_LINES = 20


class Ended(Struct, frozen=True):
    """What became of the last run of a schedule.

    Attributes:
        result: `success`, or what systemd says instead.
        ended: When it ended, in UTC.
    """

    result: str
    ended: str


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
    _write(RUN / f"{each.place}.json", json.dumps(each.schedule.parameters), 0o644)
    _write(RUN / f"{each.place}.env", "".join(lines), 0o600)


def end(file: HubFile, name: str, result: str) -> None:
    """Note what became of a run, and have it said on the landing page.

    Args:
        file: The settings of the hub.
        name: The schedule.
        result: What systemd says became of it.
    """
    for ending in ("env", "json"):
        (RUN / f"{name}.{ending}").unlink(missing_ok=True)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    folder = file / file.settings.state / "runs"
    _write(folder / f"{name}.json", json.dumps({"result": result, "ended": now}), 0o600)
    restart = ("systemctl", "--no-block", "restart", "nblint-hub-index.service")
    subprocess.run(restart, capture_output=True, check=False)


def ended(file: HubFile, each: Scheduled) -> Ended | None:
    """Return what became of the last run of a schedule; None before the first one ended."""
    path = file / file.settings.state / "runs" / f"{each.place}.json"
    try:
        told = json.loads(path.read_text("utf-8"))
        return Ended(str(told["result"]), str(told["ended"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run(file: HubFile, name: str) -> tuple[Scheduled, list[str]]:
    """Run a schedule now, and wait for its end.

    Args:
        file: The settings of the hub.
        name: The schedule.

    Returns:
        The schedule, and what failed; nothing if the run succeeded.

    Raises:
        SettingsError: There is no such schedule, or systemd cannot be asked.
    """
    each = find(file, name)
    unit = f"{each.unit}.service"
    if not _systemctl("start", unit):
        return each, []
    invocation = _systemctl_says("InvocationID", unit)
    return each, [
        f"{each}: {_systemctl_says('Result', unit)}",
        *(said(invocation) if invocation else ()),
    ]


def said(invocation: str) -> list[str]:
    """Return why a run of a unit failed, from the journal, without values of secrets.

    Args:
        invocation: The identifier that systemd has given to the run.
    """
    command = ("journalctl", "--output", "cat", f"_SYSTEMD_INVOCATION_ID={invocation}")
    ran = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    lines = [line for line in ran.stdout.splitlines() if _SAID.match(line)]
    return [mask(line) for line in lines[-_LINES:]]


def notify(file: HubFile, unit: str, result: str, invocation: str) -> bool:
    """Tell those whom `hub.toml` names that a unit failed.

    Args:
        file: The settings of the hub.
        unit: The unit, without its ending.
        result: What systemd says became of it.
        invocation: Its run, whose lines of the journal are told.

    Returns:
        Whether anybody is named.

    Raises:
        SettingsError: It could not be told.
    """
    settings = file.settings.notify
    host = os.uname().nodename
    text = "\n".join([f"{unit} on {host}: {result}", *said(invocation), ""])
    if settings.command is not None:
        _tell([settings.command, unit], text)
    if settings.mail is not None:
        message = EmailMessage()
        message["To"], message["Subject"] = settings.mail, f"{unit} failed on {host}"
        message.set_content(text)
        _tell(["/usr/sbin/sendmail", "-i", "--", settings.mail], message.as_string())
    return bool(settings.command or settings.mail)


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


def _tell(command: list[str], text: str) -> None:
    try:
        ran = subprocess.run(command, input=text, encoding="utf-8", check=False)
    except OSError as error:
        raise SettingsError(f"notify: {command[0]}: {error.strerror}") from None
    if ran.returncode:
        raise SettingsError(f"notify: {command[0]}: ended with status {ran.returncode}")


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


def _write(path: Path, text: str, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A new one begins closed to others, as all that `replacing` makes.
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        write_atomically(path, text.encode())
        path.chmod(mode)
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None


def _systemctl(*arguments: str) -> int:
    try:
        return subprocess.run(("systemctl", *arguments), check=False, stderr=-3).returncode
    except OSError as error:
        raise SettingsError(f"systemctl: cannot be run: {error.strerror}") from None


def _systemctl_says(what: str, unit: str) -> str:
    command = ("systemctl", "show", "--property", what, "--value", unit)
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False
    ).stdout.strip()
