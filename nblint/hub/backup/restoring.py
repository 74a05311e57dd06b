"""Brings copies back: what lies in homes as the user, and the hub's state while the hub is stopped.

restic writes into a folder that is root's alone, never to where something was: it follows links
that somebody has put there meanwhile.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nblint.hub import systemd
from nblint.hub.backup.making import RUNTIME, staging, staging_folder, test_databases
from nblint.hub.backup.restic import BackupError, Restic, Snapshot
from nblint.hub.servers.accounts import HOMES, OURS, READERS, ensure_account, our_account
from nblint.hub.settings import HubFile

if TYPE_CHECKING:
    from pwd import struct_passwd

_PROGRAM = Path(__file__).with_name("into_home.py")
_UNIT = "jupyterhub.service"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Restored(msgspec.Struct, frozen=True):
    """What was brought back.

    Attributes:
        snapshot: The copy.
        placed: What is where it was.
        beside: What is in a folder beside, because something is where it was.
        folder: That folder.
        replaced: The folder of what had to make way; None if nothing had to.
        left: What could not be brought back as it was; empty if all was.
    """

    snapshot: Snapshot
    placed: list[Path]
    beside: list[Path]
    folder: Path | None = None
    replaced: Path | None = None
    left: str = ""


def restore(
    file: HubFile, paths: Iterable[Path], at: str = "latest", *, replace: bool = False
) -> list[Restored]:
    """Bring files, folders or homes back, as the users whose homes they lie in.

    Args:
        file: The settings, with an absolute path.
        paths: What is brought back, as absolute paths in the folder of homes.
        at: The copy: `latest`, a day, or what restic calls it.
        replace: Whether it takes the place of what is there, which is then kept beside. Without,
            what has its place taken is put beside.

    Returns:
        What was done, for each home.

    Raises:
        SettingsError: Something cannot be brought back; the text says why, and nothing is lost.
    """
    wanted = _by_home(paths)
    restic = Restic(file)
    with staging(file) as work:
        snapshot = restic.snapshot(at)
        places = [str(HOMES / home / path) for home in wanted for path in wanted[home]]
        restic.restore(snapshot, work, places)
        for place in places:
            if not os.path.lexists(work / place.lstrip("/")):
                raise BackupError(f"{place}: is not in {snapshot}")
        ready = {home: _account(home, work) for home in wanted}
        return [
            _into_home(work, ready[home], paths_in_it, snapshot, replace)
            for home, paths_in_it in wanted.items()
        ]


def restore_hub(file: HubFile, at: str = "latest") -> Restored:
    """Bring the hub's databases, state and secrets back; what was there is kept beside.

    Args:
        file: The settings, with an absolute path.
        at: The copy: `latest`, a day, or what restic calls it.

    Raises:
        SettingsError: The hub runs, or something cannot be brought back; the text says why.
    """
    _refuse_running_hub()
    settings, state = file.settings, file / file.settings.state
    secrets = (settings.crypt_key_file, settings.provider.client_secret_file, settings.secrets)
    databases = staging_folder(file) / "databases"
    restic = Restic(file)
    with staging(file) as work:
        snapshot = restic.snapshot(at)
        places = [state, *(file / name for name in secrets)]
        restic.restore(snapshot, work, [*map(str, places), str(databases)])
        new = work / str(state).lstrip("/")
        copied = work / str(databases).lstrip("/")
        if not new.is_dir() or not test_databases(copied):
            raise BackupError(f"{snapshot}: has no database of the hub in {state}")
        shutil.copytree(copied, new, dirs_exist_ok=True)
        for name in RUNTIME:  # the proxy's, which runs
            if (state / name).is_file():
                shutil.copy2(state / name, new / name)
        found = [place for place in places if (work / str(place).lstrip("/")).exists()]
        stamp = f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
        for place in found:
            _prepare(work / str(place).lstrip("/"), _aside(place, "new"))
        for place in found:
            if place.exists():
                place.rename(_aside(place, f"before-{stamp}"))
            _aside(place, "new").rename(place)
    return Restored(snapshot, found, [], replaced=_aside(state, f"before-{stamp}"))


def _aside(place: Path, end: str) -> Path:
    return place.with_name(f"{place.name}.{end}")


def _prepare(source: Path, target: Path) -> None:
    """Copy to beside the place, which can be on another file system, so that only names change."""
    if target.is_dir():
        shutil.rmtree(target)
    ran = subprocess.run(
        ["cp", "--archive", "--no-target-directory", "--", source, target],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": _PATH, "LC_ALL": "C.UTF-8"},
    )
    if ran.returncode:
        lines = ran.stderr.strip().splitlines() or [f"cp ended with status {ran.returncode}"]
        raise BackupError(f"{target}: cannot be written: {lines[-1]}")


def _refuse_running_hub() -> None:
    if systemd.shown("ActiveState", _UNIT) not in ("inactive", "failed"):
        raise BackupError(
            "the hub runs, and would go on with what it has in memory; stop it first: "
            f"`systemctl stop {_UNIT}`. People's servers go on"
        )


def _by_home(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Return what is wanted of which home."""
    found: dict[str, list[str]] = {}
    for path in paths:
        plain = Path(os.path.normpath(path))
        if not path.is_absolute() or not plain.is_relative_to(HOMES) or plain == HOMES:
            raise BackupError(
                f"{path}: is not in a home; name a file, a folder or a home by its whole path, "
                f"such as {HOMES}/ada/notes.ipynb, or use --hub"
            )
        home, *rest = plain.relative_to(HOMES).parts
        found.setdefault(home, []).append("/".join(rest) or ".")
    return {home: ["."] if "." in paths else sorted(set(paths)) for home, paths in found.items()}


def _account(home: str, work: Path) -> tuple[struct_passwd, bool]:
    """Return whose home it is, and whether it has just been made."""
    account = our_account(home)
    if account is None:
        uid = (work / str(HOMES / home).lstrip("/")).lstat().st_uid
        raise BackupError(
            f"{home}: there is no account of this name; make it as it was: `groupadd --gid {uid} "
            f"{home}; useradd --uid {uid} --gid {uid} --groups {OURS},{READERS} --no-create-home "
            f"--shell /bin/bash {home}`"
        )
    is_new = not os.path.lexists(account.pw_dir)
    if is_new:
        ensure_account(home)
    return account, is_new


def _into_home(
    work: Path,
    whose: tuple[struct_passwd, bool],
    paths: list[str],
    snapshot: Snapshot,
    replace: bool,
) -> Restored:
    account, is_new = whose
    task = {
        "home": account.pw_dir,
        "uid": account.pw_uid,
        "gid": account.pw_gid,
        "groups": os.getgrouplist(account.pw_name, account.pw_gid),
        "stamp": snapshot.stamp,
        "paths": paths,
        "replace": replace,
        "is_new": is_new,
    }
    environment = {"PATH": _PATH, "LC_ALL": "C.UTF-8"}
    source = work / account.pw_dir.lstrip("/")
    pack = ["tar", "--create", "--acls", "--sparse", "--file=-", "-C", str(source)]
    pack += ["--no-recursion", *_parents(paths), "--recursion", *(f"./{path}" for path in paths)]
    with subprocess.Popen(
        pack,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as packing:
        # Isolated: neither the hub's folder nor its environment has a say in what root runs.
        ran = subprocess.run(
            [sys.executable, "-I", "-S", os.fspath(_PROGRAM), json.dumps(task)],
            stdin=packing.stdout,
            capture_output=True,
            check=False,
            env=environment,
            cwd="/",
        )
    try:
        told: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        raise BackupError(f"{account.pw_dir}: nothing could be written; try again") from None
    if told["problem"]:
        raise BackupError(f"{account.pw_dir}: {told['problem']}")
    home = Path(account.pw_dir)
    return Restored(
        snapshot,
        [home / path for path in told["placed"]],
        [home / path for path in told["beside"]],
        home / told["folder"],
        home / told["replaced"] if told["replaced"] else None,
        told["left"],
    )


def _parents(paths: list[str]) -> Iterator[str]:
    """Yield the folders above what is brought back, which have modes and lists, too."""
    yield from sorted({f"./{above}" for path in paths for above in Path(path).parents} - {"./."})
