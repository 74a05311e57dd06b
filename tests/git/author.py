"""A person who works with real git, in repositories that tests make."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

CONFIG = """\
[user]
  name = An Author
  email = author@example.org
[init]
  defaultBranch = main
[advice]
  detachedHead = false
[protocol "file"]
  allow = always
[gc]
  auto = 0
"""


def git(folder: Path, *arguments: str, given: bytes = b"", fails: bool = False) -> bytes:
    """Run git in a folder and return what it prints.

    Args:
        folder: The folder.
        arguments: The command.
        given: Its standard input.
        fails: Whether it may exit with another status than 0.
    """
    run = subprocess.run(
        ["git", *arguments], cwd=folder, input=given, capture_output=True, timeout=60, check=False
    )
    assert fails or run.returncode == 0, run.stderr.decode(errors="replace")
    return run.stdout


def said(folder: Path, *arguments: str, given: bytes = b"") -> str:
    """Run git in a folder and return the line that it prints."""
    return git(folder, *arguments, given=given).decode().strip()


def repository(folder: Path, *options: str) -> Path:
    """Make an empty repository."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", *options)
    return folder


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files below a folder; None removes one."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def commit(folder: Path, files: Mapping[str, str | bytes | None] = {}, **options: str) -> str:
    """Write files, commit them all, and return the commit's id."""
    write(folder, files)
    git(folder, "add", "--all", "--force")
    extra = [f"--{name}={value}" for name, value in options.items()]
    git(folder, "commit", "--quiet", "--allow-empty", "--message=a commit", *extra)
    return said(folder, "rev-parse", "HEAD")


def entry(mode: str, own: str, path: bytes) -> bytes:
    """Return what `git update-index --index-info -z` and `git mktree -z` read for a path."""
    return f"{mode} {own}\t".encode() + path + b"\0"
