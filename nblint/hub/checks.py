"""All that can be known of a hub before it is deployed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from nblint.credentials.masking.redaction import mask
from nblint.document.model import Notebook, Unreadable
from nblint.errors import SettingsError
from nblint.files import read_text, read_whole
from nblint.hub.addresses import address_problem
from nblint.hub.backup.checking import notes as backup_notes
from nblint.hub.checked import Checked
from nblint.hub.configuration import crypt_keys, own_secret
from nblint.hub.environment import SecretFile, spawner_environment
from nblint.hub.host import checks as host
from nblint.hub.locked import Lock
from nblint.hub.login.discovery import endpoints
from nblint.hub.login.identities import Identities
from nblint.hub.notebooks.index import landing_page
from nblint.hub.notebooks.installed import Package, examples, installed, packages
from nblint.hub.notebooks.wanted import read_notebooks
from nblint.hub.schedules.checks import time_problems
from nblint.hub.servers.accounts import HOMES
from nblint.hub.servers.homes import refuse_without_lists
from nblint.hub.settings import HubFile
from nblint.hub.versions import holes, installed_versions
from nblint.linting.checking import check_bytes
from nblint.project.catalogue.loading import read_catalogue
from nblint.project.catalogue.model import Catalogue, Variable
from nblint.project.inventory import Inventory
from nblint.project.project import Project
from nblint.reading.environment.environment import Environment
from nblint.reading.parts import Reading
from nblint.reports.text import count
from nblint.suggestions import nearest

# Safe paths, which keep a colleague's folder from running, are of this version.
_OLDEST = (3, 11)
_SECONDS = 60


def check(file: HubFile, *, on_host: bool = True) -> Checked:
    """Check a hub.

    Args:
        file: The settings.
        on_host: Whether this is the hub's host, so that secrets, installed notebooks and the Python
            of the notebooks are here, and the provider can be reached.
    """
    checked = Checked(notebooks_python(file, on_host=on_host))
    everywhere = (_catalogue, _lock, _holes, _landing, _examples, _pinned, host.settings, _notes)
    there = (host.on_host, _own_secrets, _secrets, _provider, _python, _groups, _homes, _installed)
    for part in (*everywhere, *(there if on_host else ())):
        _try(part, file, checked)
    checked.notes += backup_notes(file, on_host=on_host)
    return checked


def _try(part: Callable[[HubFile, Checked], None], file: HubFile, checked: Checked) -> None:
    try:
        part(file, checked)
    except SettingsError as error:
        # One mistake can stop several parts: a catalogue that cannot be read is said once.
        if str(error) not in checked.problems:
            checked.problems.append(str(error))


def _catalogue(file: HubFile, checked: Checked) -> None:
    spawner_environment(file / file.settings.environment, file / file.settings.secrets)
    number = count(len(_variables(file)), "variable")
    checked.passed.append(f"{file / file.settings.environment}: {number}")


def notebooks_python(file: HubFile, *, on_host: bool = True) -> str:
    """Return the version of the notebooks' Python, or else the best that is known of it.

    Args:
        file: The settings.
        on_host: Whether it is here, to be asked.
    """
    try:
        if on_host:
            return _python_version(file)
        lock = _locked(file)
    except SettingsError:  # which is said by what checks it
        lock = None
    return (lock and lock.python) or ".".join(map(str, sys.version_info[:3]))


def _lock(file: HubFile, checked: Checked) -> None:
    lock = _locked(file)
    if lock is None:
        return
    versions = lock.versions(checked.python)
    if not versions:
        checked.problems.append(
            f"{lock.path}: locks no package; make it with `uv pip compile --generate-hashes`"
        )
    checked.problems += [f"{lock.path}: {hole}" for hole in holes(versions)]
    source = lock.path.with_suffix(".in")
    if lock.path.suffix == ".txt" and source.is_file():
        unmet = lock.unmet(read_text(source), checked.python)
        checked.problems += [f"{source}: {what}; lock it again: `make lock`" for what in unmet]
    if lock.depends_on_python and lock.python is None:
        checked.notes.append(
            f"{lock.path}: does not say which Python it was made for; it is read as for Python "
            f"{checked.python}"
        )
    checked.passed.append(f"{lock.path}: {count(len(versions), 'package')}")


def _holes(_: HubFile, checked: Checked) -> None:
    checked.problems += [f"in this Python: {hole}" for hole in holes(installed_versions())]


def _landing(file: HubFile, checked: Checked) -> None:
    """Check the landing page as any notebook of the organisation is checked."""
    path = file / file.settings.landing.welcome
    found = list(installed(file / file.settings.landing.notebooks))
    data = landing_page(file, found)
    findings = check_bytes("Welcome.ipynb", data, Project())
    checked.problems += [
        f"{path}: as a notebook, the landing page is refused: {finding.code} {finding.message}"
        for finding in findings
    ]
    checked.passed.append(f"{path}: a landing page with {count(len(found), 'notebook')}")


def _examples(file: HubFile, checked: Checked) -> None:
    """Check that examples find the variables that they read."""
    if file.settings.landing.examples:
        folder = file / file.settings.landing.examples
        paths = [example.path for example in examples(folder)]
        checked.problems += _unset(paths, folder, file)
        checked.passed.append(f"{folder}: {count(len(paths), 'example')}")


def _pinned(file: HubFile, checked: Checked) -> None:
    if file.settings.notebooks:
        path = file / file.settings.notebooks
        number = count(len(read_notebooks(path)), "package")
        checked.passed.append(f"{path}: {number} of notebooks to install")
        checked.problems += time_problems(file)


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
    if address_problem(settings.bind):
        checked.notes.append(
            f"bind is {settings.bind!r}: other machines can reach the hub past what ends TLS; let "
            "a firewall keep them out"
        )
    if not settings.groups.admins:
        checked.notes.append(
            "groups.admins is empty: nobody can stop another's server in a browser"
        )


def _own_secrets(file: HubFile, checked: Checked) -> None:
    client = file.settings.provider.client_secret_file
    found = [
        _problem(lambda: own_secret(file, client, "provider.client-secret-file")),
        _problem(lambda: crypt_keys(file)),
    ]
    checked.problems += filter(None, found)
    if not any(found):
        checked.passed.append("the hub's own secrets are there, and closed to others")


def _problem(read: Callable[[], object]) -> str:
    """Return why something cannot be read; empty if it can."""
    try:
        read()
    except SettingsError as error:
        return str(error)
    return ""


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
    version, where = _python_version(file), _python_place(file)
    if _numbers(version) < _OLDEST:
        raise SettingsError(
            f"{where}: is Python {version}, in which opening a colleague's notebook can run their "
            "files; take 3.11 or newer"
        )
    lock = _locked(file)
    if lock is not None and lock.python and _numbers(version) < _numbers(lock.python):
        raise SettingsError(
            f"{where}: is Python {version}, and {lock.path} was made for {lock.python} or newer"
        )
    checked.passed.append(f"{file.settings.servers.python or sys.executable}: Python {version}")


def _python_place(file: HubFile) -> str:
    return f"{file.path}: servers.python: {file.settings.servers.python or sys.executable}"


def _python_version(file: HubFile) -> str:
    """Ask the Python of the notebooks for its version."""
    python = file.settings.servers.python or sys.executable
    program = "import sys; print(*sys.version_info[:3], sep='.')"
    try:
        ran = subprocess.run(
            [python, "-I", "-c", program],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        _numbers(version := ran.stdout.strip())
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = getattr(error, "strerror", None) or "does not answer as Python does"
        raise SettingsError(f"{_python_place(file)}: cannot be run: {reason}") from None
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _groups(file: HubFile, checked: Checked) -> None:
    """Compare with the groups of those who came: a misspelt one would let nobody in."""
    seen = Identities(file / file.settings.state / "identities.sqlite").groups()
    if not seen:
        return
    groups = file.settings.groups
    listed = (("users", groups.users), ("admins", groups.admins))
    unseen = [
        f"{file.path}: groups.{key}: nobody who came is in the group {name!r}{nearest(name, seen)}"
        for key, names in listed
        for name in names
        if name not in seen
    ]
    # Somebody may yet come who is in one; but with none of them, nobody enters any more.
    is_none_left = len(unseen) == len({*groups.users}) + len({*groups.admins})
    (checked.problems if is_none_left else checked.notes).extend(unseen)


def _homes(file: HubFile, checked: Checked) -> None:
    if file.settings.unix_accounts:
        refuse_without_lists(HOMES)
        checked.passed.append(f"{HOMES}: has access control lists")


def _installed(file: HubFile, checked: Checked) -> None:
    root = file / file.settings.landing.notebooks
    found = packages(root)
    if file.settings.notebooks:
        path = file / file.settings.notebooks
        checked.notes += _differences(path, found)
        # The others are replaced or removed, and were judged before they came.
        pinned = {name: entry.installed_version for name, entry in read_notebooks(path).items()}
        found = [each for each in found if pinned.get(each.folder.name) == each.version]
    for package in found:
        checked.problems += package_problems(package, file, checked.python)
    checked.passed.append(f"{root}: {count(len(found), 'package')} of notebooks")


def package_problems(package: Package, file: HubFile, python: str) -> list[str]:
    """Return why the notebooks of a package would not run on a hub, in sentences.

    Args:
        package: The package.
        file: The settings of the hub.
        python: The version of Python that requirements are read for.
    """
    found = list(_unset(package.notebooks, package.folder, file))
    if (lock := _locked(file)) is not None:
        unmet = lock.unmet(package.requirements, python)
        found += [f"{package.folder}: {what}" for what in unmet]
    return found


def _differences(path: Path, found: Iterable[Package]) -> Iterator[str]:
    """Yield where what is installed is not what the file says."""
    pinned = read_notebooks(path)
    there = {package.folder.name: package.version for package in found}
    for name in sorted({*pinned, *there}):
        if name not in pinned:
            yield f"{name} {there[name]} is installed, and {path} does not have it"
        elif name not in there:
            yield f"{path}: {name} {pinned[name].version} is not installed"
        elif there[name] != pinned[name].installed_version:
            yield f"{path}: {name} {pinned[name].version}: {there[name]} is installed"


def _unset(notebooks: Iterable[Path], folder: Path, file: HubFile) -> Iterator[str]:
    """Yield which variables the notebooks of a folder need and do not get."""
    variables = {variable.name: variable for variable in _variables(file)}
    catalogue = Catalogue(variables, (file.settings.environment,))
    inventory = Inventory()
    for path in notebooks:
        try:
            notebook = Notebook.parse(path.name, read_whole(path))
        except SettingsError as error:
            yield str(error)
            continue
        except Unreadable as error:
            yield f"{path}: {error.reason}"
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
            f"{folder}: {', '.join(entry.notebooks)} needs the variable {entry.name}, "
            f"which {where} {what}"
        )


def _has_value(variable: Variable) -> bool:
    declaration = variable.declaration
    return bool(declaration.file or declaration.users or declaration.value is not None)


def _locked(file: HubFile) -> Lock | None:
    name = file.settings.servers.requirements
    return Lock.read(file / name) if name else None


def _variables(file: HubFile) -> list[Variable]:
    return list(read_catalogue(file / file.settings.environment))
