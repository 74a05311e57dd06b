"""Secrets in files that nobody but their owner may read."""

import os
import stat
from pathlib import Path

from nblint.document.write import write_atomically
from nblint.errors import SettingsError, unwritable

# In bytes. No credential is longer, so a longer file is the wrong file.
_LONGEST_SECRET = 100_000


class SecretError(SettingsError):
    """A secret that cannot be used; the text says which and why, never its value."""


class MissingSecretError(SecretError):
    """A secret whose file is not there, or empty."""


def read_secret(path: Path, name: str, *, folder: Path | None = None) -> str:
    """Read a secret.

    Args:
        path: The file; a line break at its end and a byte order mark are not part of the secret.
        name: What messages call the secret.
        folder: The folder of secrets that it lies in, which must be closed to others, too.

    Raises:
        MissingSecretError: There is no such file, or nothing in it.
        SecretError: The file or the folder is open to others, cannot be read, or holds nothing that
            an environment variable can hold.
    """
    try:
        if folder is not None:
            _refuse_others(folder.stat(), name, folder, "0700")
        # What is checked is what is read: the path could be exchanged in between. A pipe must not
        # make the hub wait.
        with open(path, "rb", opener=_open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SecretError(f"{name}: {path}: not a regular file")
            _refuse_others(status, name, path, "0600")
            data = file.read(_LONGEST_SECRET + 1)
    except FileNotFoundError:
        raise MissingSecretError(f"{name}: {path}: no such file") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SecretError(f"{name}: {path}: cannot be read: {reason}") from None
    try:
        value = data.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SecretError(f"{name}: {path}: not UTF-8") from None
    if not value:
        raise MissingSecretError(f"{name}: {path}: is empty")
    if "\0" in value or len(data) > _LONGEST_SECRET:
        raise SecretError(f"{name}: {path}: not a valid value for an environment variable")
    return value


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse_others(status: os.stat_result, name: str, path: Path, closed: str) -> None:
    """Refuse a file or folder that anyone but the hub, or root, has access to."""
    mode = stat.S_IMODE(status.st_mode)
    # On Windows, access control lists decide, not these bits.
    if os.name != "posix":
        return
    if status.st_uid not in (0, os.geteuid()):
        raise SecretError(
            f"{name}: {path}: belongs to another account (uid {status.st_uid}); "
            "give it to the one that the hub runs as"
        )
    if mode & 0o077:
        raise SecretError(
            f"{name}: {path}: is accessible to others (mode {mode:04o}); make it {closed}"
        )


def write_closed(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file as a whole, which others can read only once it has its mode.

    Args:
        path: The file, in a folder that is made if needed.
        text: What it holds afterwards.
        mode: Its mode afterwards.

    Raises:
        SettingsError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A new one begins closed to others, as all that `replacing` makes.
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        write_atomically(path, text.encode())
        path.chmod(mode)
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None
