"""Writes a host's files: units, rules against what users must not reach, the web server's settings.

They are upgraded with the code that relies on them, so they are data of this package: `files/` is
a host's tree, in which `{{ … }}` stands for what `hub.toml` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from msgspec import Struct

from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.hub.accounts import OURS
from nblint.hub.settings import HubFile

# Where the environments of the hub and of everybody's notebooks are: a folder for each lock, and
# the link `current`.
PREFIX = PurePosixPath("/opt/jupyterhub")


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
    """
    environment = Environment(  # noqa: S701 - no markup
        undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.tests["ipv4"] = lambda address: ip_address(address).version == 4
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
    for item in rendered(file):
        path = folder / item.path
        try:
            if write_changed(path, item.text.encode()):
                path.chmod(0o644)
                written.append(path)
        except OSError as error:
            raise SettingsError(unwritable(path, error)) from None
    return written


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
    site = settings.address.rstrip("/")
    if settings.subdomains:
        site += f", {site.replace('://', '://*.', 1)}"
    return {
        "settings": settings,
        "folder": file.path.parent,
        "hub": PREFIX / "hub" / "current",
        "group": OURS,
        "site": site,
        "bind_host": bind.hostname,
        "bind_port": bind.port,
        "page_folder": (file / settings.landing.page).parent,
        "certificate": file / (settings.tls.certificate or ""),
        "key": file / (settings.tls.key or ""),
    }
