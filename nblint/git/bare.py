"""A git that meets nothing of the repository whose objects it reads.

A repository's configuration, hooks, attributes, filters, replaced objects and remotes can have git
execute programs, connect, or show other contents than were committed. So git runs in a temporary
bare repository, which has nothing but the name of the folder to look for objects in.
"""

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from nblint.git.location import Location, object_format, read_small
from nblint.git.ownership import refuse_unsafe
from nblint.git.process import Git, find_git, sealed_environment
from nblint.git.refusals import GitError, unknown_objects, unknown_refs

_TABLE = re.compile(r"[0-9A-Za-z-]+\.ref")
_MOST_TABLES, _MOST_COPIED = 100, 128 * 1024 * 1024
# The first two are caches, which would be believed where the objects say something else. Files
# beyond the threshold are not held in memory.
_CONFIG = """\
[core]
  commitGraph = false
  multiPackIndex = false
  bigFileThreshold = 64m
  bare = true
  repositoryFormatVersion = 1
[protocol]
  allow = never
[extensions]
"""


class BareRepository:
    """A temporary bare repository that borrows another's objects.

    Args:
        location: The other repository.
        config: Its configuration.

    Attributes:
        folder: Where it is.
        git: What runs git in it.
        has_refs: Whether it has the other's refs, since only git reads their format.

    Raises:
        GitError: Git is not installed, calls the other repository unsafe, or does not have its
            objects or refs in a format that is known.
    """

    def __init__(self, location: Location, config: dict[str, str]) -> None:
        program = find_git(location.top)
        try:
            self._temporary = TemporaryDirectory(prefix="nblint-git-")
        except OSError as error:
            raise GitError(f"no temporary folder can be made: {error.strerror}") from error
        folder = Path(self._temporary.name)
        try:
            self.has_refs = _lay_out(folder, location, config)
            refuse_unsafe(location, program, folder)
        except OSError as error:
            self.close()
            raise GitError(f"{location.top}: cannot be read: {error.strerror}") from error
        except GitError:
            self.close()
            raise
        self.folder = folder
        self.git = Git(program, folder, sealed_environment(folder))

    def close(self) -> None:
        """Remove it."""
        self._temporary.cleanup()


def _lay_out(folder: Path, location: Location, config: dict[str, str]) -> bool:
    """Write a repository's files; tell whether it has the other's refs."""
    objects, refs = object_format(config), config.get("extensions.refstorage", "files")
    if objects not in ("sha1", "sha256"):
        raise unknown_objects(objects)
    # In a linked worktree, HEAD has a store of its own.
    if refs != "files" and (refs != "reftable" or location.git_dir != location.common_dir):
        raise unknown_refs(refs)
    # An older git refuses extensions that it does not know, whatever they say.
    extensions = ["  objectFormat = sha256\n"] * (objects == "sha256")
    extensions += ["  refStorage = reftable\n"] * (refs == "reftable")
    for name in ("objects/info", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").write_bytes(b"ref: refs/heads/.invalid\n")
    (folder / "config").write_text(_CONFIG + "".join(extensions), encoding="utf-8")
    borrowed = os.path.realpath(location.common_dir / "objects")
    (folder / "objects/info/alternates").write_bytes(_quoted(borrowed) + b"\n")
    if shallow := read_small(location.common_dir / "shallow"):
        (folder / "shallow").write_bytes(shallow)
    if refs == "reftable":
        _copy_tables(location.common_dir / "reftable", folder / "reftable")
    return refs == "reftable"


def _copy_tables(source: Path, target: Path) -> None:
    target.mkdir()
    listed = (read_small(source / "tables.list") or b"").decode("ascii", "replace").split("\n")
    names = [name for name in listed[:_MOST_TABLES] if _TABLE.fullmatch(name)]
    (target / "tables.list").write_text("".join(f"{name}\n" for name in names), newline="\n")
    for name in names:
        (target / name).write_bytes(read_small(source / name, _MOST_COPIED) or b"")


def _quoted(path: str) -> bytes:
    """Return a path as git quotes it, so that any character can be in it."""
    special = {ord(c): f"\\{ord(c):03o}" for c in map(chr, (*range(32), 34, 92, 127))}
    return os.fsencode(f'"{path.replace(os.sep, "/").translate(special)}"')
