"""The images: a folder each, with all that `docker build` reads."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path, PurePosixPath

from jinja2 import Environment, StrictUndefined
from msgspec import Struct

from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.hub.kubernetes import layout
from nblint.hub.notebooks.installed import examples
from nblint.hub.servers.kernels import kernel_files
from nblint.hub.settings import HubFile

# The environment of the hub image and nblint itself, as the hub's template lays them out.
_HUB_LOCK = "requirements/kubernetes.txt"
_NBLINT = "requirements/nblint.txt"
_TAG_LETTERS = 12
# https://github.com/distribution/reference/blob/main/reference.go
_HOST = "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"
_REGISTRY = re.compile(rf"{_HOST}(/[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*)*")
# What the image that fills the volume of notebooks has of the repository: which notebooks, and what
# their environment is.
NOTEBOOKS = "notebooks.toml"
LOCK = "servers.txt"


class Image(Struct, frozen=True):
    """An image.

    Attributes:
        folder: Its folder below `images/`.
        name: What the registry calls it.
        contents: The texts of its files, by their paths in the folder.
    """

    folder: str
    name: str
    contents: dict[str, str]

    @property
    def tag(self) -> str:
        """A tag that changes exactly when one of the files does."""
        digest = hashlib.sha256()
        for path, text in sorted(self.contents.items()):
            digest.update(f"{path}\0{len(text.encode())}\0{text}".encode())
        return digest.hexdigest()[:_TAG_LETTERS]

    @property
    def reference(self) -> str:
        """The image as pods name it."""
        return f"{self.name}:{self.tag}"


class Images(Struct, frozen=True):
    """The images of a hub in a cluster.

    Attributes:
        hub: What the hub runs.
        user: What everybody's server and scheduled runs run.
        notebooks: What fills the volume of notebooks.
    """

    hub: Image
    user: Image
    notebooks: Image


def images(file: HubFile, registry: str) -> Images:
    """Return the images.

    Args:
        file: The settings, beside which the locks lie.
        registry: What stands before the names of images.

    Raises:
        SettingsError: A lock, the landing page's text or an example cannot be read.
    """
    registry = registry.rstrip("/")
    if not _REGISTRY.fullmatch(registry):
        raise SettingsError(
            f"--registry: {registry!r:.80} is not what the name of an image can begin with, such "
            "as registry.example.com/hub"
        )
    lock, nblint = _read(file, _HUB_LOCK), _read(file, _NBLINT)
    requirements = file.settings.servers.requirements
    if requirements is None:
        raise SettingsError(
            f"{file.path}: servers.requirements: missing; the image of servers is made from it"
        )
    ours = {"requirements.txt": lock, "nblint.txt": nblint}
    kernel = kernel_files(layout.KERNELS)
    user = {
        "requirements.txt": _read(file, requirements),
        "start-server": _source("start-server"),
        **{f"kernels/{path}": text for path, text in kernel.items()},
    }
    shown = {
        "welcome.md": _read(file, file.settings.landing.welcome),
        LOCK: user["requirements.txt"],
    }
    if notebooks := file.settings.notebooks:
        shown[NOTEBOOKS] = _read(file, notebooks)
    if folder := file.settings.landing.examples:
        for example in examples(file / folder):
            shown[f"examples/{example.path.name}"] = read_text(example.path)

    def image(name: str, contents: dict[str, str]) -> Image:
        dockerfile = _source(f"{name}.Dockerfile")
        return Image(name, f"{registry}/{name}", {"Dockerfile": dockerfile, **contents})

    return Images(image("hub", ours), image("user", user), image("notebooks", ours | shown))


def _read(file: HubFile, name: str) -> str:
    path = file / name
    if name == _HUB_LOCK and not path.is_file():
        raise SettingsError(
            f"{path}: no such file; it locks what the hub image has: `nblint new --hub` with "
            "runs_on=kubernetes writes it"
        )
    return read_text(Path(path))


def _source(name: str) -> str:
    """Return one of our files, with the places that it must agree on with others filled in."""
    text = (files("nblint.hub.kubernetes") / "files" / name).read_text("utf-8")
    environment = Environment(  # noqa: S701 - no markup
        undefined=StrictUndefined, keep_trailing_newline=True
    )
    places = {key: value for key, value in vars(layout).items() if key.isupper()}
    assert isinstance(places["HOME"], PurePosixPath)
    return environment.from_string(text).render(places)
