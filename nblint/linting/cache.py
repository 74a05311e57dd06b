"""Remembers which notebooks were clean, so that they are not checked again.

The cache holds digests of a notebook's bytes together with everything that decides what is found in
them. So it keeps no contents, its entries never go stale, and a damaged or foreign file matches no
notebook. Concurrent runs need no lock: a notebook whose digest was overwritten is checked again.
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
from nblint.findings import OWN, RepositoryRule, covers
from nblint.linting.selection import Selection
from nblint.project.project import Project

FOLDER_VARIABLE = "NBLINT_CACHE_DIR"

_DIGEST = 32
# 2 MB; beyond that, the least recently used are dropped.
_MOST_DIGESTS = 65_536


class Cache:
    """The digests of notebooks in which nothing was found.

    Args:
        file: The file that keeps them; None to keep none.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._met: dict[bytes, None] = {}

    @cached_property
    def _known(self) -> frozenset[bytes]:
        return frozenset(self._kept())

    def knows(self, key: bytes | None, path: Path, name: str) -> bool:
        """Tell whether a file is unchanged since nothing was found in it.

        Args:
            key: The digest of everything that it is checked against; None if there is none.
            path: The file.
            name: Its name in reports.
        """
        if key is None or not self._known:
            return False
        try:
            digest = digest_of(key, name, path.read_bytes())
        except (OSError, MemoryError):
            return False  # the examiner reports it
        if digest in self._known:
            self._met[digest] = None
        return digest in self._known

    def add(self, digest: bytes) -> None:
        """Remember a notebook in which nothing was found."""
        self._met[digest] = None

    def save(self) -> None:
        """Write what was added.

        Raises:
            OSError: It cannot be written.
        """
        if self._file is None or self._met.keys() <= self._known:
            return
        # Read again what another run may have written meanwhile. The newest stand last.
        others = (digest for digest in self._kept() if digest not in self._met)
        digests = [*others, *self._met][-_MOST_DIGESTS:]
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._file, b"".join(digests))

    def _kept(self) -> Iterator[bytes]:
        """Yield the digests in the file now; none if it cannot be read."""
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
    """Return the file of the cache: in the user's cache folder, or where the variable says.

    Never in the repository by default: whoever can write the file can hide findings.
    """
    if own := os.environ.get(FOLDER_VARIABLE):
        return Path(os.path.abspath(own), "clean")
    from platformdirs import user_cache_path

    folder = user_cache_path("nblint", appauthor=False)
    # Without a home directory it would be below the current one, which may be anybody's.
    return folder / "clean" if folder.is_absolute() else None


def key_of(project: Project, selection: Selection) -> bytes | None:
    """Return a digest of everything besides the notebook that decides what is found in it.

    Args:
        project: What the notebooks are checked against.
        selection: The rules that run.

    Returns:
        The digest; None if notebooks cannot be skipped: plugins that the command line trusts decide
        as well, and rules about the whole repository gather from each notebook.
    """
    gathers = any(isinstance(rule, RepositoryRule) for rule in selection.rules)
    if project.trust_plugins or gathers:
        return None
    validator = os.environ.get("NBFORMAT_VALIDATOR")  # the library that nbformat uses
    others = sorted(_plugins(selection))
    found_against = (_installed(), others, validator, os.fsencode(Path.cwd()), _canonical(project))
    return hashlib.sha256(ascii(found_against).encode()).digest()


def digest_of(key: bytes, name: str, data: bytes) -> bytes:
    """Return the digest of a notebook.

    Args:
        key: The digest of everything that it is checked against.
        name: Its name in reports, which rules and globs look at.
        data: Its bytes.
    """
    digest = hashlib.sha256(key)
    digest.update(f"{name}\0".encode())
    digest.update(data)
    return digest.digest()


def _canonical(project: Project) -> object:
    """Return a project as builtins that are the same for equal projects: sets have no order.

    The baseline's salt is left out, since it only tells one finding from another.
    """
    return msgspec.to_builtins(
        replace(project, salt=None, recorded=None), order="deterministic", enc_hook=repr
    )


def _plugins(selection: Selection) -> set[tuple[str, str]]:
    """Return what identifies the plugins whose rules run: their versions and their code."""
    others = [rule.code for rule in selection.rules if not covers(OWN, rule.code)]
    if not others:
        return set()
    from nblint.linting.plugins import code_digest, plugin_of

    found = map(plugin_of, others)
    return {(plugin.title, code_digest(plugin)) for plugin in found if plugin}


@lru_cache(maxsize=1)
def _installed() -> object:
    """Return what identifies the program: its version and code, Python, and the libraries.

    The code counts because it changes between versions while nblint is developed. Libraries are
    identified by their metadata folders, whose names hold their versions.
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
    except OSError:  # missing, or an archive
        return []
    return [name for name in names if name.endswith((".dist-info", ".egg-info"))]
