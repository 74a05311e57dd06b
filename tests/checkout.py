"""This checkout as a repository of its own: what a person who takes nblint from git gets."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Whoever runs the tests decides nothing about it: not by a name, a signature or a hook.
_AS_ITSELF = [
    *("-c", "user.name=Ada", "-c", "user.email=ada@example.com"),
    *("-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false", "-c", "core.hooksPath="),
]


def committed_checkout(folder: Path, *, tag: str = "") -> Path:
    """Commit this checkout as it is now, uncommitted files included, to a new repository.

    Args:
        folder: Where the repository is made.
        tag: The name of a tag of its commit, if it should have one.

    Returns:
        The folder.
    """
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "nblint"],
        *([["tag", tag]] if tag else []),
    ):
        subprocess.run(["git", *_AS_ITSELF, *command], cwd=folder, check=True)
    return folder
