"""The programs that nblint is compared with, as their users call them."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.measure import Command

_BIN = Path(sys.executable).parent.name  # "bin", or "Scripts"
_READ = """
import json, sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        json.loads(file.read())
"""


def commands(
    notebooks: Sequence[str], *, extra: Path | None, cache: Path, peers: bool
) -> Iterator[Command]:
    """Yield the commands for nblint, the lower bound, and the peers installed beside this Python.

    Args:
        notebooks: The notebooks, relative to the folder in which the commands run.
        extra: A folder with the libraries of the extra `fast`; None to leave it out.
        cache: An empty folder for nblint's cache.
        peers: Whether to include other programs.
    """
    one = len(notebooks) == 1
    # As pre-commit calls it, or as somebody types it. Small numbers of notebooks are never cached.
    hook = ("--",) if one else ()
    named = (*notebooks,) if one else (".",)
    anew = () if one else ("--no-cache",)
    nblint = Command("nblint", (program("nblint"), "check", *anew, *hook, *named))
    yield nblint
    if extra is not None:
        path = {"PYTHONPATH": str(extra)}
        yield Command("nblint[fast]", nblint.arguments, path)
    if not one:  # the warm-up run fills the cache
        kept = {"NBLINT_CACHE_DIR": str(cache)}
        yield Command("nblint, nothing changed", (program("nblint"), "check", *named), kept)
    yield Command("read, parse the JSON", (sys.executable, "-c", _READ, *notebooks))
    if not peers:
        return
    yield from _installed("ruff, no cache", "ruff", "check", "--no-cache", *named)
    yield from _installed("nb-clean", "nb-clean", "check", *named)
    yield from _installed("nbstripout", "nbstripout", "--dry-run", *notebooks)
    yield from _installed("nbqa flake8", "nbqa", "flake8", *notebooks)
    yield from _installed("detect-secrets", "detect-secrets", "scan", "--no-verify", *notebooks)


def program(name: str) -> str:
    """Return the path of a program.

    It is the one in an environment of its own, as pre-commit makes them, beside the environment of
    this Python: what else is installed decides how long a Python program takes to start. Without
    one, it is the one in the environment of this Python.
    """
    file = f"{name}.exe" if os.name == "nt" else name
    own = Path(sys.prefix).parent / name / _BIN / file
    return str(own if own.exists() else Path(sys.prefix) / _BIN / file)


def _installed(name: str, called: str, *arguments: str) -> Iterator[Command]:
    if Path(program(called)).exists():
        yield Command(name, (program(called), *arguments))
