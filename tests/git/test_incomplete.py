"""What cannot be read is said in a sentence, and the command in it helps: it is run here."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from nblint.git.refusals import GitError
from nblint.git.repository import Repository
from tests.git.author import commit, git, repository, said

pytestmark = pytest.mark.slow


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A server's repository, whose branch `work` brings three commits to `main`."""
    folder = repository(tmp_path / "upstream")
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(folder, "config", name, "true")
    commit(folder, {"a.ipynb": "old", "d/b.ipynb": "old, too"})
    commit(folder, {"a.ipynb": "on main"})
    git(folder, "tag", "v1")
    git(folder, "checkout", "--quiet", "-b", "work")
    for text in "123":
        commit(folder, {"d/b.ipynb": text})
    return folder


def clone(upstream: Path, *options: str) -> Path:
    folder = upstream.parent / "clone"
    git(upstream.parent, "clone", "--quiet", *options, upstream.as_uri(), str(folder))
    return folder


def judged(top: Path, base: str) -> list[bytes | None]:
    """Read what a gate reads."""
    with Repository(top) as opened:
        tip, head = opened.resolve(base), opened.resolve("HEAD")
        merge_base = opened.merge_base(tip, head)
        for each in (tip, merge_base):
            list(opened.blobs(found.id for found in opened.notebooks(each)))
        opened.renames(merge_base, head)
        brought = [version.entry.id for version in opened.changed(tip, head)]
        return [content for _, content in opened.blobs(brought)]


def refused(top: Path, base: str) -> str:
    with pytest.raises(GitError) as raised:
        judged(top, base)
    return str(raised.value)


def obey(top: Path, sentence: str) -> str:
    """Run the commands that a sentence tells, and return them."""
    commands = re.findall(r"`(git [^`]*)`", sentence)
    for command in commands:
        subprocess.run(shlex.split(command), cwd=top, capture_output=True, check=True)
    return ", ".join(commands)


CLONES = {
    ("--depth=2",): "git fetch --unshallow",
    ("--filter=blob:none",): "git fetch --refetch --no-filter",
    ("--filter=tree:0",): "git fetch --refetch --no-filter",
    ("--filter=blob:none", "--sparse"): "git fetch --refetch --no-filter",
    ("--filter=blob:limit=1",): "git fetch --refetch --no-filter",
    ("--filter=blob:none", "--depth=2"): ("git fetch --unshallow, git fetch --refetch --no-filter"),
}


@pytest.mark.parametrize("options", CLONES, ids=" ".join)
def test_an_incomplete_clone(upstream: Path, options: tuple[str, ...]) -> None:
    top = clone(upstream, "--no-single-branch", *options)
    assert obey(top, refused(top, "origin/main")) == CLONES[options]
    assert judged(top, "origin/main") == [b"1", b"2", b"3"]


def test_a_shallow_clone_that_has_the_range(upstream: Path) -> None:
    """The commits before it are not needed."""
    top = clone(upstream, "--single-branch", "--depth=4")
    assert (top / ".git/shallow").exists()
    assert judged(top, "HEAD~3") == [b"1", b"2", b"3"]
    assert "--unshallow" in refused(top, "HEAD~4")


def test_a_side_branch_that_is_cut_off(upstream: Path) -> None:
    """What came before it is not known, though base and head have a common commit."""
    git(upstream, "checkout", "--quiet", "-b", "side", "main")
    commit(upstream, {"s.ipynb": "s"})
    cut = commit(upstream, {"s.ipynb": None})
    git(upstream, "checkout", "--quiet", "work")
    git(upstream, "merge", "--quiet", "-m", "merge", "side")
    assert b"s" in judged(upstream, "main")
    (upstream / ".git/shallow").write_text(f"{cut}\n")
    assert "run `git fetch --unshallow`" in refused(upstream, "main")


@pytest.mark.parametrize("base", ["origin/main", "refs/remotes/origin/main", "main", "v1", None])
def test_a_base_that_was_not_fetched(upstream: Path, base: str | None) -> None:
    base = base or said(upstream, "rev-parse", "main")
    top = clone(upstream, "--single-branch", "--no-tags")
    if len(base) < 40:
        obey(top, refused(top, base))
    else:  # the branch has it
        git(upstream, "commit", "--quiet", "--amend", "--message=forced")
        git(upstream, "checkout", "--quiet", "--orphan", "gone")
        base = commit(upstream, {"x": "x"})
        git(upstream, "checkout", "--quiet", "work")
        git(upstream, "branch", "--quiet", "-D", "gone")
        assert obey(top, refused(top, base)) == f"git fetch origin {base}"
        with Repository(top) as opened:
            assert opened.resolve(base) == base
        return
    assert judged(top, base) == [b"1", b"2", b"3"]


def test_a_base_that_does_not_exist(upstream: Path) -> None:
    assert refused(upstream, "HEAD~99") == (
        "unknown revision 'HEAD~99'; `git log --graph` shows which commits exist"
    )
    assert refused(upstream, "HEAD^2") == (
        "unknown revision 'HEAD^2'; `git log --graph` shows which commits exist"
    )
    nothing = "0" * 40
    assert refused(upstream, nothing) == (
        f"revision '{nothing}' stands for no commit; pass the branch that this one began from"
    )


def test_histories_without_a_common_commit(upstream: Path) -> None:
    git(upstream, "checkout", "--quiet", "--orphan", "other")
    commit(upstream, {"a": "a"})
    sentence = refused(upstream, "main")
    assert sentence.endswith("have no commit in common; pass a base that the branch began from")


def test_an_object_that_is_lost(upstream: Path) -> None:
    own = said(upstream, "rev-parse", "work~1:d/b.ipynb")
    path = upstream / ".git/objects" / own[:2] / own[2:]
    aside = path.read_bytes()
    path.unlink()
    lost = "git objects are missing or damaged; run `git fsck`, which lists them"
    assert refused(upstream, "main") == lost
    path.write_bytes(b"\0" * 50)
    assert refused(upstream, "main") == lost
    path.write_bytes(aside)
    other = said(upstream, "rev-parse", "main:a.ipynb")
    shutil.copyfile(upstream / ".git/objects" / other[:2] / other[2:], path.with_name("x"))
    path.unlink()
    path.with_name("x").rename(path)
    assert "damaged; run `git fsck`" in refused(upstream, "main")


@pytest.mark.parametrize("which", ["work", "work~1", "work^{tree}", "work~1:d", "main", "main:d"])
def test_commits_and_folders_that_are_lost(upstream: Path, which: str) -> None:
    own = said(upstream, "rev-parse", which)
    (upstream / ".git/objects" / own[:2] / own[2:]).unlink()
    refused(upstream, "main")


def test_names_that_a_shell_would_read(upstream: Path) -> None:
    """What is told to be run is harmless, whoever gave the branch its name."""
    sentence = refused(upstream, "origin/$(touch${IFS}mark);x")
    (command,) = re.findall("`(.*)`", sentence)
    assert shlex.split(command)[2:] == [
        "origin",
        "$(touch${IFS}mark);x:refs/remotes/origin/$(touch${IFS}mark);x",
    ]


def test_a_branch_whose_commit_is_lost(upstream: Path) -> None:
    (upstream / ".git/refs/heads/main").write_text("a" * 40)
    assert refused(upstream, "main").startswith(
        "git objects are missing or damaged; run `git fsck`"
    )


def test_no_repository(tmp_path: Path) -> None:
    assert refused(tmp_path, "main") == (
        f"{tmp_path}: not a git repository; run it in a clone, as `git clone` makes one"
    )


def test_no_git(upstream: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(upstream))
    assert refused(upstream, "main").startswith("git not found on PATH")


@pytest.mark.skipif(sys.platform == "win32", reason="owners are of another kind there")
class TestAnotherUsersRepository:
    @pytest.fixture
    def top(self, upstream: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        if os.geteuid() == 0:
            for folder, _, _ in os.walk(upstream):
                os.chown(folder, 12345, 12345)
            assert git(upstream, "rev-parse", "HEAD", fails=True) == b""
        else:
            monkeypatch.setattr(os, "geteuid", lambda: 12345)
        return upstream

    @pytest.fixture(autouse=True)
    def config(self, home: Path) -> Iterator[Path]:
        path = home / ".gitconfig"
        aside = path.read_bytes()
        yield path
        path.write_bytes(aside)

    def test_it_is_refused_until_it_is_trusted(self, top: Path) -> None:
        sentence = refused(top, "main")
        assert "belongs to another user, so git calls it unsafe" in sentence
        obey(top, sentence)
        assert judged(top, "main") == [b"1", b"2", b"3"]

    @pytest.mark.parametrize(
        ("values", "is_trusted"),
        [
            (["*"], True),
            (["{top}"], True),
            (["~/no", "{top}"], True),
            (["{top}", ""], False),
            (["*", "", "{top}"], True),
            (["{top}/"], None),
            (["{top}/x", "{parent}"], False),
            ([], False),
        ],
    )
    def test_whom_the_person_trusts(
        self, top: Path, values: list[str], is_trusted: bool | None
    ) -> None:
        for value in values:
            path = value.format(top=top, parent=top.parent)
            git(top.parent, "config", "--global", "--add", "safe.directory", path)
        git_takes_it = bool(git(top, "rev-parse", "HEAD", fails=True))
        if os.geteuid() == 0 and is_trusted is not None:
            assert git_takes_it is is_trusted
        if is_trusted is not None:
            with pytest.raises(GitError) if not is_trusted else nullcontext():
                Repository(top).close()

    def test_the_repository_cannot_say_so_itself(self, top: Path) -> None:
        with (top / ".git/config").open("a") as file:
            file.write("[safe]\n  directory = *\n")
        assert "unsafe" in refused(top, "main")

    def test_who_calls_sudo_owns_it(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        owner = os.lstat(top).st_uid
        monkeypatch.setenv("SUDO_UID", str(owner + 1))
        if owner:
            assert "unsafe" in refused(top, "main")
        monkeypatch.setenv("SUDO_UID", str(owner))
        assert judged(top, "main") == [b"1", b"2", b"3"]
