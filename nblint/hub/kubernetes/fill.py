"""Fills the volume of notebooks, in a Job: the packages of `notebooks.toml`, and the landing page.

    python -m nblint.hub.kubernetes.fill

The packages are those that a host installs, from the same repository, with their signatures
checked. They are unpacked beside the tree that people use, and only a whole new tree takes its
place: a package whose notebooks could not run here, or not as they are scheduled, changes nothing.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.hub.kubernetes.images import LOCK
from nblint.hub.kubernetes.images import NOTEBOOKS as NOTEBOOKS_FILE
from nblint.hub.kubernetes.layout import CURRENT, NOTEBOOKS, NOTEBOOKS_FOLDER, REPOSITORY
from nblint.hub.locked import Lock
from nblint.hub.notebooks.index import EXAMPLES, RESULTS, shown, welcome
from nblint.hub.notebooks.installed import Package, examples, installed
from nblint.hub.notebooks.wanted import PACKAGE_PREFIX, Pinned, read_notebooks
from nblint.hub.programs import english
from nblint.hub.schedules.checks import schedule_problems
from nblint.hub.schedules.timers import scheduled
from nblint.hub.settings import Groups, HubFile, HubSettings, Provider

# A run that has begun goes on with the tree that it began with.
_KEPT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the volume; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        tree = fill(options.repository, options.hub, options.volume)
    except (OSError, SettingsError) as error:
        for line in str(error).splitlines():
            print(f"fill: {line}", file=sys.stderr)  # noqa: T201 - a program of its own
        return 2
    print(f"fill: {tree}", file=sys.stderr)  # noqa: T201
    return 0


def fill(repository: Path, hub: Path, volume: Path) -> Path:
    """Fill a volume with notebooks.

    Args:
        repository: The folder with `*.repo` and the keys `*.asc` that packages are signed with.
        hub: The folder with what its image was given: `welcome.md`, the lock of everybody's
            packages, and, if there are any, `notebooks.toml` and `examples/`.
        volume: The volume.

    Returns:
        The tree that people use from now on.

    Raises:
        SettingsError: A package cannot be had, is not signed by one of the keys, or its notebooks
            could not run; the volume is as it was. The text has a line for each reason.
    """
    file = _hub_file(hub)
    pins = read_notebooks(hub / NOTEBOOKS_FILE) if file.settings.notebooks else {}
    trees = volume / "trees"
    trees.mkdir(exist_ok=True)
    _remove(trees, keep=(volume / CURRENT.name).resolve())
    tree = trees / time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = Path(tempfile.mkdtemp(prefix=".", dir=trees))
    try:
        with tempfile.TemporaryDirectory() as work:
            for package in _packages(pins, repository, Path(work)):
                _unpack(package, aside)
        root = aside / NOTEBOOKS_FOLDER.relative_to("/")
        root.mkdir(parents=True, exist_ok=True)
        if problems := list(_problems(pins, root, file)):
            raise SettingsError("\n".join(problems))
        _write_page(file, root, aside)
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


def _hub_file(hub: Path) -> HubFile:
    """Return settings that say where what the image was given lies; a host's are not here."""
    has_notebooks = (hub / NOTEBOOKS_FILE).is_file()
    settings = HubSettings(
        address="",
        provider=Provider(issuer="", client_id=""),
        groups=Groups(users=()),
        notebooks=NOTEBOOKS_FILE if has_notebooks else None,
    )
    return HubFile(hub / "hub.toml", settings)


def _packages(pins: Mapping[str, Pinned], repository: Path, work: Path) -> list[Path]:
    """Return the packages, whose signatures were checked."""
    if not pins:
        return []
    wanted = [f"{PACKAGE_PREFIX}{name}-{pins[name].installed_version}" for name in sorted(pins)]
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


def _problems(pins: Mapping[str, Pinned], root: Path, file: HubFile) -> Iterator[str]:
    """Yield why notebooks could not run here, as `nblint hub install` says on a host."""
    lock, python = Lock.read(file / LOCK), platform.python_version()
    for name, pinned in sorted(pins.items()):
        package = Package(root / name)
        if not (package.folder / "notebooks").is_dir():
            yield f"{name}: the package has no folder {NOTEBOOKS_FOLDER / name / 'notebooks'}"
            continue
        yield from (f"{name}: {what}" for what in lock.unmet(package.requirements, python))
        yield from schedule_problems(name, pinned, package, file)


def _write_page(file: HubFile, root: Path, tree: Path) -> None:
    """Write the landing page of the notebooks in a tree, and the examples beside it."""
    given = file / "examples"
    offered = examples(given) if given.is_dir() else []
    runs: dict[Path, str] = {}
    for each in scheduled(file):
        path = root / each.slug / "notebooks" / f"{each.notebook}.ipynb"
        said = f"{shown(each.name)}: in {shown(f'{RESULTS}/{each.place}')}"
        runs[path] = f"{runs[path]}<br>{said}" if path in runs else said
    page = welcome(read_text(file / "welcome.md"), installed(root), root, offered, runs)
    (tree / "Welcome.ipynb").write_bytes(page)
    (tree / EXAMPLES).mkdir()
    for example in offered:
        shutil.copyfile(example.path, tree / EXAMPLES / example.path.name)


def _remove(trees: Path, keep: Path) -> None:
    """Remove trees that nobody uses: all but the newest, and the one that is in use."""
    found = sorted(trees.iterdir(), reverse=True)
    whole = [each for each in found if not each.name.startswith(".")]
    for tree in {*found} - {*whole[: _KEPT - 1], keep}:
        shutil.rmtree(tree, ignore_errors=True)


def _run(*command: str, folder: Path | None = None, data: bytes | None = None) -> None:
    try:
        ran = subprocess.run(
            command, cwd=folder, input=data, capture_output=True, env=english(), check=False
        )
    except OSError as error:
        raise SettingsError(f"{command[0]}: {error.strerror}") from None
    if ran.returncode:
        said = (ran.stderr + ran.stdout).decode("utf-8", "replace").strip().splitlines()
        raise SettingsError(f"{command[0]}: {'; '.join(said[-3:]) or 'failed'}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nblint.hub.kubernetes.fill")
    parser.add_argument("--repository", type=Path, default=Path(REPOSITORY))
    parser.add_argument("--hub", type=Path, default=Path("/srv/hub"))
    parser.add_argument("--volume", type=Path, default=Path(NOTEBOOKS))
    return parser


if __name__ == "__main__":
    sys.exit(main())
