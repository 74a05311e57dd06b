"""What of `hub.toml` a host cannot be given, and what of it only the host knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from nblint.errors import SettingsError
from nblint.hub import listening
from nblint.hub.checked import Checked
from nblint.hub.outgoing import missing_for_proxy
from nblint.hub.schedules.checks import is_zone
from nblint.hub.settings import HubFile

# What stands for itself in the files of systemd, Caddy and tmpfiles.
_PLAIN = re.compile(r"[\w/.+@:,=~-]+")


def unfit(file: HubFile) -> Iterator[str]:
    """Yield what of the settings cannot stand in a host's files, in sentences.

    Args:
        file: The settings.
    """
    landing, tls = file.settings.landing, file.settings.tls
    names = {
        "state": file.settings.state,
        "landing.notebooks": landing.notebooks,
        "landing.page": landing.page,
        "tls.certificate": tls.certificate,
        "tls.key": tls.key,
    }
    for key, name in names.items():
        if name is not None and not _PLAIN.fullmatch(name):
            yield (
                f"{file.path}: {key}: {name!r} has a space or a mark that has a meaning in the "
                "host's files; choose another name"
            )


def without_certificate(file: HubFile) -> Iterator[str]:
    """Yield why a web server would have no certificate, whatever the host is."""
    if file.settings.subdomains and file.settings.tls.by == "caddy":
        yield (
            f"{file.path}: tls.by: subdomains need a certificate for all names in the hub's "
            "domain, which Caddy cannot get by itself; take 'files'"
        )


def settings(file: HubFile, checked: Checked) -> None:
    """Check what the host is told, as far as any machine knows.

    Args:
        file: The settings.
        checked: Gets what is found.
    """
    if file.settings.unix_accounts:
        checked.problems += unfit(file)
    zone = file.settings.timezone
    if zone is not None and not is_zone(zone):
        checked.problems.append(
            f"{file.path}: timezone: {zone!r} is not a time zone such as 'Europe/Prague'"
        )


def on_host(file: HubFile, checked: Checked) -> None:
    """Check what only the host knows: its certificate, and what its own Python has.

    Args:
        file: The settings.
        checked: Gets what is found.
    """
    checked.problems += filter(None, [missing_for_proxy(file)])
    if not file.settings.unix_accounts:
        return
    checked.problems += without_certificate(file)
    port = urlsplit(file.settings.bind).port or 0
    if port >= listening.FIRST_OF_USERS:
        checked.notes.append(
            f"bind has the port {port}, on which each user of the host can listen while the proxy "
            f"restarts; take one below {listening.FIRST_OF_USERS}"
        )
    if file.settings.tls.by == "files":
        wrong, end = _certificate(file)
        checked.problems += [f"{file.path}: tls: {what}" for what in wrong]
        path = file.settings.tls.certificate
        if end:
            checked.notes.append(f"{path}: runs out on {end}; get a new one")
        elif not wrong:
            checked.passed.append(f"{path}: a certificate for {file.settings.address}")


def _certificate(file: HubFile) -> tuple[list[str], str]:
    """Return what is wrong with a certificate from files, and when it runs out if that is soon."""
    from nblint.hub.host.certificates import problems, runs_out_soon

    tls, host = file.settings.tls, urlsplit(file.settings.address).hostname or ""
    path, key = Path(tls.certificate or ""), Path(tls.key or "")
    names = [host, f"*.{host}"] if file.settings.subdomains else [host]
    try:
        return list(problems(path, key, names)), runs_out_soon(path)
    except SettingsError as error:
        return [str(error)], ""
