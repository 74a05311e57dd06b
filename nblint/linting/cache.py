"""Remembers in which notebooks nothing was found, so that they are not checked again.

What is kept are digests: of a notebook's bytes together with all that decides what is found in
them. So nothing that a notebook holds is kept, a digest is never out of date, and a file that is
damaged or somebody else's holds the digest of no notebook. Two runs at once need no lock: what one
of them overwrites is checked once more.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path

import msgspec
from msgspec.structs import replace

from nblint._version import PACKAGE, __version__
from nblint.document.write import write_atomically
from nblint.files import is_file
from nblint.findings import RepositoryRule
from nblint.linting.selection import Selection
from nblint.project.project import Project

FOLDER_VARIABLE = "NBLINT_CACHE_DIR"

_DIGEST = 32
# 2 MB; those that were not met for longest go.
_MOST_DIGESTS = 65_536


class Cache:
    """The digests of notebooks in which nothing was found.

    Args:
        file: Where they are kept; None: nowhere.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._met: dict[bytes, None] = {}

    @cached_property
    def _known(self) -> frozenset[bytes]:
        return frozenset(self._kept())

    def knows(self, key: bytes | None, path: Path, name: str) -> bool:
        """Tell whether nothing was found in a file when it held what it holds now.

        Args:
            key: What stands for all that it is checked against; None: nothing does.
            path: The file.
            name: What reports call it.
        """
        if key is None or not self._known:
            return False
        try:
            digest = digest_of(key, name, path.read_bytes())
        except (OSError, MemoryError):
            return False  # which the examiner will say
        if digest in self._known:
            self._met[digest] = None
        return digest in self._known

    def add(self, digest: bytes) -> None:
        """Remember a notebook in which nothing was found."""
        self._met[digest] = None

    def save(self) -> None:
        """Keep what was added.

        Raises:
            OSError: It cannot be written.
        """
        if self._file is None or self._met.keys() <= self._known:
            return
        # Read again, for what another run has written meanwhile; those just met are the last to go.
        others = (digest for digest in self._kept() if digest not in self._met)
        digests = [*others, *self._met][-_MOST_DIGESTS:]
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._file, b"".join(digests))

    def _kept(self) -> Iterator[bytes]:
        """Yield what the file holds now; nothing where it cannot be read."""
        if self._file is None or not is_file(self._file):
            return
        try:
            with self._file.open("rb") as file:
                data = file.read(_MOST_DIGESTS * _DIGEST)
        except OSError:
            return
        for end in range(_DIGEST, len(data) + 1, _DIGEST):
            yield data[end - _DIGEST : end]


def cache_file() -> Path | None:
    """Return where digests are kept: in the user's folder for caches, or where the variable says.

    Never in the repository by itself: who can write the file can hide what would be found.
    """
    if own := os.environ.get(FOLDER_VARIABLE):
        return Path(os.path.abspath(own), "clean")
    from platformdirs import user_cache_path

    folder = user_cache_path("nblint", appauthor=False)
    # A user without a home has one below the current folder, which may be anybody's.
    return folder / "clean" if folder.is_absolute() else None


def key_of(project: Project, selection: Selection) -> bytes | None:
    """Return what stands for all that decides, beside a notebook, what is found in it.

    Args:
        project: What the notebooks are checked against.
        selection: The rules that run.

    Returns:
        A digest; None where something else decides as well, or more is wanted of a notebook than
        what is found: code that the command line trusts, rules about the whole repository.
    """
    gathers = any(isinstance(rule, RepositoryRule) for rule in selection.rules)
    if project.trust_plugins or gathers:
        return None
    validator = os.environ.get("NBFORMAT_VALIDATOR")  # the library that nbformat asks
    found_against = (_installed(), validator, os.fsencode(Path.cwd()), _canonical(project))
    return hashlib.sha256(ascii(found_against).encode()).digest()


def digest_of(key: bytes, name: str, data: bytes) -> bytes:
    """Return the digest of a notebook.

    Args:
        key: What stands for all that it is checked against.
        name: What reports call it: rules and globs look at that.
        data: Its bytes.
    """
    digest = hashlib.sha256(key)
    digest.update(f"{name}\0".encode())
    digest.update(data)
    return digest.digest()


def _canonical(project: Project) -> object:
    """Return a project in the same words whenever it is the same: sets have no order.

    Without the baseline's salt, which only tells one finding from another.
    """
    return msgspec.to_builtins(replace(project, salt=None), order="deterministic", enc_hook=repr)


@lru_cache(maxsize=1)
def _installed() -> object:
    """Return what the program is: its code, since it is worked on; Python; and the libraries.

    Of libraries the names of the folders that installers write, which hold their versions.
    """
    code = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        code.update(f"{path.relative_to(PACKAGE)}\0".encode())
        code.update(path.read_bytes())
    libraries = sorted(chain.from_iterable(map(_libraries, dict.fromkeys(sys.path))))
    return __version__, code.hexdigest(), sys.version, libraries


def _libraries(folder: str) -> list[str]:
    try:
        names = [path.name for path in Path(folder).iterdir()]
    except OSError:  # no folder, or an archive
        return []
    return [name for name in names if name.endswith((".dist-info", ".egg-info"))]
