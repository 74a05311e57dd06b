"""What a deploy refuses of schedules: times, notebooks and parameters that are not there."""

from __future__ import annotations

import ast
import shutil
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path

from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError
from nblint.files import read_whole
from nblint.hub.notebooks.installed import Package
from nblint.hub.notebooks.wanted import Pinned
from nblint.hub.programs import run
from nblint.hub.schedules.timers import scheduled, schedules_of
from nblint.hub.settings import HubFile
from nblint.reading.header.assigned import Parameter
from nblint.reading.header.parameters import Parameters
from nblint.reading.parts import Reading
from nblint.settings import HeaderSettings
from nblint.suggestions import nearest

_KINDS: Mapping[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def time_problems(file: HubFile) -> Iterator[str]:
    """Yield which times and time zones are none; times only where systemd is there to be asked."""
    where = file / (file.settings.notebooks or "")
    analyze = shutil.which("systemd-analyze")
    for each in scheduled(file):
        place = f"{where}: notebooks.{each.slug}.schedules.{each.name}"
        if each.zone and not is_zone(each.zone):
            yield f"{place}.timezone: {each.zone!r} is not a time zone such as 'Europe/Prague'"
        elif analyze and not _is_calendar(analyze, each.time):
            yield (
                f"{place}.time: {each.schedule.time!r} is not a time such as 'Mon..Fri 06:00'; "
                f"`systemd-analyze calendar '{each.time}'` says why"
            )


def _is_calendar(analyze: str, time: str) -> bool:
    return not run(analyze, "calendar", time).returncode


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
    for each in schedules_of(slug, pinned, file):
        place = f"{where}: notebooks.{slug}.schedules.{each.name}"
        if each.notebook not in notebooks:
            has = f"; it has {', '.join(notebooks)}"
            yield (
                f"{place}.notebook: {slug} {package.version} has no notebook {each.notebook!r}"
                f"{nearest(each.notebook, notebooks) or has}"
            )
            continue
        known = _parameters(notebooks[each.notebook])
        whose = f"{each.notebook} {package.version}"
        for name, value in each.schedule.parameters.items():
            if problem := _parameter_problem(name, value, known, whose):
                yield f"{place}.parameters: {problem}"


def is_zone(name: str) -> bool:
    """Tell whether a time zone has this name; true where the machine knows none."""
    if not zoneinfo.available_timezones():  # which a machine need not have
        return True
    return name in zoneinfo.available_timezones()


def _parameters(path: Path) -> Mapping[str, Parameter]:
    """Return the parameters that a notebook has."""
    try:
        notebook = Notebook.parse(path.name, read_whole(path))
    except Unreadable as error:
        raise SettingsError(f"{path}: {error.reason}") from None
    found = Reading([notebook, HeaderSettings()]).get(Parameters)
    return {parameter.name: parameter for parameter in found.assigned}


def _parameter_problem(
    name: str, value: object, known: Mapping[str, Parameter], whose: str
) -> str | None:
    """Return why a notebook cannot take a value for a parameter; None if it can."""
    if name not in known:
        has = f"; it has {', '.join(known)}" if known else "; it has none"
        return f"{whose} has no parameter {name!r}{nearest(name, known) or has}"
    default = known[name].value
    wanted = _kind(default) if default is not None else None
    given = _KINDS[type(value)]
    if wanted in (None, given):
        return None
    return f"{name} is {wanted} in {whose}, not {given}"


def _kind(value: ast.expr) -> str | None:
    """Return what kind of value a notebook gives; None where that is not known, or is None."""
    match value:
        case ast.Constant(value=constant):
            return _KINDS.get(type(constant))
        case ast.List() | ast.Tuple():
            return _KINDS[list]
        case ast.Dict():
            return _KINDS[dict]
        case ast.JoinedStr():
            return _KINDS[str]
        case ast.UnaryOp(op=ast.Not()):
            return _KINDS[bool]
        case ast.UnaryOp(operand=operand):
            return _kind(operand)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _kind(left) if _kind(left) == _kind(right) else None
        case ast.BinOp(left=left, right=right):
            numbers = _kind(left) == _kind(right) == _KINDS[int]
            return _KINDS[int] if numbers else None
        case ast.Call(func=ast.Name(id="float")):
            return _KINDS[float]
        case _:
            return None
