"""Revisions stand for what git says they stand for; no form leads to a file that is no ref."""

import shutil
import sys
from pathlib import Path

import pytest

from nblint.git.location import Location, locate
from nblint.git.refs import id_of, parse_revision, shallow_commits
from nblint.git.refusals import GitError
from nblint.git.repository import Repository
from tests.git.author import commit, git, repository, said


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a merge, branches, tags and a remote, some packed and changed since."""
    tmp_path = tmp_path_factory.mktemp("refs")
    upstream = repository(tmp_path / "upstream")
    commit(upstream, {"a": "1"})
    git(upstream, "branch", "feature/x")
    git(tmp_path, "clone", "--quiet", str(upstream), "r")
    folder = tmp_path / "r"
    commit(folder, {"a": "2"})
    git(folder, "tag", "light")
    git(folder, "tag", "-a", "v1.0", "-m", "heavy")
    git(folder, "tag", "-a", "v2.0", "-m", "of a tag", "v1.0")
    git(folder, "branch", "both", "HEAD~1")
    git(folder, "tag", "both")
    git(folder, "branch", "ümlaut")
    git(folder, "pack-refs", "--all")
    git(folder, "checkout", "--quiet", "-b", "side", "HEAD~1")
    commit(folder, {"b": "3"})
    git(folder, "checkout", "--quiet", "main")
    git(folder, "merge", "--quiet", "-m", "merge", "side")
    git(folder, "fetch", "--quiet")
    git(folder, "branch", said(folder, "rev-parse", "HEAD~1")[:7], "side")
    return folder


@pytest.fixture
def top(shared: Path, tmp_path: Path) -> Path:
    """A copy of it that can be changed."""
    return Path(shutil.copytree(shared, tmp_path / "r"))


REVISIONS = """
    HEAD @ main side light v1.0 v2.0 tags/both heads/both refs/heads/both refs/tags/v1.0
    origin origin/main origin/HEAD origin/feature/x remotes/origin/main refs/remotes/origin/main
    FETCH_HEAD ORIG_HEAD ümlaut HEAD~ HEAD^ HEAD~1 HEAD^2 HEAD^2~1 HEAD~1^0 @~1 @^^ main^{commit}
    v1.0^{} v2.0^{commit} v1.0~1 HEAD^{}~1^{commit}
""".split()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision(shared: Path, revision: str) -> None:
    expected = said(shared, "rev-parse", "--verify", f"{revision}^{{commit}}")
    with Repository(shared) as opened:
        assert opened.resolve(revision) == expected


def test_ids(shared: Path) -> None:
    own, tag = said(shared, "rev-parse", "HEAD"), said(shared, "rev-parse", "v1.0")
    # What is both the begin of an id and a branch is the branch, as git has it.
    short = said(shared, "rev-parse", "HEAD~1")[:7]
    with Repository(shared) as opened:
        for form in (own, own[:10], own[:5], own.upper()[:12], f"{own}~0"):
            assert opened.resolve(form) == own
        assert opened.resolve(tag) == said(shared, "rev-parse", "v1.0^{commit}")
        assert opened.resolve(short) == said(shared, "rev-parse", "refs/heads/side")


@pytest.mark.parametrize("form", ["files", "reftable"])
def test_a_name_of_two_refs_is_refused(top: Path, form: str, tmp_path: Path) -> None:
    """Git would take the tag, which anybody may push, for the branch."""
    if form == "reftable":
        git(tmp_path, "init", "--quiet", "--ref-format=reftable", "t", fails=True)
        if not (tmp_path / "t/.git/reftable").exists():
            pytest.skip("this git has no reftable")
        git(tmp_path / "t", "pull", "--quiet", "--tags", str(top), "main")
        top = tmp_path / "t"
    git(top, "branch", "--force", "same", "main")
    git(top, "tag", "--force", "same", "main")
    with Repository(top) as opened:
        assert opened.resolve("same") == said(top, "rev-parse", "main")
    git(top, "tag", "--force", "same", "main~1")
    whole = "refs/tags/same, refs/heads/same"
    with Repository(top) as opened, pytest.raises(GitError, match=whole) as raised:
        opened.resolve("same")
    assert str(raised.value).startswith("'same' is ambiguous; pass one of ")
    with Repository(top) as opened:
        assert opened.resolve("refs/heads/same") == said(top, "rev-parse", "main")
        assert opened.resolve("tags/same") == said(top, "rev-parse", "main~1")
    git(top, "tag", "--force", "HEAD", "main~1")
    with Repository(top) as opened:
        assert opened.resolve("HEAD") == said(top, "rev-parse", "main")


def test_a_linked_worktree_has_a_head_of_its_own(top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "--quiet", "--detach", "../tree", "side")
    git(tmp_path / "tree", "update-ref", "refs/worktree/own", "main~1")
    with Repository(tmp_path / "tree") as opened:
        for revision in ("HEAD", "main", "worktree/own", "origin/main"):
            assert opened.resolve(revision) == said(tmp_path / "tree", "rev-parse", revision)


FORMS = """
    HEAD@{1} @{u} main@{yesterday} :/message HEAD^{/message} HEAD:a a..b a...b ^main main^@ main^!
    HEAD^{tree} HEAD^{blob} -main --all ../main refs/../config main.lock a//b /main main/ main.
    .hidden a/.b a\\b a?b a*b a[b
""".split()


@pytest.mark.parametrize("revision", [*FORMS, "", " ", "a b", "a\nb", "a\0b", "HEAD\n", "~1", "^"])
def test_no_other_form_is_read(shared: Path, revision: str) -> None:
    with Repository(shared) as opened, pytest.raises(GitError, match="revision"):
        opened.resolve(revision)


def where(top: Path) -> Location:
    found = locate(top)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["config", "index", "description", "info/exclude", "logs/HEAD"])
def test_no_file_is_a_ref_that_is_none(top: Path, name: str) -> None:
    own = said(top, "rev-parse", "HEAD")
    (top / ".git" / name).write_text(f"{own}\n")
    assert id_of(name, where(top)) is None


def test_symbolic_refs(top: Path) -> None:
    heads = top / ".git/refs/heads"
    for name, target in {
        "x": "y",
        "y": "x",
        "out": "../../config",
        "in": "main",
        "none": "",
    }.items():
        (heads / name).write_text(f"ref: refs/heads/{target}\n")
    (heads / "secret").write_text("ref: config\n")
    found = {name: id_of(name, where(top)) for name in ("x", "out", "in", "none", "secret")}
    assert found.pop("in") == said(top, "rev-parse", "main")
    assert set(found.values()) == {None}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_refs_that_are_links(top: Path, tmp_path: Path) -> None:
    heads = top / ".git/refs/heads"
    (tmp_path / "outside").write_text("what nobody should be shown\n")
    (heads / "outside").symlink_to(tmp_path / "outside")
    (heads / "endless").symlink_to("/dev/zero")
    (heads / "linked").symlink_to("main")
    assert id_of("outside", where(top)) is None
    assert id_of("endless", where(top)) is None
    assert id_of("linked", where(top)) == said(top, "rev-parse", "main")


@pytest.mark.parametrize(
    "packed", [b"", b"\0" * 100, b"refs/heads/p\n", b"x refs/heads/p\n", b"^abc\n refs/heads/p\n"]
)
def test_damaged_packed_refs(top: Path, packed: bytes) -> None:
    (top / ".git/packed-refs").write_bytes(packed)
    assert id_of("p", where(top)) is None


def test_a_branch_without_a_commit(tmp_path: Path) -> None:
    with Repository(repository(tmp_path / "r")) as opened, pytest.raises(GitError) as raised:
        opened.resolve("HEAD")
    assert str(raised.value) == "HEAD has no commit yet; run `git commit` first"


def test_shallow_commits_are_ids(top: Path) -> None:
    assert shallow_commits(where(top)) == frozenset()
    (top / ".git/shallow").write_bytes(b"a" * 40 + b"\nnot an id\n" + b"b" * 40)
    assert shallow_commits(where(top)) == {"a" * 40, "b" * 40}


@pytest.mark.parametrize("text", ["a" + "^" * 100_000, "~" * 100_000, "^{" * 50_000, "a" * 100_000])
def test_long_revisions_cost_little(text: str) -> None:
    parse_revision(text)


class TestReftable:
    @pytest.fixture
    def top(self, tmp_path: Path) -> Path:
        """A repository whose refs only git reads."""
        folder = tmp_path / "r"
        git(tmp_path, "init", "--quiet", "--ref-format=reftable", "r", fails=True)
        if not folder.exists():
            pytest.skip("needs git 2.45")
        commit(folder, {"a.ipynb": "1"})
        git(folder, "tag", "-a", "v1", "-m", "heavy")
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
        commit(folder, {"a.ipynb": "2"})
        git(folder, "replace", "HEAD", "HEAD~1")
        return folder

    def test_revisions(self, top: Path) -> None:
        with Repository(top) as opened:
            for revision in ("HEAD", "main", "v1", "origin/main", "HEAD~1"):
                expected = said(top, "--no-replace-objects", "rev-parse", f"{revision}^{{commit}}")
                assert opened.resolve(revision) == expected
            base, head = opened.resolve("v1"), opened.resolve("HEAD")
            assert [version.entry.path for version in opened.changed(base, head)] == ["a.ipynb"]
            with pytest.raises(GitError, match="run `git fetch origin no:no`"):
                opened.resolve("no")

    def test_a_worktree_cannot_be_read_but_a_copy_can(self, top: Path, tmp_path: Path) -> None:
        git(top, "worktree", "add", "--quiet", "../tree")
        with pytest.raises(GitError, match="`git clone --ref-format=files`"):
            Repository(tmp_path / "tree")
        git(tmp_path, "clone", "--quiet", "--ref-format=files", "tree", "copy")
        with Repository(tmp_path / "copy") as opened:
            assert opened.resolve("HEAD") == said(tmp_path / "tree", "rev-parse", "HEAD")

    def test_damaged_tables(self, top: Path) -> None:
        listed = top / ".git/reftable/tables.list"
        for text in (b"", b"../../config\n", b"\xff", b"0x1-0x2-0.ref\n", b"\0" * 2_000_000):
            listed.chmod(0o644)
            listed.write_bytes(text)
            with Repository(top) as opened, pytest.raises(GitError):
                opened.resolve("main")
