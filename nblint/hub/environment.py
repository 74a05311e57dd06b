"""The catalogue as JupyterHub's environment: what the linter knows is what notebooks get."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from nblint.errors import SettingsError
from nblint.hub.secret_files import MissingSecretError, SecretError, read_secret
from nblint.project.catalogue.loading import read_catalogue
from nblint.project.catalogue.model import Variable

# The argument is JupyterHub's spawner, of which only `spawner.user.name` is used.
Value = str | Callable[[Any], str]

_USERNAME = "{username}"
# What JupyterHub and `configure` set themselves: a catalogue's value would not arrive, or be in
# their way.
_OF_THE_HUB = frozenset(
    [
        *("HOME", "JPY_API_TOKEN", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "PYTHONSAFEPATH"),
        *("SHELL", "USER"),
    ]
)
# Where programs look for code. A folder that is not absolute is the one that a notebook or a
# terminal is opened in: a colleague's.
_OF_CODE = frozenset(
    [
        *("BASH_ENV", "ENV", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "LD_AUDIT"),
        *("LD_LIBRARY_PATH", "LD_PRELOAD", "NODE_PATH", "PATH", "PERL5LIB", "PYTHONHOME"),
        *("PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE"),
    ]
)


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
        left to others, such as the scheduler. An optional secret whose file is missing is not set.

    Raises:
        SettingsError: The catalogue is invalid, it names files and `secrets_dir` is None, it sets
            what is the hub's to set, or where programs look for code to a folder that is not
            absolute, or a user could be given a secret that is not meant for them because of their
            name.
    """
    environment = _Environment()
    variables = tuple(read_catalogue(Path(path)))
    for variable in variables:
        if problem := _problem(variable):
            raise SettingsError(f"{path}: environment.{variable.name}: {problem}")
    _refuse_shared_files(path, variables)
    for variable in variables:
        declaration = variable.declaration
        if declaration.file is not None:
            if secrets_dir is None:
                raise SettingsError(
                    f"{path}: environment.{variable.name}: has a file, but spawner_environment "
                    "was called without secrets_dir"
                )
            environment[variable.name] = SecretFile(variable, Path(secrets_dir))
        elif declaration.users:
            environment[variable.name] = _ByUser(declaration.users, declaration.value or "")
        elif declaration.value is not None:
            environment[variable.name] = declaration.value
    return environment


def _problem(variable: Variable) -> str | None:
    """Return why a server must not get a variable, if it must not."""
    name, declaration = variable.name, variable.declaration
    values = (declaration.value, *declaration.users.values(), declaration.file)
    given = [value for value in values if value is not None]
    if given and (name in _OF_THE_HUB or name.startswith("JUPYTERHUB_")):
        return "the hub sets this one itself; take the value out"
    folders = (folder for value in given for folder in value.split(os.pathsep))
    if name in _OF_CODE and not all(map(os.path.isabs, folders)):
        return (
            "programs look for code there, so each part must be an absolute path: any other is the "
            "folder that somebody opens, and a colleague's files in it would run"
        )
    return None


def _refuse_shared_files(path: str | os.PathLike[str], variables: Iterable[Variable]) -> None:
    """Refuse a user's file that is another variable's for some name that a user can have."""
    files = {one.name: one.declaration.file for one in variables if one.declaration.file}
    for name, own in files.items():
        for other, file in files.items():
            if _USERNAME in own and own != file and _can_be_alike(own, file):
                raise SettingsError(
                    f"{path}: environment.{name}: a user's name can make its file '{own}' that of "
                    f"{other}, '{file}'; put the files of users into a folder of their own"
                )


def _can_be_alike(one: str, other: str) -> bool:
    """Tell whether two files can have the same path, if users' names are chosen for it."""
    pairs = PurePath(one).parts, PurePath(other).parts
    return len(pairs[0]) == len(pairs[1]) and all(map(_parts_can_be_alike, *pairs))


def _parts_can_be_alike(one: str, other: str) -> bool:
    if _USERNAME not in one:
        one, other = other, one
    if _USERNAME not in one:
        return one == other
    begin, *_, end = one.split(_USERNAME)
    if _USERNAME not in other:
        is_longer = len(other) > len(begin) + len(end)
        return is_longer and other.startswith(begin) and other.endswith(end)
    other_begin, *_, other_end = other.split(_USERNAME)
    return (begin.startswith(other_begin) or other_begin.startswith(begin)) and (
        end.endswith(other_end) or other_end.endswith(end)
    )


class _ByUser:
    """A value that differs by user."""

    def __init__(self, users: dict[str, str], value: str) -> None:
        self._users = users
        self._value = value

    def __call__(self, spawner: Any) -> str:
        return self._users.get(spawner.user.name, self._value)


class SecretFile:
    """A secret that is read when a server starts.

    Args:
        variable: Its declaration, with a file.
        folder: The folder of secrets.
    """

    def __init__(self, variable: Variable, folder: Path) -> None:
        self._name = variable.name
        self._folder = folder
        self._file = variable.declaration.file or ""
        self._required = variable.declaration.required

    @property
    def is_optional(self) -> bool:
        """Whether servers start without it."""
        return not self._required

    @property
    def is_personal(self) -> bool:
        """Whether each user has a file of their own."""
        return _USERNAME in self._file

    def __call__(self, spawner: Any) -> str:
        """Return the value; an empty one where an optional secret is missing."""
        return self.read(spawner.user.name) or ""

    def read(self, username: str) -> str | None:
        """Return the value for a user; None where the secret is optional and its file is missing.

        Raises:
            SecretError: The secret is required and missing, or cannot be used.
        """
        try:
            return read_secret(self._path(username), self._name, folder=self._folder)
        except MissingSecretError:
            if self._required:
                raise
            return None

    def _path(self, username: str) -> Path:
        """Return where the secret lies; a user's name must not lead out of the folder."""
        if not self.is_personal:
            return self._folder / self._file
        if username in ("", ".", "..") or any(mark in username for mark in "/\\\0:"):
            raise SecretError(f"{self._name}: this user's name cannot be part of a path")
        return self._folder / self._file.replace(_USERNAME, username)


class _Environment(dict[str, Value]):
    """A `Spawner.environment` in which an optional secret that is missing is absent.

    `Spawner.get_env` sets each name of `environment.items()`, and knows no value that means "leave
    it out"; a notebook that asks `os.environ.get` must find nothing, and not an empty string. So it
    is decided while it iterates which names there are. For whom, a callable is told before.
    https://github.com/jupyterhub/jupyterhub/blob/6.1.1/jupyterhub/spawner.py#L1421
    """

    def items(self) -> Iterator[tuple[str, Value]]:  # type: ignore[override]
        """Yield the variables that a server gets."""
        told: list[Any] = []

        def tell(value: Value) -> Callable[[Any], str]:
            def evaluate(spawner: Any) -> str:
                told.append(spawner)
                return value if isinstance(value, str) else value(spawner)

            return evaluate

        optional = {
            name: value
            for name, value in super().items()
            if isinstance(value, SecretFile) and value.is_optional
        }
        certain = {name: value for name, value in super().items() if name not in optional}
        # JupyterHub itself sets this one, to the same value.
        certain = certain or ({"JUPYTERHUB_USER": _username} if optional else {})
        for name, value in certain.items():
            yield name, tell(value) if optional and not told else value
        for name, secret in optional.items():
            if not told:  # whoever iterates calls nothing
                yield name, secret
            elif (found := secret.read(told[0].user.name)) is not None:
                yield name, found

    def __deepcopy__(self, memo: dict[int, object]) -> _Environment:
        """Copy it, as traitlets does for each spawner: by `items()`, unless it is told how."""
        copied = _Environment()
        copied.update({name: self[name] for name in self})
        return copied


def _username(spawner: Any) -> str:
    return str(spawner.user.name)
