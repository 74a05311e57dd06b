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
_COMMITS_AT_A_TIME = 50
_MOST_BYTES = 512 * 1024 * 1024


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


class _Place(NamedTuple):
    """Where a folder is."""

    commit: str
    path: str


# A folder and what a commit's parents have at its path, by their ids.
_Compared = tuple[str, ...]


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
    # By what is compared, which can be the same at any number of places.
    folders: dict[_Compared, _Place] = {}
    for commit in commits:
        pair = tuple(tops[own] for own in (commit.id, *commit.parents))
        folders.setdefault(pair, _Place(commit.id, ""))
    done: set[_Compared] = set()
    for _ in range(_DEEPEST):
        if not folders:
            return
        done |= folders.keys()
        # All of one depth at once, since git is started each time that it is asked.
        trees = dict(objects.read((own for pair in folders for own in pair), "tree", _MOST_BYTES))
        below: dict[_Compared, _Place] = {}
        for pair, place in folders.items():
            for mode, path, inner in _differing(pair, trees):
                there = f"{place.path}{path}"
                if mode & KIND == FOLDER:
                    if inner not in done:
                        below.setdefault(inner, _Place(place.commit, f"{there}/"))
                elif (entry := Entry(mode, inner[0], there)).is_notebook:
                    yield Version(place.commit, entry)
        folders = below
    raise too_much(f"folders that are {_DEEPEST:,} deep")


def _differing(
    pair: _Compared, trees: Mapping[str, bytes | None]
) -> Iterator[tuple[int, str, _Compared]]:
    """Yield mode, name and id of what no parent has, with the parents' folders of that name."""
    own, *theirs = (_entries(trees[tree], len(tree)) for tree in pair)
    known = {entry for entries in theirs for entry in entries}
    named = [{name: (int(mode, 8), tree.hex()) for mode, name, tree in es} for es in theirs]
    for mode, name, inner in own:
        if (mode, name, inner) not in known:
            there = [entries[name] for entries in named if name in entries]
            others = (tree for mode, tree in there if mode & KIND == FOLDER)
            yield int(mode, 8), name.decode("utf-8", "surrogateescape"), (inner.hex(), *others)


def _entries(tree: bytes | None, id_length: int) -> list[tuple[bytes, bytes, bytes]]:
    if tree is None:
        raise too_much("a folder with more than a million files")
    return entries_of(tree, id_length)
