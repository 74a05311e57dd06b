"""What was committed: revisions, commits, trees and contents, as git's objects have them."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nblint.git.bare import BareRepository
from nblint.git.changes import Commit, Version, versions
from nblint.git.index import copy_index
from nblint.git.location import locate, object_format, read_config
from nblint.git.objects import LARGEST, LINK, SUBMODULE, Entry, Missing, Objects
from nblint.git.process import GitFailed
from nblint.git.refs import id_of, parse_revision, places_of, shallow_commits
from nblint.git.refusals import (
    GitError,
    ambiguous,
    incomplete,
    no_ancestor,
    no_form,
    no_repository,
    too_much,
    unknown_revision,
    unmerged,
    unrelated,
)

_MOST_COMMITS = 50_000
_MOST_LINKS = 5
_LONGEST_PATH = 4096
# How many commits have their files kept: base, merge base, head.
_MOST_LISTED = 3
_ID = re.compile("[0-9a-f]{64}|[0-9a-f]{40}")
_ABBREVIATED = re.compile("[0-9A-Fa-f]{4,64}")


class Repository:
    """A repository whose objects are read through a bare one of our own; to be closed.

    Where a commit is asked for, its whole id is, as `resolve` returns it; where only its files
    matter, a tree's serves as well.

    Args:
        folder: Any folder in its working tree.

    Attributes:
        top: The folder of its working tree.

    Raises:
        GitError: It is no repository, or what was asked for cannot be read of it; so do the
            methods. The text is one sentence, with the command that helps.
    """

    def __init__(self, folder: Path) -> None:
        location = locate(folder)
        if location is None:
            raise no_repository(folder)
        self.top = location.top
        self._location = location
        config = read_config(location)
        self._is_partial = any(key.endswith((".promisor", ".partialclone")) for key in config)
        self._shallow = shallow_commits(location)
        self._entries: dict[str, tuple[Entry, ...]] = {}
        self._trees: dict[str, tuple[dict[str, Entry], dict[str, str]]] = {}
        self._bare = BareRepository(location, config)
        self._objects = Objects(self._bare.git, object_format(config))

    def __enter__(self) -> "Repository":
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Remove the temporary repository that it is read through."""
        self._bare.close()

    def resolve(self, revision: str) -> str:
        """Return the id of a commit.

        Args:
            revision: A branch, tag, remote branch, HEAD, or an id, also an abbreviated one or that
                of a tag; `~` and `^` may follow.
        """
        parsed = parse_revision(revision)
        if parsed is None:
            raise no_form(revision)
        name, suffix = parsed
        own = None
        if not _ID.fullmatch(name):
            if self._bare.has_refs:
                self._refuse_ambiguous(name)
            elif (own := id_of(name, self._location)) is None and not _ABBREVIATED.fullmatch(name):
                raise unknown_revision(revision, name)
        wanted = f"{own or name}{suffix}^{{commit}}"
        try:
            found = self._bare.git.output("rev-parse", "--verify", "--quiet", wanted)
        except GitFailed as error:
            if error.status != 1:
                raise
            if suffix and not self._shallow:
                raise no_ancestor(revision) from error
            raise (self._incomplete() if own else unknown_revision(revision, name)) from error
        return found.decode().strip()

    def staged(self) -> str:
        """Return the id of a tree with what `git commit` would commit now, to use as a commit's id.

        Git passes a hook the index of the commit in GIT_INDEX_FILE: `git commit FILE` has another
        than the repository. Git reads a copy of it, and writes nothing to the repository.
        """
        copy_index(self._location, self._bare.folder)
        try:
            # What a partial clone lacks is not needed yet.
            return self._bare.git.output("write-tree", "--missing-ok").decode().strip()
        except GitFailed as error:
            raise (unmerged() if "unmerged" in str(error) else error) from error

    def _refuse_ambiguous(self, name: str) -> None:
        """Refuse a name as `id_of` does, in refs that only git reads."""
        rows = self._output("for-each-ref", "--format=%(refname) %(objectname)", *places_of(name))
        exact = [row.split(" ") for row in rows.decode("utf-8", "surrogateescape").splitlines()]
        found = {place: own for place, own in exact if place in places_of(name)}
        if len(set(found.values())) > 1:
            raise ambiguous(name, list(found))

    def merge_base(self, one: str, other: str) -> str:
        """Return the best commit that two commits both have in their history."""
        try:
            found = self._bare.git.output("merge-base", _id(one), _id(other))
        except GitFailed as error:
            if error.status == 1 and not self._shallow:
                raise unrelated(one, other) from error
            raise self._incomplete() from error
        return found.decode().strip()

    def commits(self, base: str | None, head: str) -> tuple[Commit, ...]:
        """Return the commits that a range brings, parents before children.

        Args:
            base: What it is compared with; None where everything counts.
            head: Its last commit.
        """
        excluded = [f"^{_id(base)}"] if base is not None else []
        order = ("--topo-order", "--reverse", "--parents", f"--max-count={_MOST_COMMITS + 1}")
        rows = self._output("rev-list", *order, _id(head), *excluded).decode().splitlines()
        found = tuple(Commit(own, tuple(parents)) for own, *parents in map(str.split, rows))
        if len(found) > _MOST_COMMITS:
            raise too_much(f"more than {_MOST_COMMITS:,} commits")
        # The parents of these were not fetched, and may belong to the range.
        if any(commit.id in self._shallow for commit in found):
            raise self._incomplete()
        return found

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return the parents of a commit."""
        if commit in self._shallow:
            raise self._incomplete()
        _, *parents = self._output("rev-list", "--parents", "-1", _id(commit)).decode().split()
        return tuple(parents)

    def entries(self, commit: str) -> tuple[Entry, ...]:
        """Return the files of a commit, links and submodules included.

        A hostile tree can have two of one path.
        """
        if commit not in self._entries:
            records = self._records("ls-tree", "-r", "-z", "--full-tree", _id(commit))
            found = tuple(map(_listed, records))
            while len(self._entries) >= _MOST_LISTED:
                del self._entries[next(iter(self._entries))]
            self._entries[commit] = found
        return self._entries[commit]

    def notebooks(self, commit: str) -> list[Entry]:
        """Return the notebooks of a commit, whatever folder they are in."""
        return [entry for entry in self.entries(commit) if entry.is_notebook]

    def changed(self, base: str | None, head: str) -> list[Version]:
        """Return every version of a notebook that a range brings, each content once.

        That includes what a later commit of the range removes, and what only a merge adds. What a
        merge takes over from a parent is that parent's: in the range as well, or part of the base.

        Args:
            base: As of `commits`.
            head: As of `commits`.
        """
        try:
            return versions(self._objects, self.commits(base, head))
        except Missing as error:
            raise self._incomplete() from error

    def renames(self, old: str, new: str) -> dict[str, str]:
        """Return which notebooks have another path in one commit than in another.

        Args:
            old: The one commit.
            new: The other.

        Returns:
            Their paths in `old` by their paths in `new`; told by like contents, as git does.
        """
        for commit in (old, new):
            self.entries(commit)  # fails where there are so many that git would need all memory
        options = ("-r", "-z", "-M", "--diff-filter=R")
        records = self._records("diff-tree", *options, _id(old), _id(new), "--", ":(icase)*.ipynb")
        triples = zip(records, records, records, strict=True)
        return {_text(now): _text(before) for _, before, now in triples}

    def show(self, commit: str, path: str) -> bytes | None:
        """Return what a file holds in a commit; None where there is none, or a link leads away.

        Args:
            commit: The commit.
            path: The file's path from the top.
        """
        entry = self.led_to(commit, path)
        if entry is None:
            return None
        ((_, data),) = self.blobs([entry.id])
        if data is None:
            raise GitError(f"{entry.path}: too large (more than {LARGEST // 1024**2} MB)")
        return data

    def led_to(self, commit: str, path: str) -> Entry | None:
        """Return the file that a path leads to in a commit; None where show returns None.

        Args:
            commit: The commit.
            path: The path of a file or link from the top.
        """
        files, targets = self._tree(commit)
        for _ in range(_MOST_LINKS):
            entry = files.get(path)
            if entry is None or entry.mode == SUBMODULE:
                return None
            if entry.mode != LINK:
                return entry
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), targets[entry.id]))
        return None

    def _tree(self, commit: str) -> tuple[dict[str, Entry], dict[str, str]]:
        """Return the files of a commit by their paths, and where its links lead, by their ids."""
        if commit not in self._trees:
            files = {entry.path: entry for entry in self.entries(commit)}
            links = {entry.id for entry in files.values() if entry.mode == LINK}
            # What is longer than any path leads nowhere, like the root.
            targets = {
                own: _text(data) if data is not None and len(data) < _LONGEST_PATH else "/"
                for own, data in self.blobs(links)
            }
            while len(self._trees) >= _MOST_LISTED:
                del self._trees[next(iter(self._trees))]
            self._trees[commit] = files, targets
        return self._trees[commit]

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the sizes of contents in bytes.

        Args:
            ids: As entries have them, except for submodules.
        """
        try:
            return self._objects.sizes(ids)
        except Missing as error:
            raise self._incomplete() from error

    def blobs(self, ids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yield contents with their ids, each once; None for contents of more than 64 MB.

        A few are in memory at a time, and no process waits for whoever reads them.

        Args:
            ids: As entries have them, except for submodules.
        """
        try:
            yield from self._objects.read(ids)
        except Missing as error:
            raise self._incomplete() from error

    def _output(self, *arguments: str) -> bytes:
        try:
            return self._bare.git.output(*arguments)
        except GitFailed as error:
            raise self._incomplete() from error

    def _records(self, *arguments: str) -> Iterator[bytes]:
        try:
            yield from self._bare.git.records(*arguments)
        except GitFailed as error:
            raise self._incomplete() from error

    def _incomplete(self) -> GitError:
        return incomplete(is_shallow=bool(self._shallow), is_partial=self._is_partial)


def _id(text: str) -> str:
    """Return an id; anything else could be an option of git's."""
    if not _ID.fullmatch(text):
        raise ValueError(f"not an id: {text!r}")
    return text


def _listed(record: bytes) -> Entry:
    """Return what `<mode> <type> <id>TAB<path>` says."""
    told, _, path = record.partition(b"\t")
    mode, _, own = told.decode().split(" ")
    return Entry(int(mode, 8), own, _text(path))


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
