"""Files that somebody wrote by hand: read whole, in bounds, and refused in one sentence."""

from pathlib import Path

from nblint.errors import SettingsError, unreadable


def is_file(path: Path) -> bool:
    """Tell whether a path is a regular file, and no pipe, device or path that cannot be read."""
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
    """Read a file that somebody wrote by hand, or that looks as if.

    Args:
        path: The file.
        most: How many bytes it may have: a link can lead to something without an end.

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
    """Read a text file in UTF-8, with or without the mark that Windows' editors begin files with.

    Args:
        path: The file.

    Raises:
        SettingsError: The file cannot be read, is very large, or is not UTF-8.
    """
    try:
        return read_bounded(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
