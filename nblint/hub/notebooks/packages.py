"""Makes the notebook packages that a host has installed those that `notebooks.toml` says.

dnf installs, and rpm says what is there. Everything that can be refused is refused before anything
is changed; a run that was interrupted is completed by the next one, because each compares what is
there with what should be.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from nblint.credentials.masking.redaction import mask
from nblint.errors import SettingsError
from nblint.hub import systemd
from nblint.hub.checks import notebooks_python, package_problems
from nblint.hub.notebooks.installed import Package
from nblint.hub.notebooks.wanted import PACKAGE_PREFIX, Pinned, read_notebooks
from nblint.hub.programs import run
from nblint.hub.schedules.checks import schedule_problems, time_problems
from nblint.hub.schedules.timers import apply
from nblint.hub.settings import HubFile
from nblint.patterns import lazy_pattern
from nblint.suggestions import nearest

# Of a package that has an epoch, which the template's have not, both would be wrong together.
_QUERY = "%{name}\t%{version}\t%{release}\n"
# What dnf 4 says of a lock, and what dnf 5 does.
_LOCKED = lazy_pattern(
    r"(?m)^(?:(\S+)-\d+:([^-\s]+-[^-\s]+?)(?:\.\*)?"
    r"|Package name: (\S+)\n\s*evr = (?:\d+:)?(\S+))$"
)
# The lock of another version would keep dnf from the one that is wanted; and Debian's plugin
# `local` adds a repository without a key, which dnf refuses.
_WITHOUT_PLUGINS = "--disableplugin=versionlock,local"


class Change(Struct, frozen=True):
    """A package that is not as it should be.

    Attributes:
        name: The name of its repository.
        before: The version that is installed, if one is.
        after: The version that should be; None if it should not be there.
        release: The build of that version.
    """

    name: str
    before: str | None
    after: str | None
    release: str = "1"

    @property
    def package(self) -> str:
        """What rpm calls it."""
        return PACKAGE_PREFIX + self.name

    def __str__(self) -> str:
        if self.after is None:
            return f"{self.name} {self.before} is removed"
        if self.before is None:
            return f"{self.name} {self.after} is installed"
        return f"{self.name} {self.before} becomes {self.after}"


def changes(file: HubFile) -> list[Change]:
    """Find out what must change, and refuse what cannot be.

    Args:
        file: The settings of the hub.

    Returns:
        The changes by the names of packages; none, without a question to a repository, where all
        is as it should be.

    Raises:
        SettingsError: A package or its version is in no repository, its notebooks need what the hub
            does not have, or dnf or rpm cannot be asked. Each problem has a line.
    """
    path, wanted = _wanted(file)
    there = {name: build.split("-")[0] for name, build in _installed(file).items()}
    found = [
        Change(name, there.get(name), wanted[name].installed_version if name in wanted else None)
        for name in sorted({*wanted, *there})
    ]
    found = [change for change in found if change.before != change.after]
    new = [change for change in found if change.after is not None]
    kept = {name: pinned for name, pinned in wanted.items() if name not in {c.name for c in new}}
    if problems := [*time_problems(file), *_kept_schedules(kept, file)]:
        raise SettingsError("\n".join(problems))
    if not new:
        return found
    published = _published()
    if problems := list(_unpublished(new, published, path)):
        # dnf leaves out those that do not answer; then it is this that is wrong.
        _dnf(
            "--refresh",
            _WITHOUT_PLUGINS,
            "--quiet",
            "--setopt=*.skip_if_unavailable=0",
            "makecache",
        )
        raise SettingsError("\n".join(problems))
    new = [
        Change(each.name, each.before, each.after, published[each.name][each.after or ""])
        for each in new
    ]
    if problems := _unfit(new, wanted, file):
        raise SettingsError("\n".join(problems))
    return [*new, *(change for change in found if change.after is None)]


def install(file: HubFile, found: Iterable[Change]) -> None:
    """Make changes, and keep what is installed from being upgraded by anything else.

    Args:
        file: The settings of the hub.
        found: What `changes` returned.

    Raises:
        SettingsError: dnf refused or failed.
    """
    found = list(found)
    new = [f"{each.package}-{each.after}-{each.release}" for each in found if each.after]
    gone = [change for change in found if change.after is None]
    # First what people are waiting for.
    if new:
        _dnf("--assumeyes", _WITHOUT_PLUGINS, "install", *new)
    # The units of a package that goes are still there.
    apply(file)
    if gone:
        for change in gone:
            _stop(change.package)
        names = [change.package for change in gone]
        _dnf("--assumeyes", _WITHOUT_PLUGINS, "remove", *names)
    if found:
        _reload()
    _lock(file)


def _wanted(file: HubFile) -> tuple[Path, dict[str, Pinned]]:
    if file.settings.notebooks is None:
        raise SettingsError(f"{file.path}: notebooks: names no file of the packages to install")
    path = file / file.settings.notebooks
    return path, read_notebooks(path)


def _installed(file: HubFile) -> dict[str, str]:
    """Return the notebook packages that are installed: `VERSION-RELEASE` by repositories' names."""
    found = _run("rpm", "--query", "--all", f"{PACKAGE_PREFIX}*", "--queryformat", _QUERY)
    rows = [line.split("\t") for line in found.splitlines() if line]
    folder = file / file.settings.landing.notebooks
    # Somebody else's package can begin like ours, and has no notebooks there.
    return {
        name.removeprefix(PACKAGE_PREFIX): f"{version}-{release}"
        for name, version, release in rows
        if (folder / name.removeprefix(PACKAGE_PREFIX)).is_dir()
    }


def _published() -> dict[str, dict[str, str]]:
    """Return what the repositories have: by name and version, the newest build."""
    options = ("--refresh", _WITHOUT_PLUGINS, "--quiet", "repoquery")
    said = _dnf(*options, "--queryformat", _QUERY, f"{PACKAGE_PREFIX}*")
    found: dict[str, dict[str, str]] = {}
    for line in said.splitlines():
        if line.count("\t") == 2:
            name, version, release = line.split("\t")
            found.setdefault(name.removeprefix(PACKAGE_PREFIX), {})[version] = release
    return found


def _unpublished(
    new: Iterable[Change], published: dict[str, dict[str, str]], path: Path
) -> Iterator[str]:
    for change in new:
        where = f"{path}: notebooks.{change.name}"
        versions = published.get(change.name)
        if versions is None:
            yield (
                f"{where}: no repository of this host has the package {change.package}"
                f"{nearest(change.name, published)}"
            )
        elif change.after not in versions:
            there = ", ".join(version.replace("~", "-") for version in versions)
            asked = (change.after or "").replace("~", "-")
            yield f"{where}.version: {asked} is not published; there is {there}"


def _kept_schedules(kept: dict[str, Pinned], file: HubFile) -> Iterator[str]:
    folder = file / file.settings.landing.notebooks
    for name, pinned in kept.items():
        yield from schedule_problems(name, pinned, Package(folder / name), file)


def _unfit(new: Iterable[Change], wanted: dict[str, Pinned], file: HubFile) -> list[str]:
    """Return why notebooks would not run here, from the packages themselves."""
    python = notebooks_python(file)
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        for change in new:
            folder = Path(scratch, change.name)
            names = f"{change.package}-{change.after}-{change.release}"
            _dnf(_WITHOUT_PLUGINS, "download", "--destdir", str(folder), names)
            for package in _unpacked(folder):
                problems += [
                    f"{change.package} {change.after}: {problem}"
                    for problem in package_problems(package, file, python)
                ]
                problems += schedule_problems(change.name, wanted[change.name], package, file)
    return problems


def _unpacked(folder: Path) -> list[Package]:
    """Unpack the packages in a folder, and return what they would install."""
    for path in list(folder.glob("*.rpm")):
        _run("rpm2archive", str(path))
        with tarfile.open(f"{path}.tgz") as archive:
            for member in archive:
                target = (folder / member.name).resolve()
                # Links lead to what only an installed package has.
                source = archive.extractfile(member) if member.isfile() else None
                if source is not None and target.is_relative_to(folder.resolve()):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(source.read())
    return [Package(path.parent) for path in folder.glob("usr/share/notebooks/*/notebooks")]


def _lock(file: HubFile) -> None:
    """Keep `dnf upgrade` from changing what is installed, and forget what is not."""
    said = _dnf("--quiet", "versionlock", "list")
    locked = {
        (match[1] or match[3]).removeprefix(PACKAGE_PREFIX): match[2] or match[4]
        for match in _LOCKED.finditer(said)
        if (match[1] or match[3]).startswith(PACKAGE_PREFIX)
    }
    there = _installed(file)
    if stale := [PACKAGE_PREFIX + name for name in locked if locked[name] != there.get(name)]:
        _dnf("--quiet", "versionlock", "delete", *stale)
    new = [
        f"{PACKAGE_PREFIX}{name}-{build}"
        for name, build in there.items()
        if locked.get(name) != build
    ]
    if new:
        _dnf("--quiet", "versionlock", "add", *new)


def _stop(package: str) -> None:
    """Stop what a package has scheduled; its units are about to go."""
    if systemd.is_booted():
        timers = [f"{package}.timer", f"{package}@*.timer"]
        # It fails where it finds none.
        listed = systemd.systemctl("list-unit-files", "--no-legend", "--full", *timers).stdout
        names = [line.split()[0] for line in listed.splitlines() if line.strip()]
        active = systemd.must("list-units", "--no-legend", "--plain", "--all", *timers)
        names += [line.split()[0] for line in active.splitlines() if line.strip()]
        units = [name for name in dict.fromkeys(names) if not name.endswith("@.timer")]
        if units:
            systemd.must("disable", "--now", *units)


def _reload() -> None:
    if systemd.is_booted():
        systemd.must("daemon-reload")


def _dnf(*arguments: str) -> str:
    return _run("dnf", *_release(), *arguments)


def _release() -> Iterator[str]:
    """Yield what dnf must be told where no package says which release this is, as on Debian."""
    release = Path("/etc/os-release")
    text = release.read_text(encoding="utf-8") if release.is_file() else ""
    said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if said.get("ID") == "debian" or "debian" in said.get("ID_LIKE", ""):
        yield f"--releasever={said.get('VERSION_ID', '').strip(chr(34)) or '1'}"


def _run(*command: str) -> str:
    ran = run(*command)
    if ran.returncode:
        lines = [line.strip() for line in f"{ran.stderr}\n{ran.stdout}".splitlines()]
        lines = [line for line in lines if line] or [f"ended with status {ran.returncode}"]
        said = [line for line in lines if line.startswith("Error")] or lines[:2]
        # dnf also prints the settings of repositories, with passwords.
        raise SettingsError(f"{command[0]}: {mask('; '.join(said))}")
    return ran.stdout
