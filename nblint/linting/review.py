"""What a range of commits changes of that by which it is judged: for a person to look at.

None of it is wrong in itself, and no program can tell whether it is meant well.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from nblint.git.repository import LINK, SUBMODULE, Entry
from nblint.git.snapshot import Snapshot
from nblint.linting.results import Note

# What decides how a repository is checked, by globs of paths whose `*` also stands for "/".
_KINDS = (
    ("settings", ("nblint.toml", "*/nblint.toml", "pyproject.toml", "*/pyproject.toml")),
    ("baseline", ("*.nblint-baseline*.json", "*.secrets.baseline")),
    ("hooks", (".pre-commit-config.y*ml", ".pre-commit-hooks.y*ml", ".githooks/*", ".husky/*")),
    (
        "pipeline",
        (
            *(".circleci/*", ".github/workflows/*", ".github/actions/*", ".gitlab-ci.y*ml"),
            *(".gitlab/*", "*Jenkinsfile*", "azure-pipelines*", ".azure-pipelines/*"),
            *("bitbucket-pipelines.yml", ".travis.yml", ".drone.yml", ".buildkite/*"),
            *(".woodpecker*", "action.y*ml", ".tekton/*"),
        ),
    ),
    ("script", ("scripts/*", "*Makefile", "*.mk", "*.sh", "tox.ini", "noxfile.py", "justfile")),
    ("owners", ("CODEOWNERS", "*/CODEOWNERS")),
    ("attributes", ("*.gitattributes", "*.gitignore", ".gitmodules")),
)


def notes(before: Snapshot, after: Snapshot, baselines: frozenset[str]) -> Iterator[Note]:
    """Yield what a range changes of settings, baselines, hooks and pipelines, and what it hides.

    Args:
        before: The commit that the range began from.
        after: Its last commit.
        baselines: The paths of the baselines that settings name.
    """
    old, new = before.others, after.others
    for path in sorted(old.keys() | new.keys()):
        kind = "baseline" if path in baselines else _kind(path)
        if kind and (how := _change(old.get(path), new.get(path))):
            yield Note(kind, path, f"{kind} {how}")
    yield from _unseen(before, after)


def _kind(path: str) -> str | None:
    return next((k for k, globs in _KINDS if any(fnmatchcase(path, glob) for glob in globs)), None)


def _change(before: Entry | None, after: Entry | None) -> str | None:
    if before is None or after is None:
        return "added" if before is None else "removed"
    return "changed" if (before.id, before.mode) != (after.id, after.mode) else None


def _unseen(before: Snapshot, after: Snapshot) -> Iterator[Note]:
    """Yield what is not looked into: submodules, links, and files with names that none may have."""
    old = {**before.others, **before.notebooks}
    for path, entry in sorted({**after.others, **after.notebooks}.items()):
        if _change(old.get(path), entry) is None:
            continue
        if entry.mode == SUBMODULE:
            yield Note("submodule", path, "submodule added or moved; its notebooks are not checked")
        elif entry.mode == LINK and PurePosixPath(path).suffix.lower() == ".ipynb":
            yield Note("link", path, "symbolic link; what it leads to is checked at its own path")
    yield from (Note("unread", path, "not read") for path in after.left_out)


def declared(before: Mapping[str, str], after: Mapping[str, str], what: str) -> Iterator[Note]:
    """Yield what a range declares that the commit before it did not.

    Args:
        before: The files that declared names, by the names.
        after: The files that declare names, by the names.
        what: What a name is: "environment variable", "requirement".
    """
    for name, path in after.items():
        if name not in before:
            yield Note("declared", path, f"{what} {name!r} declared")
