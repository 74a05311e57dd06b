"""Hosts that systemd boots for a test: with processes, accounts and a network of their own."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system import PATIENCE, needs
from tests.template.packages import Run, run

ROOT = Path(__file__).parents[1]
# The files of a folder, in a layer that takes all changes: they are in memory, and gone with the
# namespace of mounts, or on a disk, which is a file. Nothing that the folder's own system would
# start is started twice, and there is no network but the host's own loopback.
_BOOT = """\
set -eu
# A group of control of its own: the systemds of two hosts in one would end each other's services.
for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    [ -e "$tree/cgroup.procs" ] && mkdir "$tree/nblint-test-$$" || continue
    echo $$ > "$tree/nblint-test-$$/cgroup.procs"
done
lower=$1 disk=$3
cd "$2"
shift 3
if [ "$disk" ]; then mount -o loop "$disk" .; else mount -t tmpfs none .; fi
cd "$PWD"
mkdir -p changes work root
mount -t overlay -o "lowerdir=$lower,upperdir=changes,workdir=work" overlay root
[ "$lower" != / ] || rm -rf root/etc/systemd/system/*.wants
exec systemd-nspawn --quiet --directory=root --boot --register=no --keep-unit \\
    --console=read-only --private-network --resolv-conf=off "$@"
"""
# What a fresh Debian server has, and what the hub's role installs from Debian, so that the role
# finds it there: hosts of tests have no network.
_SUITE = "bookworm"
_SERVER = """
    ca-certificates cron dbus iproute2 libpam-systemd procps python3 python3-apt sudo systemd
    systemd-sysv
"""
_OF_THE_ROLE = """
    acl at caddy curl dnf dnf-plugins-core git nftables node-configurable-http-proxy openssh-client
    openssl polkitd python3-venv restic rpm
"""
_OF_TESTS = "createrepo-c openssh-server unzip zip"


class Booted:
    """A host that runs.

    Attributes:
        leader: Its first process, as this machine counts them.
        layer: The folder with what has changed on it.
    """

    def __init__(self, leader: str, layer: Path) -> None:
        self.leader, self.layer = leader, layer

    @property
    def enter(self) -> list[str]:
        """The command that runs another one on the host."""
        namespaces = ("--mount", "--pid", "--uts", "--ipc", "--net")
        return ["nsenter", "--target", self.leader, *namespaces, "--root", "--wd"]

    def run(self, command: str) -> Run:
        """Run a command of a shell on it, as root."""
        clean = ("env", "-i", "HOME=/root", "USER=root", "LANG=C.UTF-8")
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return run(*self.enter, *clean, path, "sh", "-c", f"cd /; {command}")

    def must(self, command: str) -> str:
        """Run a command that must succeed, and return what it prints."""
        return self._succeeded(command, self.run(command))

    def until(self, command: str) -> str:
        """Run a command again until it succeeds, and return what it prints."""
        end = time.monotonic() + PATIENCE
        while (ran := self.run(command)).status and time.monotonic() < end:
            time.sleep(0.1)
        return self._succeeded(command, ran)

    def _succeeded(self, command: str, ran: Run) -> str:
        journal = "" if ran.status == 0 else self.run("journalctl --no-pager --output cat").out
        assert ran.status == 0, (command, ran, journal[-3000:])
        return ran.out


@contextmanager
def booted(
    lower: Path, scratch: Path, binds: Sequence[str] = (), disk: Path | None = None
) -> Iterator[Booted]:
    """Boot a host, and end it.

    Args:
        lower: The folder that its files come from; nothing in it changes.
        scratch: A folder for the layer of changes and the log.
        binds: Options of systemd-nspawn, such as `--bind=…`.
        disk: A file with a file system that takes the changes, and has them when this has ended.
    """
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root, who boots a host")
    needs("systemd-nspawn", "nsenter", "unshare")
    layer, log = scratch / "layer", scratch / "boot.log"
    layer.mkdir(parents=True, exist_ok=True)
    command = ["unshare", "--mount", "sh", "-c", _BOOT, "sh", str(lower), str(layer)]
    command += [str(disk or ""), *binds]
    with log.open("w") as said:
        host = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        yield _when_it_runs(host, log, layer)
    finally:
        host.terminate()
        host.wait(PATIENCE)
        for group in Path("/sys/fs/cgroup").glob(f"**/nblint-test-{host.pid}"):
            run("find", str(group), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";")


def _when_it_runs(host: "subprocess.Popen[bytes]", log: Path, layer: Path) -> Booted:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and host.poll() is None:
        leader = run("ps", "-o", "pid=", "--ppid", str(host.pid)).out.strip()
        if re.fullmatch(r"\d+", leader):
            found = Booted(leader, layer)
            if found.run("systemctl is-system-running").out.strip() in ("running", "degraded"):
                return found
        time.sleep(0.2)
    said = log.read_text(errors="replace")[-2000:]
    if host.poll() is not None and re.search("[Pp]ermission|not permitted|[Rr]ead-only", said):
        pytest.skip(f"this machine boots no host: {said}")
    raise AssertionError(said)


def debian() -> Path:
    """Return the folder with the files of a fresh Debian server, which is made if needed.

    It is kept in `build/`, for all workers of all runs until its packages change.
    """
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root, who makes a host")
    needs("mmdebstrap")
    packages = ",".join(f"{_SERVER} {_OF_THE_ROLE} {_OF_TESTS}".split())
    options = ["--variant=minbase", f"--include={packages}", _SUITE]

    def make(folder: Path) -> None:
        made = run("mmdebstrap", "--quiet", *options, str(folder))
        assert made.status == 0, made
        (folder / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
        (folder / "etc/resolv.conf").unlink()

    return made_once("debian", "\0".join(options).encode(), make)


def made_once(name: str, source: bytes, make: Callable[[Path], None]) -> Path:
    """Return a folder in `build/` that all workers of all runs share.

    Args:
        name: What it is.
        source: What it is made from: when that changes, it is made anew.
        make: Makes it; it is there only when that has ended.
    """
    hosts = ROOT / "build" / "hosts"
    hosts.mkdir(parents=True, exist_ok=True)
    folder = hosts / f"{name}-{hashlib.sha256(source).hexdigest()[:16]}"
    with (hosts / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            half = folder.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            make(half)
            half.rename(folder)
    return folder


def python_binds() -> list[str]:
    """Return the options that show a host this Python and this project, read-only."""
    folders = {sys.prefix, sys.base_prefix, str(ROOT), *(path for path in sys.path if path)}
    return [f"--bind-ro={path}" for path in sorted(folders) if Path(path).is_dir()]
