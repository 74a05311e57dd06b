"""Writes a host's files: units, rules against what users must not reach, the web server's settings.

They are upgraded with the code that relies on them, so they are data of this package: `files/` is
a host's tree, in which `{{ … }}` stands for what `hub.toml` says.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from msgspec import Struct

from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.hub import listening
from nblint.hub.addresses import identity_addresses
from nblint.hub.host.checks import unfit, without_certificate
from nblint.hub.host.places import PREFIX
from nblint.hub.outgoing import proxy_environment
from nblint.hub.servers.accounts import OURS
from nblint.hub.settings import HubFile

_MODE = 0o644


class Rendered(Struct, frozen=True):
    """A file of a host.

    Attributes:
        path: Where it lies, without the slash at its beginning.
        text: What it holds.
    """

    path: PurePosixPath
    text: str


def rendered(file: HubFile) -> Iterator[Rendered]:
    """Yield the files of a host, in a stable order.

    Args:
        file: The settings.

    Raises:
        SettingsError: Something in them has no place in the files.
    """
    if problem := next(chain(unfit(file), without_certificate(file)), None):
        raise SettingsError(problem)
    environment = Environment(  # noqa: S701 - no markup
        undefined=StrictUndefined, keep_trailing_newline=True
    )
    values = _values(file)
    for path, source in _sources(files("nblint.hub.host") / "files", PurePosixPath()):
        yield Rendered(path, environment.from_string(source.read_text("utf-8")).render(values))


def render(file: HubFile, folder: Path) -> list[Path]:
    """Write the files of a host below a folder, for root to copy from there.

    Args:
        file: The settings.
        folder: The folder, which is made if needed; other files in it stay.

    Returns:
        What was written; what already was as it should be is left out.

    Raises:
        SettingsError: A file cannot be written.
    """
    written = []
    for item in list(rendered(file)):
        path = folder / item.path
        try:
            if _write(path, item.text.encode()):
                written.append(path)
        except OSError as error:
            raise SettingsError(unwritable(path, error)) from None
    return written


def _write(path: Path, data: bytes) -> bool:
    """Write a file if it is not as it should be; return whether it was not."""
    # A unit that somebody has masked is a link to /dev/null: the link goes, and not the device.
    if path.is_symlink():
        path.unlink()
    is_new = write_changed(path, data)
    is_new |= stat.S_IMODE(path.stat().st_mode) != _MODE
    path.chmod(_MODE)
    return is_new


def _sources(
    folder: Traversable, path: PurePosixPath
) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sources(entry, path / entry.name)
        else:
            yield path / entry.name, entry


def _values(file: HubFile) -> dict[str, object]:
    settings, bind = file.settings, urlsplit(file.settings.bind)
    addresses = identity_addresses(settings.metadata_addresses)
    site = settings.address.rstrip("/")
    if settings.subdomains:
        site += f", {site.replace('://', '://*.', 1)}"
    return {
        "settings": settings,
        "proxy": proxy_environment(settings),
        "state": file / settings.state,
        "notebooks": file / settings.landing.notebooks,
        "folder": file.path.parent,
        "hub": PREFIX / "hub" / "current",
        "group": OURS,
        "site": site,
        "bind_host": bind.hostname,
        "bind_port": bind.port,
        "api_port": listening.PROXY_API,
        "hub_port": listening.HUB,
        "first_port_of_users": listening.FIRST_OF_USERS,
        "addresses": {
            "ip": [each for each in addresses if ":" not in each],
            "ip6": [each for each in addresses if ":" in each],
        },
        "page_folder": (file / settings.landing.page).parent,
        "certificate": file / (settings.tls.certificate or ""),
        "key": file / (settings.tls.key or ""),
    }
