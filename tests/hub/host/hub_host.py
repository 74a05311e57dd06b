"""A real hub on a booted host: its users have accounts of the host, and servers of its systemd."""

import ctypes
import os
import secrets
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hosts import ROOT, Booted, booted
from tests.hub.running import (
    Hub,
    Kernel,
    answers,
    installed_modules,
    needs_hub,
    process,
    until,
    write_secret,
)
from tests.system import needs

ENVIRONMENTS = Path("/opt/jupyterhub/user")
# What systemd could read otherwise than it was meant.
ODD = "a'b\"c\\d$HOME %n #e\nsecond = line \t"
CATALOGUE = """
[environment.DATADOG_API_KEY]
file = "datadog-api-key"

[environment.ODD]
file = "odd"
"""
LINES = """
c.JupyterHub.spawner_class = "nblint.hub.servers.spawner.AccountSpawner"
c.Spawner.poll_interval = 1
c.Spawner.args = []
c.JupyterHub.cleanup_servers = False
c.ConfigurableHTTPProxy.should_start = True
c.SystemdSpawner.unit_extra_properties = {"TimeoutStopSec": "3"}
"""


class HostHub(Hub):
    """A hub on a host.

    Args:
        host: The host.
        folder: A folder of this machine, which is `/etc/jupyterhub` of the host.
    """

    def __init__(self, host: Booted, folder: Path) -> None:
        super().__init__(folder, str(ENVIRONMENTS / "current/bin/python"))
        self.host = host
        self.canary = secrets.token_hex(20)

    @contextmanager
    def running(self) -> Iterator[None]:
        clean = ("env", "-i", "-C", "/etc/jupyterhub", "HOME=/root", "PATH=/usr/sbin:/usr/bin")
        jupyterhub = ("-m", "jupyterhub", "-f", "jupyterhub_config.py")
        with process([*self.host.enter, *clean, self.python, *jupyterhub], self.log) as running:

            def is_up() -> bool:
                assert running.poll() is None, self.log.read_text()[-3000:]
                return answers(f"{self.url}/hub/api/")

            until(is_up, "the hub answers")
            yield

    def start(self, name: str) -> None:
        self.call("POST", f"/users/{name}/server")

        def is_ready() -> bool:
            server = self.user(name)["servers"].get("")
            assert server, (self.log.read_text()[-3000:], self.host.run("journalctl -n 30").out)
            return bool(server["ready"])

        until(is_ready, f"a server of {name}")

    def stop(self, name: str) -> None:
        self.call("DELETE", f"/users/{name}/server")
        until(lambda: not self.user(name)["servers"], f"the end of the server of {name}")

    def shell(self, name: str) -> "Shell":
        """Return what runs commands in somebody's server."""
        return Shell(self, name)


class Shell(Kernel):
    """A kernel in somebody's server, which runs commands of a shell."""

    def __init__(self, hub: HostHub, name: str) -> None:
        super().__init__(hub, name, "shell.ipynb")

    def __call__(self, command: str) -> tuple[bool, str]:
        """Run a command; return whether it succeeded, and what it printed."""
        code = f"""
            import subprocess
            ran = subprocess.run(["bash", "-c", {command!r}], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            print(int(not ran.returncode), ran.stdout)
        """
        done, _, said = self.run(textwrap.dedent(code)).partition(" ")
        return done == "1", said.strip()


@contextmanager
def in_network_of(host: Booted) -> Iterator[None]:
    """Let this thread, and programs that it starts, have the network of a host."""
    enter = ctypes.CDLL(None, use_errno=True).setns
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    other = os.open(f"/proc/{host.leader}/ns/net", os.O_RDONLY)
    try:
        assert enter(other, 0) == 0, os.strerror(ctypes.get_errno())
        yield
    finally:
        assert enter(own, 0) == 0
        os.close(own)
        os.close(other)


@contextmanager
def hub_host(folder: Path, lines: str = "") -> Iterator[HostHub]:
    """Boot a host with a hub that runs, for which alice and bob have signed in.

    Args:
        folder: An empty folder.
        lines: More lines of jupyterhub_config.py.
    """
    needs_hub()
    needs("node", "npm", "setfacl", "getfacl", "unzip", "zip")
    # What has a network of the host cannot be installed from ours.
    installed_modules()
    configuration = folder / "jupyterhub"
    configuration.mkdir(parents=True)
    share = Path(sys.prefix, "share").resolve()
    binds = {configuration: "/etc/jupyterhub", ROOT: "/srv/nblint"}
    # Not where they are, which can be in root's home or in /tmp, where servers see their own.
    paths = [Path(path) for path in sys.path if path and Path(path).is_dir()]
    places = {path: f"/srv/packages/{number}" for number, path in enumerate(paths)}
    read_only = {**places, share: "/srv/share", Path(sys.base_prefix): sys.base_prefix}
    options = [f"--bind={path}:{place}" for path, place in binds.items()]
    options += [f"--bind-ro={path}:{place}" for path, place in read_only.items()]
    with booted(Path("/"), folder, options) as host, in_network_of(host):
        _make_environments(host, ["/srv/nblint", *places.values()])
        host.must("mkdir -p /usr/share/notebooks /usr/share/jupyterhub /srv/data")
        host.must("echo '{}' > /usr/share/jupyterhub/Welcome.ipynb")
        # For sessions of logins, as a host has them.
        host.run("systemctl start dbus.socket systemd-logind")
        hub = HostHub(host, configuration)
        _configure(hub, lines)
        # Asked anew many times while the tests run.
        with hub.provider.running(token_seconds=10), hub.running():
            for name in ("alice", "bob"):
                hub.sign_in(name)
                hub.start(name)
            yield hub


def _configure(hub: HostHub, lines: str) -> None:
    settings: dict[str, Any] = {
        "servers": {
            "python": hub.python,
            "memory": "1G",
            "cpus": 1.5,
            "data": ["/srv/data"],
        },
        "leavers": {"sweep-seconds": 1},
    }
    hub.configure(CATALOGUE, LINES + lines, **settings)
    write_secret(hub.folder / "secrets/datadog-api-key", hub.canary)
    write_secret(hub.folder / "secrets/odd", f"{ODD}\n")
    for name in ("alice", "bob"):
        hub.provider.add(name, "analysts")


def _make_environments(host: Booted, paths: list[str]) -> None:
    """Make two environments of notebooks as a deploy does, with a link to the current one."""
    python = Path(sys.executable).resolve()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in ("one", "two"):
        folder = ENVIRONMENTS / name
        host.must(f"mkdir -p {folder}/bin {folder}/lib/{version}/site-packages")
        host.must(f"ln -s {python} {folder}/bin/python; ln -s /srv/share {folder}/share")
        host.must(f"printf 'home = %s\\n' {python.parent} > {folder}/pyvenv.cfg")
        lines = "\\n".join(path for path in paths)
        host.must(f"printf '{lines}\\n' > {folder}/lib/{version}/site-packages/all.pth")
    host.must(f"ln -s one {ENVIRONMENTS}/current")
    for parent in python.parents:
        host.must(f"chmod a+rx {parent} 2>/dev/null || test -x {parent}")
