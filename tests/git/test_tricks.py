"""A repository can have git run programs, connect, and show what was not committed: not here.

Each trick is first played on nblint, which reads the same as before and runs nothing, then on git
as a program would naively call it, which falls for it: else the test would say nothing.
"""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from nblint.git.index import tracked
from nblint.git.refusals import GitError
from nblint.git.repository import Repository
from tests.git.author import commit, git, repository, said, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="its traps are scripts"),
]

TOKEN = "what must be seen"
SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----\n"


class Trap(NamedTuple):
    """A program that leaves a mark where it is run."""

    program: Path
    mark: Path

    def is_sprung(self) -> bool:
        return self.mark.exists()


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    found = Trap(tmp_path / "trap", tmp_path / "mark")
    found.program.write_text(f"#!/bin/sh\n: > '{found.mark}'\n")
    found.program.chmod(0o755)
    return found


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A branch that adds a token and removes it again, with a signed last commit."""
    folder = repository(tmp_path / "r")
    commit(folder, {"a.ipynb": "a\n" * 20, "notes.txt": "text"})
    git(folder, "checkout", "--quiet", "-b", "work")
    commit(folder, {"b.ipynb": TOKEN})
    commit(folder, {"b.ipynb": None, "a.ipynb": None, "c.ipynb": "a\n" * 19})
    commit(folder, {"notes.txt": "more text"})
    told = git(folder, "cat-file", "commit", "HEAD").decode().replace("\n\n", f"\n{SIGNATURE}\n", 1)
    own = said(folder, "hash-object", "-t", "commit", "-w", "--stdin", given=told.encode())
    git(folder, "reset", "--quiet", "--hard", own)
    return folder


def seen(top: Path) -> dict[str, object]:
    """Return all that can be read of a repository."""
    paths = tracked(top)
    assert paths is not None
    with Repository(top) as opened:
        base, head = opened.resolve("main"), opened.resolve("HEAD")
        versions = opened.changed(base, head)
        return {
            "tracked": list(paths),
            "range": (base, head, opened.merge_base(base, head), opened.commits(base, head)),
            "versions": versions,
            "contents": dict(opened.blobs(version.entry.id for version in versions)),
            "renames": opened.renames(base, head),
            "files": (opened.entries(base), opened.entries(head)),
            "shown": opened.show(base, "a.ipynb"),
        }


def files(top: Path) -> dict[str, bytes | str]:
    """Return all files of a repository with their contents, git's own included."""
    found: dict[str, bytes | str] = {}
    for path in sorted(top.rglob("*")):
        kind = "file" if path.is_file() else "other"
        found[str(path)] = path.read_bytes() if path.is_file() else kind
    return found


def naive(top: Path, *arguments: str, **variables: str) -> tuple[int, bytes]:
    """Run git in a repository, as if it could be trusted."""
    environment = os.environ | variables
    run = subprocess.run(
        ["git", *arguments], cwd=top, env=environment, capture_output=True, timeout=60, check=False
    )
    return run.returncode, run.stdout


def config(top: Path, **values: object) -> None:
    for name, value in values.items():
        git(top, "config", name.replace("__", "."), str(value))


def attributes(top: Path, text: str) -> None:
    (top / ".git/info/attributes").write_text(text)


def replaced_contents(top: Path, trap: Trap) -> list[str]:
    harmless = said(top, "hash-object", "-w", "--stdin", given=b"harmless")
    git(top, "replace", said(top, "rev-parse", "HEAD~2:b.ipynb"), harmless)
    return ["cat-file", "blob", "HEAD~2:b.ipynb"]


def replaced_commit(top: Path, trap: Trap) -> list[str]:
    git(top, "replace", "--graft", "HEAD", "main")
    return ["rev-list", "main..HEAD"]


def grafted_commit(top: Path, trap: Trap) -> list[str]:
    head, main = said(top, "rev-parse", "HEAD"), said(top, "rev-parse", "main")
    (top / ".git/info/grafts").write_text(f"{head} {main}\n")
    return ["rev-list", "main..HEAD"]


def forged_commit_graph(top: Path, trap: Trap) -> list[str]:
    """The cache of who is whose parent: the commit with the token is left out of it."""
    git(top, "commit-graph", "write", "--reachable")
    path = top / ".git/objects/info/commit-graph"
    data = bytearray(path.read_bytes())
    chunks = [struct.unpack_from(">4sQ", data, 8 + 12 * at) for at in range(data[6] + 1)]
    start = dict(chunks)
    ids = start[b"OIDL"]
    listed = [data[ids + 20 * at : ids + 20 * at + 20].hex() for at in range(4)]
    later, main = (listed.index(said(top, "rev-parse", name)) for name in ("HEAD~1", "main"))
    struct.pack_into(">I", data, start[b"CDAT"] + 36 * later + 20, main)
    path.chmod(0o644)
    path.write_bytes(data)
    return ["rev-list", "main..HEAD"]


def signature_program(top: Path, trap: Trap) -> list[str]:
    config(top, log__showSignature="true", gpg__program=trap.program)
    return ["log", "-1"]


def filters(top: Path, trap: Trap) -> list[str]:
    attributes(top, "*.ipynb filter=evil\n")
    config(top, filter__evil__clean=trap.program, filter__evil__smudge=trap.program)
    write(top, {"c.ipynb": "changed"})
    return ["diff"]


def filter_process(top: Path, trap: Trap) -> list[str]:
    attributes(top, "*.ipynb filter=evil\n")
    config(top, filter__evil__process=trap.program)
    write(top, {"c.ipynb": "changed"})
    return ["diff"]


def textconv(top: Path, trap: Trap) -> list[str]:
    attributes(top, "*.ipynb diff=evil\n")
    config(top, diff__evil__textconv=trap.program)
    return ["diff", "main", "HEAD"]


def diff_command(top: Path, trap: Trap) -> list[str]:
    attributes(top, "*.ipynb diff=evil\n")
    config(top, diff__evil__command=trap.program)
    return ["diff", "main", "HEAD"]


def external_diff(top: Path, trap: Trap) -> list[str]:
    config(top, diff__external=trap.program)
    return ["diff", "main", "HEAD"]


def fsmonitor(top: Path, trap: Trap) -> list[str]:
    config(top, core__fsmonitor=trap.program)
    return ["status"]


def fsmonitor_of_a_worktree(top: Path, trap: Trap) -> list[str]:
    config(top, core__repositoryFormatVersion=1, extensions__worktreeConfig="true")
    (top / ".git/config.worktree").write_text(f"[core]\n\tfsmonitor = {trap.program}\n")
    return ["status"]


def included_configuration(top: Path, trap: Trap) -> list[str]:
    write(top, {"included": f"[core]\n\tfsmonitor = {trap.program}\n"})
    config(top, include__path="../included")
    return ["status"]


def hooks_path(top: Path, trap: Trap) -> list[str]:
    write(top, {"hooks/post-index-change": trap.program.read_bytes()})
    (top / "hooks/post-index-change").chmod(0o755)
    config(top, core__hooksPath="hooks")
    return ["update-index", "--force-write-index"]


def an_alias(top: Path, trap: Trap) -> list[str]:
    config(top, alias__notebooks=f"!{trap.program}")
    return ["notebooks"]


def another_worktree(top: Path, trap: Trap) -> list[str]:
    config(top, core__worktree=trap.program.parent)
    return ["status", "--porcelain"]


def broken_configuration(top: Path, trap: Trap) -> list[str]:
    (top / ".git/config").write_text("[core\n\0 = \\x\n]]")
    return ["rev-parse", "HEAD"]


def unknown_extension(top: Path, trap: Trap) -> list[str]:
    config(top, core__repositoryFormatVersion=1, extensions__tomorrow="true")
    return ["rev-parse", "HEAD"]


TRICKS: list[Callable[[Path, Trap], list[str]]] = [
    replaced_contents,
    replaced_commit,
    grafted_commit,
    forged_commit_graph,
    signature_program,
    filters,
    filter_process,
    textconv,
    diff_command,
    external_diff,
    fsmonitor,
    fsmonitor_of_a_worktree,
    included_configuration,
    hooks_path,
    an_alias,
    another_worktree,
    broken_configuration,
    unknown_extension,
]


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_a_trick(top: Path, trap: Trap, trick: Callable[[Path, Trap], list[str]]) -> None:
    before = seen(top)
    assert TOKEN.encode() in before["contents"].values()  # type: ignore[attr-defined]
    clean = shutil.copytree(top, top.with_name("clean"))
    command = trick(top, trap)
    trap.mark.unlink(missing_ok=True)  # where preparing it runs it
    there = files(top)
    assert seen(top) == before
    assert not trap.is_sprung()
    assert files(top) == there
    assert naive(top, *command) != naive(clean, *command) or trap.is_sprung()


VARIABLES: dict[str, tuple[dict[str, str], list[str]]] = {
    "GIT_DIR": ({"GIT_DIR": "{other}/.git"}, ["rev-parse", "HEAD"]),
    "GIT_COMMON_DIR": (
        {"GIT_COMMON_DIR": "{other}/.git", "GIT_DIR": "{top}/.git"},
        ["rev-parse", "--git-common-dir"],
    ),
    "GIT_WORK_TREE": ({"GIT_WORK_TREE": "{other}"}, ["rev-parse", "--show-toplevel"]),
    "GIT_INDEX_FILE": ({"GIT_INDEX_FILE": "{other}/.git/index"}, ["ls-files"]),
    "objects": ({"GIT_OBJECT_DIRECTORY": "{other}/.git/objects"}, ["cat-file", "-p", "HEAD"]),
    "GIT_SHALLOW_FILE": ({"GIT_SHALLOW_FILE": "{other}/shallow"}, ["rev-list", "HEAD"]),
    "GIT_GRAFT_FILE": ({"GIT_GRAFT_FILE": "{other}/grafts"}, ["rev-list", "HEAD"]),
    "replacing": ({"GIT_REPLACE_REF_BASE": "refs/tricks/"}, ["cat-file", "-p", "HEAD~2:b.ipynb"]),
    "GIT_LITERAL_PATHSPECS": (
        {"GIT_LITERAL_PATHSPECS": "1"},
        ["diff-tree", "-r", "main", "HEAD", "--", ":(icase)*.IPYNB"],
    ),
    "GIT_EXTERNAL_DIFF": ({"GIT_EXTERNAL_DIFF": "{trap}"}, ["diff", "main", "HEAD"]),
    "GIT_TRACE": ({"GIT_TRACE": "{mark}"}, ["rev-parse", "HEAD"]),
    "configuration": (
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.fsmonitor",
            "GIT_CONFIG_VALUE_0": "{trap}",
        },
        ["status"],
    ),
    "GIT_CONFIG_PARAMETERS": ({"GIT_CONFIG_PARAMETERS": "'core.fsmonitor={trap}'"}, ["status"]),
    "GIT_CONFIG_GLOBAL": ({"GIT_CONFIG_GLOBAL": "{other}/config"}, ["status"]),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_of_the_environment(
    top: Path, trap: Trap, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook sets them, and so can whoever starts a pipeline."""
    other = repository(top.parent / "other")
    commit(other, {"o.ipynb": "another"})
    head, blob = said(top, "rev-parse", "HEAD"), said(top, "rev-parse", "HEAD~2:b.ipynb")
    harmless = said(top, "hash-object", "-w", "--stdin", given=b"harmless")
    git(top, "update-ref", f"refs/tricks/{blob}", harmless)
    shared = {"grafts": f"{head}\n", "shallow": f"{head}\n"}
    write(other, {**shared, "config": f"[core]\n\tfsmonitor = {trap.program}\n"})
    variables, command = VARIABLES[name]
    values = {"top": top, "other": other, "trap": trap.program, "mark": trap.mark}
    before, usual = seen(top), naive(top, *command)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value.format(**values))
    assert seen(top) == before
    assert not trap.is_sprung()
    assert naive(top, *command) != usual or trap.is_sprung()


PATHS = ["", ".", "./bin", "bin", "{top}", "{top}/bin", "{link}/bin", "{top}/.venv/bin"]


@pytest.mark.parametrize("entry", PATHS)
def test_a_git_that_the_repository_brings(
    top: Path, trap: Trap, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seen(top)
    (top.parent / "link").symlink_to(top)
    for name in ("git", "bin/git", ".venv/bin/git"):
        write(top, {name: trap.program.read_bytes()})
        (top / name).chmod(0o755)
    monkeypatch.chdir(top)
    first = entry.format(top=top, link=top.parent / "link")
    monkeypatch.setenv("PATH", f"{first}{os.pathsep}{os.environ['PATH']}")
    assert seen(top) == before
    assert not trap.is_sprung()
    naive(top, "rev-parse", "HEAD")
    assert trap.is_sprung()


def test_a_git_in_the_current_folder(
    top: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Which is not that of the repository."""
    here = tmp_path / "here"
    write(here, {"git": trap.program.read_bytes()})
    (here / "git").chmod(0o755)
    monkeypatch.chdir(here)
    for entry in ("", str(here)):
        monkeypatch.setenv("PATH", f"{entry}{os.pathsep}{os.environ['PATH']}")
        assert seen(top)["range"]
        assert not trap.is_sprung()
    naive(here, "version")
    assert trap.is_sprung()


REMOTES = {
    "ext": {"protocol__ext__allow": "always", "remote__origin__url": "ext::{trap}"},
    "ssh": {"core__sshCommand": "{trap}", "remote__origin__url": "ssh://example.invalid/r"},
    "proxy": {"core__gitProxy": "{trap}", "remote__origin__url": "git://example.invalid/r"},
    "upload-pack": {"remote__origin__uploadpack": "{trap}", "remote__origin__url": "{top}"},
    "helper": {"remote__origin__vcs": "evil", "remote__origin__url": "evil://x"},
}


@pytest.mark.parametrize("name", REMOTES)
def test_a_remote_that_is_asked_for_what_is_missing(
    top: Path, trap: Trap, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a partial clone, git fetches on its own whatever is not there."""
    blob = said(top, "rev-parse", "HEAD~2:b.ipynb")
    (top / ".git/objects" / blob[:2] / blob[2:]).unlink()
    config(top, core__repositoryFormatVersion=1, extensions__partialClone="origin")
    config(top, remote__origin__promisor="true", remote__origin__partialCloneFilter="blob:none")
    config(top, **{k: v.format(trap=trap.program, top=top) for k, v in REMOTES[name].items()})
    (trap.program.parent / "git-remote-evil").symlink_to(trap.program)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{trap.program.parent}")
    there = files(top)
    with pytest.raises(GitError, match="incomplete in this partial clone; run `git fetch"):
        seen(top)
    assert not trap.is_sprung()
    assert files(top) == there
    naive(top, "cat-file", "blob", blob)
    assert trap.is_sprung()


def test_a_hook_for_packs(top: Path, trap: Trap) -> None:
    """Git itself runs it only for whoever configures it in their own name."""
    before = seen(top)
    config(top, uploadpack__packObjectsHook=trap.program)
    assert seen(top) == before
    assert not trap.is_sprung()


class TestAlternates:
    @pytest.fixture
    def away(self, top: Path, tmp_path: Path) -> Path:
        """Another folder of objects that the repository names."""
        found = repository(tmp_path / "away", "--bare") / "objects"
        (top / ".git/objects/info/alternates").write_text(f"{found}\n")
        return found

    def test_objects_that_are_shared_are_read(self, top: Path, tmp_path: Path) -> None:
        before = seen(top)
        shared = tmp_path / "shared"
        git(tmp_path, "clone", "--quiet", "--shared", str(top), str(shared))
        git(shared, "branch", "--quiet", "main", "origin/main")
        assert not list((shared / ".git/objects").glob("??"))
        assert seen(shared) == before

    def test_forged_contents_are_noticed(self, top: Path, away: Path) -> None:
        blob = said(top, "rev-parse", "HEAD~2:b.ipynb")
        harmless = said(away, "hash-object", "-w", "--stdin", given=b"harmless")
        (away / blob[:2]).mkdir()
        (away / harmless[:2] / harmless[2:]).rename(away / blob[:2] / blob[2:])
        before = seen(top)  # the repository's own come first
        assert before["contents"]
        (top / ".git/objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(GitError, match=f"git object {blob} is damaged; run `git fsck`"):
            seen(top)
        assert naive(top, "cat-file", "blob", blob) == (0, b"harmless")

    def test_forged_folders_are_noticed(self, top: Path, away: Path) -> None:
        tree, main = said(top, "rev-parse", "HEAD~2^{tree}"), said(top, "rev-parse", "main^{tree}")
        (away / tree[:2]).mkdir()
        own = (top / ".git/objects" / main[:2] / main[2:]).read_bytes()
        (away / tree[:2] / tree[2:]).write_bytes(own)
        (top / ".git/objects" / tree[:2] / tree[2:]).unlink()
        with pytest.raises(GitError, match=f"git object {tree} is damaged; run `git fsck`"):
            seen(top)
        assert b"b.ipynb" not in naive(top, "ls-tree", "HEAD~2")[1]

    @pytest.mark.parametrize("target", ["/nowhere", "/dev/zero", ".", "{top}/.git/objects", "\0"])
    def test_places_without_objects(self, top: Path, away: Path, target: str) -> None:
        before = seen(top)
        (top / ".git/objects/info/alternates").write_text(f"{target.format(top=top)}\n" * 3)
        assert seen(top) == before
