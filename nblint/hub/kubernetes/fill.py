"""Fills the volume of notebooks, in a Job: the packages of `notebooks.toml`, and the landing page.

    python -m nblint.hub.kubernetes.fill --notebook=failed-logins=1.2.0

The packages are those that a host installs, from the same repository, with their signatures
checked. They are unpacked beside the tree that people use, and only a whole new tree takes its
place.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.hub.index import EXAMPLES, welcome
from nblint.hub.installed import examples, installed
from nblint.hub.kubernetes.layout import CURRENT, NOTEBOOKS, NOTEBOOKS_FOLDER

# A run that has begun goes on with the tree that it began with.
_KEPT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the volume; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        tree = fill(options.notebook, options.repository, options.hub, options.volume)
    except SettingsError as error:
        print(f"fill: {error}", file=sys.stderr)  # noqa: T201 - a program of its own
        return 2
    print(f"fill: {tree}: {len(options.notebook)} packages", file=sys.stderr)  # noqa: T201
    return 0


def fill(pins: Sequence[str], repository: Path, hub: Path, volume: Path) -> Path:
    """Fill a volume with notebooks.

    Args:
        pins: The packages, as `NAME=VERSION`.
        repository: The folder with `*.repo` and the keys `*.asc` that packages are signed with.
        hub: The folder with `welcome.md` and, if there are any, `examples/`.
        volume: The volume.

    Returns:
        The tree that people use from now on.

    Raises:
        SettingsError: A package cannot be had, is not signed by one of the keys, or does not hold
            what its name says; the volume is as it was.
    """
    trees = volume / "trees"
    trees.mkdir(exist_ok=True)
    _remove(trees, keep=(volume / CURRENT.name).resolve())
    tree = trees / time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = Path(tempfile.mkdtemp(prefix=".", dir=trees))
    try:
        with tempfile.TemporaryDirectory() as work:
            for package in _packages(pins, repository, Path(work)):
                _unpack(package, aside)
        _check(pins, aside / NOTEBOOKS_FOLDER.relative_to("/"))
        _write_page(hub, aside)
        aside.chmod(0o755)
        while tree.exists():
            tree = tree.with_name(f"{tree.name}x")
        aside.rename(tree)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    link = volume / f".{tree.name}"
    link.unlink(missing_ok=True)
    link.symlink_to(tree.relative_to(volume))
    link.replace(volume / CURRENT.name)
    return tree


def _packages(pins: Sequence[str], repository: Path, work: Path) -> list[Path]:
    """Return the packages, whose signatures were checked."""
    if not pins:
        return []
    wanted = ["notebook-" + "-".join(pin.split("=", 1)) for pin in pins]
    folder, keys = work / "packages", sorted(repository.glob("*.asc"))
    if not keys:
        raise SettingsError(f"{repository}: has no key (*.asc) that packages are signed with")
    _run(
        *("dnf", "--quiet", "--assumeyes", f"--setopt=reposdir={repository}"),
        *(f"--setopt=cachedir={work / 'cache'}", f"--setopt=logdir={work}"),
        *(f"--setopt=persistdir={work / 'persist'}", f"--setopt=varsdir={work}"),
        *(f"--installroot={work / 'root'}", "--releasever=1"),
        *("download", f"--destdir={folder}", *wanted),
    )
    database = f"--dbpath={work / 'keys'}"
    _run("rpmkeys", database, "--import", *map(str, keys))
    found = sorted(folder.glob("*.rpm"))
    _run("rpmkeys", database, "--define", "_pkgverify_level all", "--checksig", *map(str, found))
    return found


def _unpack(package: Path, tree: Path) -> None:
    with package.open("rb") as file:
        unpacked = subprocess.run(["rpm2cpio"], stdin=file, capture_output=True, check=False)
    if unpacked.returncode:
        raise SettingsError(f"{package.name}: rpm2cpio: cannot be unpacked")
    cpio = ["cpio", "--extract", "--make-directories", "--no-absolute-filenames", "--quiet"]
    _run(*cpio, folder=tree, data=unpacked.stdout)


def _check(pins: Sequence[str], root: Path) -> None:
    for pin in pins:
        name = pin.partition("=")[0]
        if not (root / name / "notebooks").is_dir():
            raise SettingsError(f"{name}: the package has no folder {NOTEBOOKS_FOLDER / name}")


def _write_page(hub: Path, tree: Path) -> None:
    """Write the landing page of the notebooks in a tree, and the examples beside it."""
    root = tree / NOTEBOOKS_FOLDER.relative_to("/")
    root.mkdir(parents=True, exist_ok=True)
    given = hub / "examples"
    shown = examples(given) if given.is_dir() else []
    page = welcome(read_text(hub / "welcome.md"), installed(root), root, shown)
    (tree / "Welcome.ipynb").write_bytes(page)
    (tree / EXAMPLES).mkdir()
    for example in shown:
        shutil.copyfile(example.path, tree / EXAMPLES / example.path.name)


def _remove(trees: Path, keep: Path) -> None:
    """Remove trees that nobody uses: all but the newest, and the one that is in use."""
    found = sorted(trees.iterdir(), reverse=True)
    whole = [each for each in found if not each.name.startswith(".")]
    for tree in {*found} - {*whole[: _KEPT - 1], keep}:
        shutil.rmtree(tree, ignore_errors=True)


def _run(*command: str, folder: Path | None = None, data: bytes | None = None) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        ran = subprocess.run(
            command, cwd=folder, input=data, capture_output=True, env=environment, check=False
        )
    except OSError as error:
        raise SettingsError(f"{command[0]}: {error.strerror}") from None
    if ran.returncode:
        said = (ran.stderr + ran.stdout).decode("utf-8", "replace").strip().splitlines()
        raise SettingsError(f"{command[0]}: {'; '.join(said[-3:]) or 'failed'}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nblint.hub.kubernetes.fill")
    parser.add_argument("--notebook", action="append", default=[], metavar="NAME=VERSION")
    parser.add_argument("--repository", type=Path, default=Path("/etc/notebook-repository"))
    parser.add_argument("--hub", type=Path, default=Path("/srv/hub"))
    parser.add_argument("--volume", type=Path, default=Path(NOTEBOOKS))
    return parser


if __name__ == "__main__":
    sys.exit(main())
