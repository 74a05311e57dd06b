"""Which commits a repository's names stand for, read as data.

Formats: https://git-scm.com/docs/gitrevisions, https://git-scm.com/docs/git-check-ref-format
"""

import re
from pathlib import Path
from typing import NamedTuple

from nblint.git.location import Location, read_small
from nblint.git.refusals import ambiguous

_MOST_PACKED = 128 * 1024 * 1024
_MOST_SYMBOLIC = 5
# Where git looks for a name, in its order.
_PLACES = "{} refs/{} refs/tags/{} refs/heads/{} refs/remotes/{} refs/remotes/{}/HEAD".split()
_OWN_OF_WORKTREES = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
# Beside refs/, only HEAD and names such as FETCH_HEAD are refs; `config` is a file.
_TOP_LEVEL = re.compile(r"[A-Z_]*HEAD")
_NAME_REFUSED = re.compile(r"^[-/]|[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|^\.|\.lock(?:/|$)|[/.]$")
_ID = re.compile(rb"(?:[0-9a-f]{64}|[0-9a-f]{40})(?=\s|$)")
_REVISION = re.compile(r"([^~^]+)((?:[~^][0-9]{0,9}|\^\{(?:commit)?\}){0,99})")


class Revision(NamedTuple):
    """What a person calls a commit.

    Attributes:
        name: A branch, a tag, an id, HEAD, …
        suffix: The way from there, such as `~2`.
    """

    name: str
    suffix: str


def parse_revision(text: str) -> Revision | None:
    """Return the parts of a revision; None where it is of a form that nblint does not read.

    Args:
        text: What git calls a revision, without reflogs, searches and ranges.
    """
    match = _REVISION.fullmatch(text)
    if match is None:
        return None
    name = "HEAD" if match[1] == "@" else match[1]
    return None if _NAME_REFUSED.search(name) else Revision(name, match[2])


def id_of(name: str, location: Location) -> str | None:
    """Return the id that a ref stands for: a loose one before a packed one, as git reads them.

    Args:
        name: Its name as of `parse_revision`, whole or without what git lets people leave out.
        location: The repository.

    Returns:
        The id, maybe of an annotated tag; None where there is no such ref.

    Raises:
        GitError: Several refs have that name and stand for different objects. Git would take a tag,
            and whoever may push a tag would choose the base.
    """
    packed = b"\n" + (read_small(location.common_dir / "packed-refs", _MOST_PACKED) or b"")
    found = {place: own for place in places_of(name) if (own := _followed(place, location, packed))}
    if len(set(found.values())) > 1:
        raise ambiguous(name, list(found))
    return next(iter(found.values()), None)


def places_of(name: str) -> list[str]:
    """Return where git looks for a name, in its order; only there for HEAD."""
    return [name] if name == "HEAD" else [place.format(name) for place in _PLACES]


def shallow_commits(location: Location) -> frozenset[str]:
    """Return the commits of a shallow clone whose parents were not fetched."""
    data = read_small(location.common_dir / "shallow") or b""
    return frozenset(line.decode() for line in data.split() if _ID.fullmatch(line))


def _followed(name: str, location: Location, packed: bytes) -> str | None:
    for _ in range(_MOST_SYMBOLIC):
        if not name.startswith("refs/") and not _TOP_LEVEL.fullmatch(name):
            return None
        data = read_small(_file(name, location)) or b""
        if data.startswith(b"ref:"):
            name = data[4:].strip().decode("utf-8", "surrogateescape")
            if _NAME_REFUSED.search(name):
                return None
        else:
            found = _ID.match(data) or _packed(name, packed)
            return found[0].decode() if found else None
    return None


def _file(name: str, location: Location) -> Path:
    is_shared = name.startswith("refs/") and not name.startswith(_OWN_OF_WORKTREES)
    return (location.common_dir if is_shared else location.git_dir) / name


def _packed(name: str, packed: bytes) -> re.Match[bytes] | None:
    """Return the id of a packed ref, from its row `<id> <name>`."""
    end = packed.find(b" " + name.encode("utf-8", "surrogateescape") + b"\n")
    return _ID.match(packed, packed.rfind(b"\n", 0, end) + 1) if end >= 0 else None
