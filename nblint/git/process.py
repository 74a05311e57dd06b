"""Runs git: the right one, in an environment of its own, in bounded time and memory."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from nblint.files import is_file
from nblint.git.refusals import GitError, no_git

# Seconds for one command; and how much it may print, such as the files of a commit, a million.
_PATIENCE = 120.0
MOST_PRINTED = 128 * 1024 * 1024
_CHUNK = 1024 * 1024
_MOST_COMPLAINT = 200
_NAME = "git.exe" if sys.platform == "win32" else "git"
# Git before 2.32 does not know the third, and looks in HOME.
_ENVIRONMENT = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class GitFailed(GitError):
    """A command of git that did not succeed.

    Attributes:
        status: What it exited with.
    """

    def __init__(self, command: str, status: int, complaint: str) -> None:
        super().__init__(f"git {command} failed: {complaint or f'status {status}'}")
        self.status = status


class Git:
    """Runs git in a bare repository.

    Args:
        program: Git's path.
        folder: The repository.
        environment: The environment.
    """

    def __init__(self, program: str, folder: Path, environment: dict[str, str]) -> None:
        self._command = (program, f"--git-dir={folder}")
        self._folder = folder
        self._environment = environment

    def output(self, *arguments: str, given: bytes = b"", most: int = MOST_PRINTED) -> bytes:
        """Run a command and return what it prints.

        Args:
            arguments: The command.
            given: Its standard input.
            most: How many bytes it may print.

        Raises:
            GitFailed: It did not succeed.
            GitError: It could not be started, took too long, or printed more.
        """
        return b"".join(self._chunks(arguments, given, most))

    def records(self, *arguments: str) -> Iterator[bytes]:
        """Run a command and yield what it prints up to each NUL; as `output` otherwise."""
        rest = b""
        for chunk in self._chunks(arguments, b"", MOST_PRINTED):
            *records, rest = (rest + chunk).split(b"\0")
            yield from records

    def _chunks(self, arguments: tuple[str, ...], given: bytes, most: int) -> Iterator[bytes]:
        with TemporaryFile() as asked, TemporaryFile() as complaint:
            asked.write(given)
            asked.seek(0)
            process = self._start(arguments, asked, complaint)
            watch = Timer(_PATIENCE, process.kill)
            watch.daemon = True
            with process:
                watch.start()
                try:
                    yield from _bounded(process, arguments[0], most)
                    status = process.wait()
                finally:
                    is_late = not watch.is_alive()
                    watch.cancel()
                    process.kill()  # where nobody wants the rest
            if is_late:
                raise GitError(f"git {arguments[0]} took longer than {_PATIENCE:.0f} seconds")
            if status != 0:
                raise GitFailed(arguments[0], status, _first_line(complaint))

    def _start(
        self, arguments: tuple[str, ...], asked: IO[bytes], complaint: IO[bytes]
    ) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                [*self._command, *arguments],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=complaint,
                cwd=self._folder,
                env=self._environment,
            )
        except OSError as error:
            raise GitError(f"{self._command[0]}: cannot be run: {error.strerror}") from error


def find_git(top: Path) -> str:
    """Return the path of git: on PATH, but neither in the current folder nor in a repository.

    Args:
        top: The repository, which may bring a program of that name.

    Raises:
        GitError: There is none.
    """
    here, inside = os.path.realpath(os.curdir), os.path.realpath(top)
    for entry in map(Path, os.get_exec_path()):
        folder = os.path.realpath(entry)
        is_own = folder == here or f"{folder}{os.sep}".startswith(f"{inside}{os.sep}")
        if entry.is_absolute() and not is_own:
            program = entry / _NAME
            if is_file(program) and os.access(program, os.X_OK):
                return str(program)
    raise no_git()


def sealed_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which no configuration counts but that of a repository.

    Args:
        folder: The repository, which stands for the home folder, too.
    """
    kept = {name: value for name, value in os.environ.items() if not _is_git(name)}
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return kept | _ENVIRONMENT | home


def personal_environment() -> dict[str, str]:
    """Return an environment in which the person's configuration counts, too."""
    environment = os.environ.items()
    return {n: v for n, v in environment if not _is_git(n) or n.upper().startswith("GIT_CONFIG")}


def _bounded(process: "subprocess.Popen[bytes]", command: str, most: int) -> Iterator[bytes]:
    assert process.stdout is not None
    printed = 0
    while chunk := process.stdout.read(_CHUNK):
        printed += len(chunk)
        if printed > most:
            raise GitError(f"git {command} printed more than {most // 1024 // 1024} MB")
        yield chunk


def _is_git(name: str) -> bool:
    return name.upper().startswith("GIT_")  # Windows ignores case


def _first_line(complaint: IO[bytes]) -> str:
    complaint.seek(0)
    line = complaint.read(_MOST_COMPLAINT).decode("utf-8", "replace").partition("\n")[0]
    return "".join(c if c.isprintable() else "�" for c in line)
