"""All that can be known of a hub before it is deployed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nblint.credentials.masking.redaction import mask
from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.hub.configuration import crypt_key, own_secret
from nblint.hub.discovery import endpoints
from nblint.hub.environment import SecretFile
from nblint.hub.identities import Identities
from nblint.hub.index import welcome
from nblint.hub.installed import Package, installed, packages
from nblint.hub.settings import HubFile
from nblint.hub.versions import holes, installed_versions
from nblint.linting.checking import check_bytes
from nblint.patterns import lazy_pattern
from nblint.project.catalogue.loading import read_catalogue
from nblint.project.catalogue.model import Catalogue, Variable
from nblint.project.distributions import canonical
from nblint.project.inventory import Inventory
from nblint.project.project import Project
from nblint.reading.environment.environment import Environment
from nblint.reading.parts import Reading
from nblint.reports.text import count
from nblint.suggestions import nearest

if TYPE_CHECKING:
    from packaging.requirements import Requirement

# Safe paths, which keep a colleague's folder from running, are of this version.
_OLDEST = (3, 11)
_SECONDS = 60
_PINNED = lazy_pattern(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)")


class Checked(Struct):
    """What was found.

    Attributes:
        problems: What keeps the hub from being deployed, in sentences.
        notes: What its owners should know.
        passed: What is in order, in sentences.
    """

    problems: list[str] = []
    notes: list[str] = []
    passed: list[str] = []


def check(file: HubFile, *, on_host: bool = True) -> Checked:
    """Check a hub.

    Args:
        file: The settings.
        on_host: Whether this is the hub's host, so that secrets, installed notebooks and the Python
            of the notebooks are here, and the provider can be reached.
    """
    checked = Checked()
    everywhere = (_catalogue, _lock, _holes, _landing, _notes)
    there = (_own_secrets, _secrets, _provider, _python, _groups, _installed)
    for part in (*everywhere, *(there if on_host else ())):
        _try(part, file, checked)
    return checked


def _try(part: Callable[[HubFile, Checked], None], file: HubFile, checked: Checked) -> None:
    try:
        part(file, checked)
    except SettingsError as error:
        # One mistake can stop several parts: a catalogue that cannot be read is said once.
        if str(error) not in checked.problems:
            checked.problems.append(str(error))


def _catalogue(file: HubFile, checked: Checked) -> None:
    number = count(len(_variables(file)), "variable")
    checked.passed.append(f"{file / file.settings.environment}: {number}")


def _lock(file: HubFile, checked: Checked) -> None:
    if file.settings.servers.requirements:
        versions = _locked(file)
        path = file / file.settings.servers.requirements
        if not versions:
            checked.problems.append(
                f"{path}: locks no package; make it with `uv pip compile --generate-hashes`"
            )
        checked.problems += [f"{path}: {hole}" for hole in holes(versions)]
        checked.passed.append(f"{path}: {count(len(versions), 'package')}")


def _holes(_: HubFile, checked: Checked) -> None:
    checked.problems += [f"in this Python: {hole}" for hole in holes(installed_versions())]


def _landing(file: HubFile, checked: Checked) -> None:
    """Check the landing page as any notebook of the organisation is checked."""
    path = file / file.settings.landing.welcome
    root = file / file.settings.landing.notebooks
    found = list(installed(root))
    data = welcome(read_text(path), found, root)
    findings = check_bytes("Welcome.ipynb", data, Project())
    checked.problems += [
        f"{path}: as a notebook, the landing page is refused: {finding.code} {finding.message}"
        for finding in findings
    ]
    checked.passed.append(f"{path}: a landing page with {count(len(found), 'notebook')}")


def _notes(file: HubFile, checked: Checked) -> None:
    settings = file.settings
    if settings.mfa.proof == "provider":
        checked.notes.append(
            "mfa.proof is 'provider': the hub lets in whoever the provider sends, with a second "
            "factor or without; the provider must require one for this client"
        )
    elif settings.mfa.refresh == "keep":
        checked.notes.append(
            "mfa.refresh is 'keep': the second factor of a login counts until it ends, even if the "
            "provider does not repeat it"
        )
    if "offline_access" not in settings.provider.scopes:
        checked.notes.append(
            "provider.scopes has no 'offline_access': with most providers, people are put out when "
            "their access token ends, often after an hour"
        )
    if not settings.subdomains and settings.groups.admins:
        checked.notes.append(
            "subdomains is false: admins can start and stop servers, and not open those of others"
        )
    if not settings.groups.admins:
        checked.notes.append(
            "groups.admins is empty: nobody can stop another's server in a browser"
        )


def _own_secrets(file: HubFile, checked: Checked) -> None:
    own_secret(file, file.settings.provider.client_secret_file, "provider.client-secret-file")
    crypt_key(file)
    checked.passed.append("the hub's own secrets are there, and closed to others")


def _secrets(file: HubFile, checked: Checked) -> None:
    folder = file / file.settings.secrets
    secrets = [
        SecretFile(variable, folder) for variable in _variables(file) if variable.declaration.file
    ]
    missing = 0
    for secret in secrets:
        if secret.is_personal:  # whose files there are, only a start tells
            continue
        try:
            missing += secret.read("") is None
        except SettingsError as error:
            checked.problems.append(f"{file / file.settings.environment}: {error}")
    absent = f", {missing} of them optional and not there" if missing else ""
    checked.passed.append(f"{folder}: {count(len(secrets), 'secret')}{absent}")


def _provider(file: HubFile, checked: Checked) -> None:
    found = endpoints(file)
    checked.passed.append(f"{file.settings.provider.issuer}: people sign in at {found.authorize}")


def _python(file: HubFile, checked: Checked) -> None:
    python = file.settings.servers.python or sys.executable
    where = f"{file.path}: servers.python: {python}"
    program = "import sys; print(*sys.version_info[:2])"
    try:
        ran = subprocess.run(
            [python, "-I", "-c", program],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        version = tuple(map(int, ran.stdout.split()))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError(f"{where}: cannot be run: {reason}") from None
    said = ".".join(map(str, version))
    if version < _OLDEST:
        raise SettingsError(
            f"{where}: is Python {said}, in which opening a colleague's notebook can run their "
            "files; take 3.11 or newer"
        )
    checked.passed.append(f"{python}: Python {said}")


def _groups(file: HubFile, checked: Checked) -> None:
    """Compare with the groups of those who came: a misspelt one would let nobody in."""
    seen = Identities(file / file.settings.state / "identities.sqlite").groups()
    if not seen:
        return
    groups = file.settings.groups
    for key, names in (("users", groups.users), ("admins", groups.admins)):
        checked.problems += [
            f"{file.path}: groups.{key}: nobody who came is in the group {name!r}"
            + nearest(name, seen)
            for name in names
            if name not in seen
        ]


def _installed(file: HubFile, checked: Checked) -> None:
    root = file / file.settings.landing.notebooks
    found = packages(root)
    variables = {variable.name: variable for variable in _variables(file)}
    catalogue = Catalogue(variables, (file.settings.environment,))
    locked = _locked(file) if file.settings.servers.requirements else None
    for package in found:
        checked.problems += _unset(package, catalogue, file)
        if locked is not None:
            lock = file / str(file.settings.servers.requirements)
            checked.problems += _unmet(package, locked, lock)
    checked.passed.append(f"{root}: {count(len(found), 'package')} of notebooks")


def _unset(package: Package, catalogue: Catalogue, file: HubFile) -> Iterator[str]:
    """Yield which variables a package's notebooks need and do not get."""
    inventory = Inventory()
    for path in package.notebooks:
        try:
            notebook = Notebook.parse(path.name, path.read_bytes())
        except (OSError, Unreadable) as error:
            yield f"{path}: is no notebook that can be read: {error}"
            continue
        environment = Reading([notebook, catalogue]).get(Environment)
        inventory.add(path.name, environment, catalogue, mask)
    where = file / file.settings.environment
    for entry in inventory.variables:
        variable = catalogue.variables.get(entry.name)
        if (
            not entry.required
            or entry.declared == "elsewhere"
            or (variable and _has_value(variable))
        ):
            continue
        what = "does not declare" if variable is None else "gives no value to"
        yield (
            f"{package.folder}: {', '.join(entry.notebooks)} needs the variable {entry.name}, "
            f"which {where} {what}"
        )


def _has_value(variable: Variable) -> bool:
    declaration = variable.declaration
    return bool(declaration.file or declaration.users or declaration.value is not None)


def _unmet(package: Package, locked: dict[str, str], lock: Path) -> Iterator[str]:
    """Yield which requirements of a package the environment of all notebooks does not meet."""
    for requirement in _requirements(package):
        name = canonical(requirement.name)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        version = locked.get(name)
        if version is None:
            yield f"{package.folder}: needs {requirement}, and {lock} does not have {name}"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{package.folder}: needs {requirement}, and {lock} has {name} {version}"


def _requirements(package: Package) -> Iterator[Requirement]:
    for line in _lines(package.requirements):
        if (requirement := _requirement(line)) is not None:
            yield requirement


def _requirement(line: str) -> Requirement | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(line)
    except InvalidRequirement:  # an option of pip, or an address
        return None


def _lines(text: str) -> Iterable[str]:
    for line in text.replace("\\\n", " ").splitlines():
        plain = line.partition(" #")[0].partition(" --hash")[0].strip()
        if plain and not plain.startswith(("#", "-")):
            yield plain


def _locked(file: HubFile) -> dict[str, str]:
    text = read_text(file / str(file.settings.servers.requirements))
    found = (_PINNED.match(line) for line in text.splitlines())
    return {canonical(match[1]): match[2] for match in found if match}


def _variables(file: HubFile) -> list[Variable]:
    return list(read_catalogue(file / file.settings.environment))
