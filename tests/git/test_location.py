"""Where git keeps what belongs to a folder, as git itself says, and what is not believed."""

import ntpath
import os
import sys
from pathlib import Path

import pytest

from nblint.git import location
from nblint.git.index import tracked
from nblint.git.location import Location, locate, location_of, object_format, read_config
from tests.git.author import commit, git, repository, said


def found(folder: Path) -> Location:
    where = locate(folder)
    assert where is not None
    return where


def same(path: Path, text: str, folder: Path) -> bool:
    return path.resolve() == (folder / text).resolve()


def test_folders_are_those_that_git_says(tmp_path: Path) -> None:
    commit(repository(tmp_path / "library"), {"a": "a"})
    top = repository(tmp_path / "r")
    git(top, "submodule", "--quiet", "add", "../library", "lib")
    commit(top, {"deep/er/b": "b"})
    git(top, "worktree", "add", "--quiet", "../tree")
    git(top, "clone", "--quiet", "--separate-git-dir", "../apart", ".", "../separate")
    for folder in (
        top,
        top / "deep/er",
        top / "lib",
        tmp_path / "tree/deep",
        tmp_path / "separate",
    ):
        where = found(folder)
        assert same(where.top, said(folder, "rev-parse", "--show-toplevel"), folder)
        assert same(where.git_dir, said(folder, "rev-parse", "--git-dir"), folder)
        assert same(where.common_dir, said(folder, "rev-parse", "--git-common-dir"), folder)


def test_no_repository(tmp_path: Path) -> None:
    assert locate(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert locate(tmp_path) is None
    found = tracked(tmp_path)
    assert found is not None
    assert len(found) == 0


POINTERS = {
    "nothing": b"",
    "another label": b"dir: .real",
    "no path": b"gitdir: ",
    "nowhere": b"gitdir: /nowhere/at/all\n",
    "a NUL": b"gitdir: .real\0\n",
    "not a git folder": b"gitdir: ..\n",
    "itself": b"gitdir: .git\n",
    "very long": b"gitdir: " + b"x" * 2_000_000,
    "a device": b"gitdir: /dev/zero\n",
    "somebody's server": b"gitdir: //example.org/share/.git\n",
}


@pytest.mark.parametrize("pointer", POINTERS.values(), ids=POINTERS)
def test_a_hostile_git_file_leads_nowhere(tmp_path: Path, pointer: bytes) -> None:
    top = repository(tmp_path / "r")
    commit(top, {"a": "a"})
    (top / ".git").rename(top / ".real")
    (top / ".git").write_bytes(b"gitdir: .real\r\n")
    assert found(top).git_dir == top / ".real"
    (top / ".git").write_bytes(pointer)
    assert locate(top) is None
    assert tracked(top) is None
    # The file of a worktree that says where the rest is.
    (top / ".git").write_bytes(b"gitdir: .real\n")
    (top / ".real/commondir").write_bytes(pointer.removeprefix(b"gitdir: "))
    assert locate(top) is None


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
@pytest.mark.parametrize("name", [".git", ".git/HEAD", ".git/commondir", ".git/config"])
def test_a_pipe_is_not_read(tmp_path: Path, name: str) -> None:
    top = repository(tmp_path / "r")
    path = top / name
    path.rename(tmp_path / "aside") if path.exists() else None
    os.mkfifo(path)
    where = locate(top)  # returns, at least
    assert where is None or read_config(where) in ({}, read_config(found(top)))


def test_nobodys_server_is_asked_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a file there tells it who the person is."""
    monkeypatch.setattr(location, "splitdrive", ntpath.splitdrive)
    tree = tmp_path / "r"
    repository(tree)
    (tree / ".git").rename(tree / ".real")
    asked = []

    def is_file(path: Path) -> bool:
        asked.append(path.parent)
        return path.is_file()

    monkeypatch.setattr(location, "is_file", is_file)
    for server in ("//server/share", r"\\server\share", r"\\?\UNC\server\share"):
        (tree / ".git").write_text(f"gitdir: {server}\n")
        assert location_of(tree) is None
    (tree / ".git").write_text(f"gitdir: {tree}/.real\n")
    assert location_of(tree) is not None
    assert set(asked) == {tree, tree / ".real"}


CONFIGS = {
    "[extensions]\n\tobjectFormat = sha256\n": "sha256",
    "[Extensions] ObjectFormat=sha256": "sha256",
    '[extensions]\r\n  objectformat = "sha256" ; why\r\n': "sha256",
    "\ufeff[extensions]\nobjectformat = sha256": "sha256",
    "[extensions]\nobjectformat = sha1\n[extensions]\nobjectformat = sha256 # the last": "sha256",
    '[extensions "x"]\nobjectformat = sha256': "sha1",
    "# [extensions]\n# objectformat = sha256": "sha1",
    "[core]\nobjectformat = sha256": "sha1",
    "": "sha1",
}


@pytest.mark.parametrize("text", CONFIGS)
def test_the_object_format_is_that_which_git_reads(tmp_path: Path, text: str) -> None:
    top = repository(tmp_path / "r")
    (top / ".git/config").write_bytes(text.encode())
    path = str(top / ".git/config")
    assert object_format(read_config(found(top))) == CONFIGS[text]
    key = ("--default", "sha1", "--get", "extensions.objectformat")
    assert said(tmp_path, "config", "--file", path, *key) == CONFIGS[text]


def test_what_configuration_says_of_remotes(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    git(top, "config", "remote.Up/Stream.promisor", "true")
    (top / ".git/config").open("a").write("  flag\n")
    config = read_config(found(top))
    assert config["remote.Up/Stream.promisor"] == "true"
    assert config["remote.Up/Stream.flag"] == "true"
