"""Writes the folder of a hub in a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path, PurePath

from nblint.document.write import write_changed
from nblint.errors import SettingsError, unwritable
from nblint.hub.kubernetes import data
from nblint.hub.kubernetes.commands import commands
from nblint.hub.kubernetes.commented import commented, documents
from nblint.hub.kubernetes.images import images
from nblint.hub.kubernetes.objects import of_notebooks
from nblint.hub.kubernetes.runs import of_schedules
from nblint.hub.kubernetes.values import values
from nblint.hub.settings import HubFile

_WRITTEN = "# Written by `nblint hub kubernetes`; changes are overwritten.\n"
_VALUES = f"""\
{_WRITTEN}# Values for the chart jupyterhub (Zero to JupyterHub), with where each came from.
# Yours go into a second file, which wins:
# helm upgrade --install hub jupyterhub/jupyterhub -f values.yaml -f own.yaml
"""


def rendered(file: HubFile, registry: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a hub in a cluster, by their paths, in a stable order.

    Args:
        file: The settings.
        registry: What stands before the names of images, such as `registry.example.com/hub`.

    Raises:
        SettingsError: What they are made from cannot be read or used.
    """
    made = images(file, registry)
    yield "values.yaml", _VALUES + commented(values(file, made.hub, made.user))
    yield "notebooks.yaml", _WRITTEN + documents(of_notebooks(file, made))
    yield "schedules.yaml", _WRITTEN + documents(of_schedules(file, made.user))
    alerts = files("nblint.hub.kubernetes") / "files" / "alerts.yaml"
    yield "alerts.yaml", alerts.read_text("utf-8")
    yield "secrets.txt", commands(file)
    for image in (made.hub, made.user, made.notebooks):
        for path, text in image.contents.items():
            yield f"images/{image.folder}/{path}", text


def render(file: HubFile, registry: str, folder: Path) -> list[Path]:
    """Write the files of a hub in a cluster; all are made before the first is written.

    Args:
        file: The settings.
        registry: What stands before the names of images.
        folder: The folder, which is made if needed; other files in it stay, but for those of
            our images.

    Returns:
        What was written; what already was as it should be is left out.

    Raises:
        SettingsError: What they are made from cannot be used, or a file cannot be written.
    """
    made = dict(rendered(file, registry))
    written = []
    for name, text in made.items():
        path = folder / name
        try:
            if write_changed(path, text.encode()):
                written.append(path)
        except OSError as error:
            raise SettingsError(unwritable(path, error)) from None
    for image in {PurePath(name).parts[1] for name in made if name.startswith("images/")}:
        _remove(folder / "images" / image, {folder / name for name in made})
    return written


def notes(file: HubFile) -> Iterator[str]:
    """Yield what `hub.toml` says and a cluster does not do by itself.

    Args:
        file: The settings.
    """
    settings = file.settings
    if settings.notify.mail or settings.notify.command:
        yield "notify: does nothing in a cluster; alerts.yaml has rules for Prometheus instead"
    if settings.tls.by != "files":
        yield f"tls.by: {settings.tls.by!r} does nothing in a cluster; secrets.txt says what does"
    for each in data.mounts(file):
        yield f"servers.data: make the claim {each['name']}, of the volume of {each['mountPath']}"
    if settings.ca_file:
        yield "ca-file: does nothing in a cluster; let the images have it, and variables name it"
    if settings.http_proxy:
        yield "http-proxy: no network policy lets anybody reach a private address by itself"


def _remove(folder: Path, files: set[Path]) -> None:
    """Remove what an image would take in and is not there any more, such as an example."""
    try:
        for path in folder.rglob("*"):
            if not path.is_dir() and path not in files:
                path.unlink()
    except OSError as error:
        raise SettingsError(unwritable(folder, error)) from None
