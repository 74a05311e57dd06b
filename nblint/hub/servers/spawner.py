"""Servers as units of systemd, each with an account of the machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systemdspawner import SystemdSpawner, systemd
from traitlets import Dict, List, Unicode

from nblint.hub.secret_files import SecretError
from nblint.hub.servers.accounts import HOMES, AccountError, ensure_account, our_account
from nblint.hub.servers.homes import set_right
from nblint.hub.servers.memory import memory_problem
from nblint.hub.servers.ports import keep_port

if TYPE_CHECKING:
    from pwd import struct_passwd

# Where programs are, but for those of the environment of notebooks.
_PATH = "/usr/local/bin:/usr/bin:/bin"
_RUN = Path("/run")
_TRIES = 40
# Connection files of kernels and the like: in memory, where the server sees only its own, so that
# it starts on a disk that is full, for its user to make room.
_RUNTIME = "/dev/shm/jupyter"  # noqa: S108
# Between two looks whether a server that starts is there.
_SECONDS = 0.5
# By which a process could let another one, of no unit of ours, start something: D-Bus, and what
# systemd keeps for whoever has logged in otherwise.
_WAYS_OUT = ("/run/dbus", "/run/systemd/private", "/run/user")
# Whoever can read these can lock them, and hold up what installs notebooks.
_HELD_UP = ("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/var/lib/dnf")
# systemd.exec(5), systemd.kill(5). Not `ProcSubset=pid`: programs ask /proc for the memory there
# is. All that writes elsewhere than into the home and into /tmp is refused, whatever its mode says.
_PROPERTIES = {
    "CapabilityBoundingSet": "",
    "KeyringMode": "private",
    "KillMode": "control-group",
    "LockPersonality": "yes",
    "PrivateDevices": "yes",
    "PrivateIPC": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHome": "read-only",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "ProtectSystem": "strict",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    # The folder in /run that the environment is handed over in becomes the user's. It is gone
    # before a unit starts again, or they could lay a link there, which systemd would follow.
    "RuntimeDirectoryPreserve": "no",
    "TimeoutStopSec": "10",
    # The home is closed, and its list says what new files in it begin with. What is made elsewhere
    # and moved in can then be read, and is not written.
    "UMask": "0022",
}

# What all programs of a machine share: nobody could start anything, and the hub could not write its
# database, once one user has filled it. Each server has its own, which counts as its memory.
_TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
_LOCKS = "/run/lock:mode=1777,size=5M"
_OF_A_START = ("cmd", "extra_paths", "unit_extra_properties")


class AccountSpawner(SystemdSpawner):  # type: ignore[misc]
    """Starts servers as units of systemd, with accounts that it makes."""

    links = Dict(
        value_trait=Unicode(),
        config=True,
        help="Links in each home, by their names, and what they lead to.",
    )
    data = List(Unicode(), config=True, help="Folders that each server must find, to read only.")
    hidden = List(Unicode(), config=True, help="Files and folders that no server sees.")

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._setting_right: asyncio.Task[None] | None = None
        self.account_uid = 0

    # Where upstream's defaults are others.
    unit_name_template = Unicode("jupyter-{USERNAME}", config=True)
    default_shell = Unicode("/bin/bash", config=True)
    slice = Unicode("jupyter.slice", allow_none=True, config=True)

    async def start(self) -> tuple[str, int]:
        """Start a server: account, home, unit.

        Returns:
            Where it listens.

        Raises:
            SettingsError: It cannot be started; the text says why.
        """
        # This one is among those that start.
        starting = self.user.settings["users"].count_active_users()["spawn_pending"] - 1
        if problem := memory_problem(starting):
            raise AccountError(problem)
        account = await asyncio.to_thread(ensure_account, self.user.name)
        if missing := await asyncio.to_thread(_missing, self.data):
            raise AccountError(f"{missing}: servers.data: not a folder; is it mounted?")
        left = await set_right(account, {**self.links, "Colleagues": str(HOMES)})
        if left:
            self.log.warning("%s: %s", account.pw_dir, left)
        await self._end_what_was_before()
        return await self._start_unit(account)

    async def _start_unit(self, account: struct_passwd) -> tuple[str, int]:
        self.account_uid = account.pw_uid
        # For this start only: the next one finds the environment that is the current one then.
        configured = {name: getattr(self, name) for name in _OF_A_START}
        command, paths, properties = configured.values()
        python = resolved(command[0])
        values = (
            [_literally(python), *command[1:]],
            [_literally(str(Path(python).parent)), *paths],
            {name: _literally(value) for name, value in self._properties(account).items()}
            | properties,
        )
        try:
            for name, value in zip(_OF_A_START, values, strict=True):
                setattr(self, name, value)
            place = await super().start()
        finally:
            for name, value in configured.items():
                setattr(self, name, value)
        if place is None:
            raise AccountError(f"{self.unit_name}: systemd has not started the unit")
        host, port = place
        await self._until_it_listens(host, port)
        return host, port

    async def _until_it_listens(self, host: str, port: int) -> None:
        """Wait until a server listens; upstream would also wait for one that has ended."""
        while True:
            if await super().poll() is not None:
                raise AccountError(
                    "your server ended as soon as it had started; those who run the hub find the "
                    f"reason on the host by `journalctl -u {self.unit_name}`"
                )
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                return
            await asyncio.sleep(_SECONDS)

    async def _end_what_was_before(self) -> None:
        """Wait until nothing of an earlier server is there.

        A unit that is ending does not run any more, by what upstream asks, but its processes may:
        root would write the environment into a folder that is theirs, by a link that they laid.
        """
        # As long as systemd knows the old unit, it refuses a new one of the name, and upstream does
        # not look at that.
        for _ in range(_TRIES):
            if await self._is_forgotten():
                break
            await systemd.stop_service(self.unit_name)
            await systemd.reset_service(self.unit_name)
            await asyncio.sleep(0.2)
        folder = _RUN / self.unit_name
        if os.path.lexists(folder) and (folder.is_symlink() or folder.lstat().st_uid != 0):
            raise AccountError(f"{folder}: is still there; an earlier server has not ended")

    async def _is_forgotten(self) -> bool:
        asked = await asyncio.create_subprocess_exec(
            *("systemctl", "show", "--property=LoadState", "--value", self.unit_name),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asked.communicate()
        return said.strip() == b"not-found"

    def _properties(self, account: struct_passwd) -> dict[str, str]:
        return {
            **_PROPERTIES,
            "TemporaryFileSystem": " ".join((*self._temporary(), _LOCKS)),
            "ReadWritePaths": _quoted(account.pw_dir),
            # systemd hands the environment over in a folder of /run, where nobody else could
            # start anything once somebody has filled it.
            "ReadOnlyPaths": " ".join(map(_quoted, (str(_RUN / self.unit_name), *self.data))),
            "InaccessiblePaths": " ".join(
                _quoted(f"-{path}") for path in (*self.hidden, *_WAYS_OUT, *_HELD_UP)
            ),
        }

    def _temporary(self) -> list[str]:
        # Full before the memory is: a program is told so, and not killed.
        size = str(self.mem_limit // 4) if self.mem_limit else "10%"
        return [f"{path}:mode=1777,size={size}" for path in _TEMPORARY]

    def get_env(self) -> dict[str, str]:
        """Return the server's environment, which systemd reads from a file that is its user's.

        Raises:
            SecretError: systemd would leave a variable out.
        """
        # By now the port is chosen, and nothing listens on it yet.
        keep_port(self.port, self.account_uid)
        environment: dict[str, str] = super().get_env()
        for name, value in environment.items():
            if any(unicodedata.category(mark) == "Cc" and mark not in "\t\n" for mark in value):
                raise SecretError(
                    f"{name}: has a control character, such as a carriage return, which systemd "
                    "hands to no server"
                )
        return {"PATH": _PATH, "JUPYTER_RUNTIME_DIR": _RUNTIME, **environment}

    async def poll(self) -> int | None:
        """Tell whether the server runs, and see that what was closed for it still is."""
        status: int | None = await super().poll()
        if status is None and (self._setting_right is None or self._setting_right.done()):
            self._setting_right = asyncio.create_task(self._keep_right())
        return status

    async def _keep_right(self) -> None:
        try:
            account = await asyncio.to_thread(our_account, self.user.name)
            if account is None:
                return
            await set_right(account, whole=False)
            if self.server:
                await asyncio.to_thread(keep_port, self.server.port, account.pw_uid)
        except Exception as error:  # the next one comes soon
            self.log.error(
                "%s: dot entries in the home, and who answers on the server's port, stay as they "
                "are: %s",
                self.user.name,
                error,
            )


def resolved(python: str) -> str:
    """Return a program of an environment by the environment's own folder, and not by a link to it.

    A server keeps the folder that it has started from: with the link in `sys.prefix`, its next
    import would be from another environment as soon as the link leads elsewhere.

    Args:
        python: The program, which can itself be a link out of the environment.
    """
    path = Path(python)
    return str(path.parent.resolve() / path.name)


def _missing(folders: list[str]) -> str | None:
    return next((folder for folder in folders if not Path(folder).is_dir()), None)


def _quoted(path: str) -> str:
    """Return a path as one word of a list of systemd's."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _literally(value: str) -> str:
    """Return a value in which upstream finds no names to fill in."""
    return value.replace("{", "{{").replace("}", "}}")
