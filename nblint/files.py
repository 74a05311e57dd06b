"""Bounded reads of files that people write; what is wrong with one is said in one sentence."""

import codecs
from pathlib import Path

from nblint.errors import SettingsError, unreadable


def is_file(path: Path) -> bool:
    """Tell whether a path is a regular file that can be accessed: not a pipe, not a device."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_whole(path: Path) -> bytes:
    """Read a file of any size.

    Args:
        path: The file.

    Raises:
        SettingsError: The file cannot be read, or does not fit into memory.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(unreadable(path, error)) from error
    except MemoryError:
        raise SettingsError(f"{path}: too large for the available memory") from None


def read_bounded(path: Path, most: int = 32 * 1024 * 1024) -> bytes:
    """Read a file that a person wrote, or that is taken for one.

    Args:
        path: The file.
        most: The most bytes it may have: a link can lead to something without an end.

    Raises:
        SettingsError: The file cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise SettingsError(unreadable(path, error)) from error
    if len(data) > most:
        raise SettingsError(f"{path}: too large (more than {most // 1024 // 1024} MB)")
    return data


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without the byte order mark of Windows' editors.

    Args:
        path: The file.

    Raises:
        SettingsError: The file cannot be read, is too large, or is not UTF-8.
    """
    try:
        return read_bounded(path).removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
