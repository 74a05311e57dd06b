"""Runs programs under strace, which ends them or fails their calls to the system, one at a time.

https://man7.org/linux/man-pages/man1/strace.1.html, "Tampering"
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import nblint
from tests.system import needs

# What strace prints: the process, the call's name, its arguments.
_CALL = re.compile(r"^\d+ +(\w+)\((.*)")
# Not the file system's, and some of them not to be counted: their number differs from run to run.
_OTHER = re.compile(
    r"mmap|munmap|brk|m(protect|remap|advise)|rt_sig\w+|futex|clock_\w+|get\w+|exit\w*"
)
# Where modules and libraries are.
_INSTALLED = (sys.prefix, sys.base_prefix, str(Path(nblint.__file__).parent), "/lib/", "/lib64/")


class Call(NamedTuple):
    """A call to the system: the nth one of its name."""

    name: str
    number: int


def program(*arguments: str) -> list[str]:
    """Return the command line of nblint's command."""
    return [sys.executable, "-m", "nblint", *arguments]


def calls(command: Sequence[str], folder: Path, since: str) -> list[Call]:
    """Return the calls that a program makes from the first one on that names something.

    Those that load modules and libraries are left out: Python itself makes them, and says in its
    own words what became of them.

    Args:
        command: The program, which runs to its end.
        folder: Where it runs.
        since: A text that stands among that first call's arguments.
    """
    needs("strace")
    log = folder.parent / "strace.log"
    run = _run(["strace", "-f", "-y", "-o", str(log), *command], folder)
    if "ptrace" in run.stderr and not log.read_text():
        pytest.skip("this system lets no program trace another one")
    numbers: Counter[str] = Counter()
    found: list[Call] = []
    for line in log.read_text(errors="replace").splitlines():
        if match := _CALL.match(line):
            name, arguments = match.groups()
            numbers[name] += 1
            is_meant = not _OTHER.fullmatch(name) and not _is_loading(arguments)
            if (found or since in arguments) and is_meant:
                found.append(Call(name, numbers[name]))
    assert found, log.read_text()[-2000:]
    return found


def killed(command: Sequence[str], folder: Path, call: Call) -> "subprocess.CompletedProcess[str]":
    """Run a program that is killed when it makes a call."""
    return _tampered(command, folder, f"{call.name}:signal=KILL:when={call.number}", call)


def failed(
    command: Sequence[str], folder: Path, call: Call, error: str
) -> "subprocess.CompletedProcess[str] | None":
    """Run a program, one of whose calls fails with an error such as ENOSPC.

    Returns:
        What became of it; None where it is a call that loads a module: how many there are before
            another one can differ from run to run.
    """
    run = _tampered(command, folder, f"{call.name}:error={error}:when={call.number}", call)
    log = (folder.parent / "strace.log").read_text(errors="replace").splitlines()
    return None if any("(INJECTED)" in line and _is_loading(line) for line in log) else run


def _is_loading(arguments: str) -> bool:
    return any(path in arguments for path in _INSTALLED)


def _tampered(
    command: Sequence[str], folder: Path, injection: str, call: Call
) -> "subprocess.CompletedProcess[str]":
    options = [
        "-f",
        "-qq",
        "-y",
        "-o",
        str(folder.parent / "strace.log"),
        "-e",
        f"trace={call.name}",
        "-e",
        f"inject={injection}",
    ]
    return _run(["strace", *options, *command], folder)


def _run(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    # What differs between two runs is not to shift the numbers of calls.
    steady = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        command, cwd=folder, env=os.environ | steady, capture_output=True, text=True, check=False
    )


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that git would see: all but those in folders that ignore themselves."""
    for path in sorted(folder.rglob("*")):
        own = [parent for parent in path.parents if parent.is_relative_to(folder)]
        ignored = any((parent / ".gitignore").is_file() for parent in own)
        if path.is_file() and not ignored:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
