"""Which versions of notebooks commits bring: what they have at a path, and no parent has there.

`git diff-tree` says that, too, but holds all of a commit's differences in memory at once: ten
folders that are the same one, ten deep, take a gigabyte in ten seconds. Here, no two folders are
compared twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nblint.git.objects import FOLDER, KIND, Entry, Objects, entries_of
from nblint.git.refusals import too_much

_MOST_VERSIONS = 200_000
_DEEPEST = 1000
_COMMITS_AT_A_TIME = 100


class Commit(NamedTuple):
    """A commit.

    Attributes:
        id: Its id.
        parents: The ids of its parents; none for a first commit.
    """

    id: str
    parents: tuple[str, ...]


class Version(NamedTuple):
    """A version of a notebook that a range of commits brings.

    Attributes:
        commit: The id of the first commit that has it.
        entry: The notebook as that commit has it.
    """

    commit: str
    entry: Entry


class _Folder(NamedTuple):
    """A folder of a commit, and what its parents have at the same path."""

    commit: str
    path: str
    tree: str
    others: tuple[str, ...]


def versions(objects: Objects, commits: Sequence[Commit]) -> list[Version]:
    """Return every version of a notebook that commits bring, each content once.

    What a merge takes over from a parent is that parent's.

    Args:
        objects: Reads the commits.
        commits: Parents before children.

    Raises:
        Missing: A commit, a parent or a folder is not there.
        GitError: There is too much.
    """
    found: dict[str, Version] = {}
    for start in range(0, len(commits), _COMMITS_AT_A_TIME):
        part = commits[start : start + _COMMITS_AT_A_TIME]
        order = {commit.id: at for at, commit in enumerate(part)}
        for version in sorted(_brought(objects, part), key=lambda brought: order[brought.commit]):
            found.setdefault(version.entry.id, version)
        if len(found) > _MOST_VERSIONS:
            raise too_much(f"more than {_MOST_VERSIONS:,} versions of notebooks")
    return list(found.values())


def _brought(objects: Objects, commits: Sequence[Commit]) -> Iterator[Version]:
    tops = objects.trees(own for commit in commits for own in (commit.id, *commit.parents))
    folders = [
        _Folder(commit.id, "", tops[commit.id], tuple(tops[parent] for parent in commit.parents))
        for commit in commits
    ]
    compared: set[tuple[str, tuple[str, ...]]] = set()
    for _ in range(_DEEPEST):
        folders = [folder for folder in folders if _is_worth_it(folder, compared)]
        if not folders:
            return
        # All of one depth at once, since git is started each time that it is asked.
        trees = dict(objects.read((t for f in folders for t in (f.tree, *f.others)), "tree"))
        below = []
        for folder in folders:
            for entry, others in _differing(folder, trees):
                if entry.mode & KIND == FOLDER:
                    below.append(_Folder(folder.commit, f"{entry.path}/", entry.id, others))
                elif entry.is_notebook:
                    yield Version(folder.commit, entry)
        folders = below
    raise too_much(f"folders that are {_DEEPEST:,} deep")


def _is_worth_it(folder: _Folder, compared: set[tuple[str, tuple[str, ...]]]) -> bool:
    pair = (folder.tree, folder.others)
    is_new = pair not in compared and folder.tree not in folder.others
    compared.add(pair)
    return is_new


def _differing(
    folder: _Folder, trees: Mapping[str, bytes | None]
) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Yield what no parent has, with the ids of the parents' folders of that name."""
    own, *theirs = (_entries(trees[tree], len(tree)) for tree in (folder.tree, *folder.others))
    known = {entry for entries in theirs for entry in entries}
    named = [{name: (int(mode, 8), tree.hex()) for mode, name, tree in es} for es in theirs]
    for mode, name, blob in own:
        if (mode, name, blob) not in known:
            path = folder.path + name.decode("utf-8", "surrogateescape")
            there = [entries[name] for entries in named if name in entries]
            others = tuple(tree for mode, tree in there if mode & KIND == FOLDER)
            yield Entry(int(mode, 8), blob.hex(), path), others


def _entries(tree: bytes | None, id_length: int) -> list[tuple[bytes, bytes, bytes]]:
    if tree is None:
        raise too_much("a folder with more than a million files")
    return entries_of(tree, id_length)
