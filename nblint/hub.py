"""The catalogue as JupyterHub's environment: what the linter knows is what notebooks get.

A complete `jupyterhub_config.py`:

    from nblint.hub import spawner_environment

    c = get_config()
    c.JupyterHub.authenticator_class = "pam"
    c.JupyterHub.spawner_class = "systemd"
    c.JupyterHub.bind_url = "http://127.0.0.1:8000"
    c.Spawner.default_url = "/lab"
    c.Spawner.environment = spawner_environment(
        "/etc/jupyterhub/environment.toml", "/etc/jupyterhub/secrets"
    )

JupyterHub calls callables in `Spawner.environment` with the spawner each time a server starts:
https://jupyterhub.readthedocs.io/en/stable/reference/api/spawner.html
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nblint.errors import SettingsError
from nblint.project.catalogue.loading import read_catalogue

# The argument is JupyterHub's spawner, of which only `spawner.user.name` is used.
Value = str | Callable[[Any], str]

# In bytes. No credential is longer, so a longer file is the wrong file.
_LONGEST_SECRET = 100_000


class SecretError(Exception):
    """A secret cannot be given to a server; the text says which and why, but never its value."""


def spawner_environment(
    path: str | os.PathLike[str], secrets_dir: str | os.PathLike[str] | None = None
) -> dict[str, Value]:
    """Return the value for `c.Spawner.environment`.

    Args:
        path: An `environment.toml`.
        secrets_dir: The folder that `file` keys are relative to. Only its owner may have access to
            the folder and to the files in it.

    Returns:
        The declared variables with their values: a string; a callable for a value that differs by
        user; a callable that reads a secret each time a server starts, so that rotating the secret
        does not require a restart of the hub. Variables without `value`, `users` and `file` are
        left to others, such as the scheduler.

    Raises:
        SettingsError: The catalogue is invalid, or it names files and `secrets_dir` is None.
    """
    environment: dict[str, Value] = {}
    for variable in read_catalogue(Path(path)):
        declaration = variable.declaration
        if declaration.file is not None:
            if secrets_dir is None:
                raise SettingsError(
                    f"{path}: environment.{variable.name}: has a file, but spawner_environment "
                    "was called without secrets_dir"
                )
            environment[variable.name] = _SecretFile(
                variable.name, Path(secrets_dir), declaration.file, declaration.required
            )
        elif declaration.users:
            environment[variable.name] = _ByUser(declaration.users, declaration.value or "")
        elif declaration.value is not None:
            environment[variable.name] = declaration.value
    return environment


class _ByUser:
    """A value that differs by user."""

    def __init__(self, users: dict[str, str], value: str) -> None:
        self._users = users
        self._value = value

    def __call__(self, spawner: Any) -> str:
        return self._users.get(spawner.user.name, self._value)


class _SecretFile:
    """A secret, read when a server starts."""

    def __init__(self, name: str, folder: Path, file: str, required: bool) -> None:
        self._name = name
        self._folder = folder
        self._file = file
        self._required = required

    def __call__(self, spawner: Any) -> str:
        path = self._path(spawner.user.name)
        try:
            self._refuse_others(self._folder.stat(), "the folder of secrets")
            with path.open("rb") as file:
                self._refuse_others(os.fstat(file.fileno()), "its file")
                data = file.read(_LONGEST_SECRET + 1)
        except FileNotFoundError:
            if self._required:
                raise SecretError(f"{self._name}: {path}: no such file") from None
            return ""
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SecretError(f"{self._name}: {path}: cannot be read: {reason}") from None
        try:
            value = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise SecretError(f"{self._name}: {path}: not UTF-8") from None
        if "\0" in value or len(data) > _LONGEST_SECRET:
            raise SecretError(
                f"{self._name}: {path}: not a valid value for an environment variable"
            )
        return value

    def _path(self, username: str) -> Path:
        """Return the path of the secret; a user's name must not lead out of the folder."""
        if "{username}" not in self._file:
            return self._folder / self._file
        if username in ("", ".", "..") or any(mark in username for mark in "/\\\0:"):
            raise SecretError(f"{self._name}: this user's name cannot be part of a path")
        return self._folder / self._file.replace("{username}", username)

    def _refuse_others(self, status: os.stat_result, what: str) -> None:
        """Refuse a file or folder that anyone but its owner has access to."""
        mode = stat.S_IMODE(status.st_mode)
        # On Windows, access control lists decide, not these bits.
        if os.name == "posix" and mode & 0o077:
            raise SecretError(
                f"{self._name}: {what} is accessible to others (mode {mode:04o}); "
                "use 0700 for the folder, 0600 for the file"
            )
