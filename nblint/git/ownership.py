"""Whether git calls a repository unsafe, because it belongs to another user.

Nothing of it would be executed here. But whoever owns it decides what its branches are, and the
person's own git refuses it: https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
"""

import os
import sys
from pathlib import Path

from nblint.git.location import Location
from nblint.git.process import Git, GitFailed, personal_environment
from nblint.git.refusals import unsafe


def refuse_unsafe(location: Location, program: str, neutral: Path) -> None:
    """Refuse a repository that git calls unsafe.

    Args:
        location: The repository.
        program: Git's path.
        neutral: A repository whose configuration says nothing about it.

    Raises:
        GitError: It belongs to another user, and the person's configuration does not list it.
    """
    paths = (location.top, location.top / ".git", location.git_dir)
    if not all(map(_is_own, paths)) and not _is_listed(location.top, program, neutral):
        raise unsafe(location.top)


def _is_own(path: Path) -> bool:
    if sys.platform == "win32":  # has owners of another kind
        return True
    owner, user = str(os.lstat(path).st_uid), os.geteuid()
    return owner == str(user) or (user == 0 and owner == os.environ.get("SUDO_UID"))


def _is_listed(top: Path, program: str, neutral: Path) -> bool:
    git = Git(program, neutral, personal_environment())
    try:
        listed = git.output("config", "--null", "--type=path", "--get-all", "safe.directory")
    except GitFailed:  # lists none
        return False
    is_safe = False
    for value in map(os.fsdecode, listed.split(b"\0")[:-1]):
        if value == "":
            is_safe = False  # what was listed before does not count
        elif value.endswith("/*"):
            is_safe |= os.path.realpath(top).startswith(os.path.realpath(value[:-1]) + os.sep)
        else:
            is_safe |= value == "*" or os.path.realpath(value) == os.path.realpath(top)
    return is_safe
