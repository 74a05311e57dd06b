"""Whatever a branch's history looks like, no new credential of it gets past, and nothing old stays.

Histories are random: commits on two branches, side branches, merges, renames, copies. They are
made by `git fast-import`, which takes trees as they are.
"""

import io
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nblint.git.repository import Repository
from nblint.linting.gate import Gate
from tests.credentials.tokens import make
from tests.git.author import git, repository
from tests.git.conftest import home  # noqa: F401 - a fixture
from tests.linting.branches import notebook

pytestmark = pytest.mark.slow

NAMES = ["a.ipynb", "b.ipynb", "d/c.ipynb", "d/E.IPYNB", ".venv/f.ipynb"]
TOKENS = [make("github-token", n) for n in range(4)]

# Which tokens a notebook holds, and what else is in it.
Content = tuple[frozenset[int], int]
Tree = dict[str, Content]


class Commit(NamedTuple):
    """A commit, by the numbers of its parents."""

    parents: tuple[int, ...]
    tree: Tree


class History(NamedTuple):
    """Commits, of which the last one of the base and the last one of all are judged."""

    commits: tuple[Commit, ...]
    base: int
    head: int


def source(content: Content) -> bytes:
    tokens, salt = content
    rows = [f'token_{number} = "{TOKENS[number]}"' for number in sorted(tokens)]
    return notebook(f"print({salt})", *rows)


Draw = st.DrawFn


def changed(draw: Draw, tree: Tree, added: list[int]) -> Tree:
    """Draw what a commit makes of a tree, with tokens that it may add."""
    tree = dict(tree)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(sorted(tree) or NAMES))
        free = [name for name in NAMES if name not in tree]
        tokens, salt = tree.pop(path, (frozenset(), 0))
        match draw(st.sampled_from(["edit", "rename", "remove", "drop", *["add"] * 3])):
            case "rename" if free:
                tree[draw(st.sampled_from(free))] = tokens, salt
            case "remove":
                pass
            case "drop":
                tree[path] = frozenset(), salt
            case "add" if added:
                tree[path] = tokens, salt
                there = draw(st.sampled_from(NAMES))
                tokens, salt = tree.get(there, (frozenset(), 0))
                tree[there] = tokens | {draw(st.sampled_from(added))}, salt
            case _:
                tree[path] = tokens, draw(st.integers(0, 3))
    return tree


@st.composite
def histories(draw: Draw, new_tokens: bool) -> History:
    """Draw a history; without new tokens, a branch only moves, changes and removes what it has."""
    old = draw(st.frozensets(st.sampled_from([0, 1])))
    commits = [Commit((), {NAMES[0]: (old, 0), NAMES[1]: (frozenset(), 1)})]
    for base in range(draw(st.integers(0, 2))):
        commits.append(Commit((base,), changed(draw, commits[base].tree, [0, 1])))
    base = len(commits) - 1
    added = list(range(len(TOKENS))) if new_tokens else []
    possible = list(range(base + 1))
    for _ in range(draw(st.integers(1, 5))):
        parents = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True))
        commits.append(Commit(tuple(parents), changed(draw, commits[parents[0]].tree, added)))
        possible.append(len(commits) - 1)
    # Whatever was left aside is merged, in one octopus.
    tops = [n for n in possible[base + 1 :] if not any(n in one.parents for one in commits)]
    if len(tops) > 1:
        commits.append(Commit(tuple(tops), commits[tops[0]].tree))
    return History(tuple(commits), base, len(commits) - 1)


def ancestors(history: History, number: int) -> set[int]:
    found, pending = set(), [number]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += history.commits[one].parents
    return found


def tokens_of(history: History, numbers: set[int]) -> set[int]:
    trees = (history.commits[number].tree for number in numbers)
    return {token for tree in trees for tokens, _ in tree.values() for token in tokens}


def write(history: History, folder: Path) -> Path:
    """Make the repository, with a branch for each commit."""
    shutil.rmtree(folder, ignore_errors=True)
    top = repository(folder)
    stream = io.BytesIO()
    for number, one in enumerate(history.commits):
        stream.write(f"commit refs/heads/c{number}\nmark :{number + 1}\n".encode())
        stream.write(f"committer A <a@example.org> {1_700_000_000 + number} +0000\n".encode())
        stream.write(b"data 1\nx\n")
        for index, parent in enumerate(one.parents):
            stream.write(f"{'merge' if index else 'from'} :{parent + 1}\n".encode())
        stream.write(b"deleteall\n")
        for path, content in sorted({**one.tree, "nblint.toml": None}.items()):
            data = b"" if content is None else source(content)
            stream.write(f"M 644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        stream.write(b"\n")
    git(top, "fast-import", "--quiet", given=stream.getvalue())
    git(top, "symbolic-ref", "HEAD", f"refs/heads/c{history.head}")
    return top


def found(history: History, top: Path) -> set[int]:
    """Return the tokens that the gate tells, by the names that they are given."""
    faults: list[str] = []
    with Repository(top) as opened:
        results = list(Gate(opened, f"c{history.base}", faults.append).check())
    assert not faults
    told = set()
    for result in results:
        for one in result.findings:
            assert one.excerpt is not None, one.finding.code
            told.add(int(one.excerpt.line.split()[0].removeprefix("token_")))
    return told


@settings(max_examples=25)
@given(history=histories(new_tokens=True))
def test_each_new_token_is_told(history: History, tmp_path_factory: pytest.TempPathFactory) -> None:
    top = write(history, tmp_path_factory.getbasetemp() / "history")
    old = ancestors(history, history.base)
    new = tokens_of(history, ancestors(history, history.head) - old) - tokens_of(history, old)
    assert new <= found(history, top)


@settings(max_examples=25)
@given(history=histories(new_tokens=False))
def test_a_branch_that_brings_nothing_new_passes(
    history: History, tmp_path_factory: pytest.TempPathFactory
) -> None:
    top = write(history, tmp_path_factory.getbasetemp() / "history")
    assert found(history, top) == set()
