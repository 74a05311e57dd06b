"""What cannot be read of a repository, each in a sentence with the command that helps."""

import re
import shlex
import sys
from pathlib import Path

from nblint.errors import SettingsError


class GitError(SettingsError):
    """A repository that cannot be read as far as is needed; the text is one clear sentence."""


def no_repository(folder: Path) -> GitError:
    """Return the error for a folder without a repository, or whose `.git` git could not use."""
    return GitError(f"{folder}: not a git repository; run it in a clone, as `git clone` makes one")


def unmerged() -> GitError:
    """Return the error for an index from which git cannot make a commit."""
    return GitError(
        "git cannot make a commit of what is staged; resolve merge conflicts and `git add` the "
        "files, as `git status` says"
    )


def damaged_index() -> GitError:
    """Return the error for an index that cannot be read."""
    return GitError("git's index cannot be read; run `git status`, which says why")


def no_git() -> GitError:
    """Return the error for a machine without git."""
    return GitError("git not found on PATH, outside this repository: https://git-scm.com/downloads")


def unsafe(top: Path) -> GitError:
    """Return the error for a repository of another user."""
    return GitError(
        f"{top}: belongs to another user, so git calls it unsafe; if you trust who owns it, run "
        f"`git config --global --add safe.directory {_quoted(str(top))}`"
    )


def unknown_objects(form: str) -> GitError:
    """Return the error for a repository that names its objects in a way not known here."""
    return GitError(f"unknown object format {form!r}; update nblint")


def unknown_refs(form: str) -> GitError:
    """Return the error for a repository that keeps its refs in a way not known here."""
    return GitError(
        f"refs in the format {form!r} cannot be read here; they can in a copy, as "
        "`git clone --ref-format=files` makes one"
    )


def no_form(revision: str) -> GitError:
    """Return the error for a revision of a form that is not read."""
    return GitError(
        f"unknown form of revision {revision!r}; pass a branch, a tag or a commit id, "
        "with ~ and ^ behind it"
    )


def unknown_revision(revision: str, name: str) -> GitError:
    """Return the error for a revision that the clone does not have.

    Args:
        revision: What the person calls it.
        name: The branch, tag or id that it begins with.
    """
    if not name.strip("0"):
        return GitError(
            f"revision {name!r} stands for no commit; pass the branch that this one began from"
        )
    if name == "HEAD":
        return GitError("HEAD has no commit yet; run `git commit` first")
    remote, _, branch = name.removeprefix("refs/remotes/").partition("/")
    if branch and not name.startswith("refs/heads/"):
        wanted = [remote, f"{branch}:refs/remotes/{remote}/{branch}"]
    elif re.fullmatch("[0-9a-f]{40,}", name):
        wanted = ["origin", name]
    else:
        wanted = ["origin", f"{name}:{name}"]
    command = " ".join(["git fetch", *map(_quoted, wanted)])
    return GitError(f"unknown revision {revision!r}; run `{command}`")


def ambiguous(name: str, places: list[str]) -> GitError:
    """Return the error for a name of several refs.

    Args:
        name: The name.
        places: Their whole names.
    """
    return GitError(f"{name!r} is ambiguous; pass one of {', '.join(map(_quoted, places))}")


def no_ancestor(revision: str) -> GitError:
    """Return the error for a way that leads past the first commit, or along no such parent."""
    return GitError(f"unknown revision {revision!r}; `git log --graph` shows which commits exist")


def incomplete(*, is_shallow: bool, is_partial: bool) -> GitError:
    """Return the error for a clone that lacks what was asked for.

    Args:
        is_shallow: Whether it has only the last commits.
        is_partial: Whether contents or folders were left out.
    """
    if not is_shallow and not is_partial:
        return GitError("git objects are missing or damaged; run `git fsck`, which lists them")
    kind = " and ".join(["shallow"] * is_shallow + ["partial"] * is_partial)
    # In one command, git would not fetch the contents of commits that it has.
    commands = ["`git fetch --unshallow`"] * is_shallow
    commands += ["`git fetch --refetch --no-filter`"] * is_partial
    return GitError(f"history is incomplete in this {kind} clone; run {' and '.join(commands)}")


def unrelated(one: str, other: str) -> GitError:
    """Return the error for two commits without a common one."""
    return GitError(
        f"{one} and {other} have no commit in common; pass a base that the branch began from"
    )


def too_much(what: str) -> GitError:
    """Return the error for work that is not bounded otherwise."""
    return GitError(f"{what}; pass a base that is nearer to HEAD")


def _quoted(argument: str) -> str:
    """Return an argument so that a shell takes it as it is, whoever chose the name."""
    return f'"{argument}"' if sys.platform == "win32" else shlex.quote(argument)
