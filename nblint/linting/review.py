"""What a range of commits changes of that by which it is judged: for a person to look at.

None of it is wrong in itself, and no program can tell whether it is meant well.
"""

import os
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from nblint.document.model import Notebook
from nblint.findings import Finding
from nblint.git.objects import LINK, SUBMODULE, Entry
from nblint.git.snapshot import Snapshot
from nblint.linting.results import Note
from nblint.linting.sides import Seen, Side
from nblint.project.requirements import declared_by
from nblint.reading.suppressions import Suppression
from nblint.reading.suppressions import suppressions as read_suppressions

# What decides how a repository is checked, by globs of paths whose `*` also stands for "/".
_KINDS = (
    ("settings", ("nblint.toml", "*/nblint.toml", "pyproject.toml", "*/pyproject.toml")),
    ("baseline", ("*.nblint-baseline*.json", "*.secrets.baseline")),
    ("hooks", (".pre-commit-config.y*ml", ".pre-commit-hooks.y*ml", ".githooks/*", ".husky/*")),
    (
        "pipeline",
        (
            *(".circleci/*", ".github/workflows/*", ".github/actions/*", ".gitlab-ci.y*ml"),
            *(".gitlab/*", "*jenkinsfile*", "azure-pipelines*", ".azure-pipelines/*"),
            *("bitbucket-pipelines.yml", ".travis.yml", ".drone.yml", ".buildkite/*"),
            *(".woodpecker*", "action.y*ml", ".tekton/*"),
        ),
    ),
    ("script", ("scripts/*", "*makefile", "*.mk", "*.sh", "tox.ini", "noxfile.py", "justfile")),
    ("owners", ("codeowners", "*/codeowners")),
    ("attributes", ("*.gitattributes", "*.gitignore", ".gitmodules")),
)


def notes(before: Snapshot, after: Snapshot, baselines: Set[str]) -> Iterator[Note]:
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
    lower = path.lower()  # make reads a `GNUmakefile` first
    return next((k for k, globs in _KINDS if any(fnmatchcase(lower, one) for one in globs)), None)


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


def suppressions(path: str, seen: Seen, before: Sequence[Seen]) -> Iterator[Note]:
    """Yield what a notebook suppresses and the base's versions of it do not."""
    known: Counter[object] = Counter()
    for version in before:
        known |= Counter(map(_identity, _suppressions(version)))
    for suppression in _suppressions(seen):
        if known[_identity(suppression)]:
            known[_identity(suppression)] -= 1
            continue
        what = ", ".join(suppression.codes) or "credentials" * suppression.pragma or "nothing"
        reason = seen.redaction.mask(suppression.reason) or "no reason given"
        yield Note("suppression", path, f"suppresses {what}: {reason}", suppression.place)
    # A suppression that the base has can come to cover another credential.
    values = frozenset().union(*(version.values for version in before))
    for finding in seen.suppressed:
        if finding.detector and finding.fingerprint not in values:
            yield suppressed(path, finding)


def suppressed(path: str, finding: Finding, commit: str | None = None) -> Note:
    """Return the note for a credential that is suppressed, in HEAD or in an earlier commit."""
    where = f", in commit {commit} of this branch" if commit else ""
    what = f"{finding.code} {finding.message} is suppressed{where}: {finding.suppression}"
    return Note("suppression", path, what, None if commit else finding.place)


def unreadable(path: str, commit: str) -> Note:
    """Return the note for a version of a notebook in which hardly anything can be found."""
    return Note("unread", path, f"not a notebook in commit {commit} of this branch")


def _suppressions(seen: Seen) -> tuple[Suppression, ...]:
    return read_suppressions(seen.document) if isinstance(seen.document, Notebook) else ()


def _identity(suppression: Suppression) -> object:
    return suppression.codes, suppression.pragma, suppression.tag, suppression.reason


def declarations(before: Side, after: Side) -> Iterator[Note]:
    """Yield what HEAD declares otherwise than the base: variables and requirements."""
    for root, project in after.projects.items():
        old = before.project(root)
        known = old.catalogue.variables
        for name, variable in project.catalogue.variables.items():
            if name not in known or known[name].declaration != variable.declaration:
                how = "changed" if name in known else "declared"
                where = str(root / variable.source)
                yield Note("declaration", where, f"environment variable {name!r} {how}")
        required = project.requirements
        if required and required.files:
            declared = old.requirements.distributions if old.requirements else frozenset()
            own = project.found.root
            for name in sorted(required.distributions - declared):
                # A glob of the settings can lead out of their folder.
                file = next(one for one in required.files if name in declared_by([one], own))
                where = posixpath.normpath((root / os.path.relpath(file, own)).as_posix())
                yield Note("declaration", where, f"requirement {name!r} declared")
