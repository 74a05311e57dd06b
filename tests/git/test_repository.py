"""What a range of commits brings, whatever way it takes; contents as they were committed."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nblint.git import changes, objects, process
from nblint.git import repository as module
from nblint.git.changes import Version
from nblint.git.objects import LINK, SUBMODULE, Entry
from nblint.git.refusals import GitError
from nblint.git.repository import Repository
from tests.git.author import commit, entry, git, repository, said


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository whose main branch has a notebook and a text."""
    folder = repository(tmp_path / "r")
    commit(folder, {"a.ipynb": "first\n" * 50, "notes.txt": "text"})
    return folder


def brought(top: Path, base: str = "main", head: str = "HEAD") -> dict[str, str]:
    """Return the contents that a range brings, with the paths they are reported at."""
    with Repository(top) as opened:
        versions = opened.changed(opened.resolve(base), opened.resolve(head))
        contents = dict(opened.blobs(version.entry.id for version in versions))
    return {(contents[v.entry.id] or b"").decode(): v.entry.path for v in versions}


def branch(top: Path, name: str, start: str = "HEAD") -> None:
    git(top, "checkout", "--quiet", "-b", name, start)


def merged(top: Path, *names: str, **files: str) -> str:
    """Merge branches; the merge itself adds files."""
    git(top, "merge", "--quiet", "--no-ff", "--no-commit", "--strategy=ours", *names)
    return commit(top, {f"{name}.ipynb": content for name, content in files.items()})


def test_added_and_removed_again(top: Path) -> None:
    branch(top, "work")
    own = commit(top, {"b.ipynb": "token"})
    commit(top, {"b.ipynb": None})
    assert brought(top) == {"token": "b.ipynb"}
    with Repository(top) as opened:
        (version,) = opened.changed(opened.resolve("main"), opened.resolve("HEAD"))
    blob = said(top, "rev-parse", f"{own}:b.ipynb")
    assert version == Version(own, Entry(0o100644, blob, "b.ipynb"))


def test_every_version_of_a_notebook(top: Path) -> None:
    branch(top, "work")
    for text in ("1", "2", "3", "1"):
        commit(top, {"a.ipynb": text})
    assert list(brought(top)) == ["1", "2", "3"]


def test_a_side_branch_that_was_merged(top: Path) -> None:
    branch(top, "work")
    branch(top, "side")
    commit(top, {"s.ipynb": "on the side"})
    commit(top, {"s.ipynb": None})
    git(top, "checkout", "--quiet", "work")
    commit(top, {"w.ipynb": "on the branch"})
    merged(top, "side")
    assert brought(top) == {"on the side": "s.ipynb", "on the branch": "w.ipynb"}


def test_a_merge_that_adds_what_no_parent_has(top: Path) -> None:
    branch(top, "work")
    branch(top, "side")
    commit(top, {"s.txt": "s"})
    git(top, "checkout", "--quiet", "work")
    commit(top, {"w.txt": "w"})
    merged(top, "side", evil="by the merge")
    commit(top, {"evil.ipynb": None})
    assert brought(top) == {"by the merge": "evil.ipynb"}


def test_a_merge_of_three(top: Path) -> None:
    for name in ("one", "two", "three"):
        branch(top, name, "main")
        commit(top, {f"{name}.ipynb": name})
    branch(top, "work", "main")
    merged(top, "one", "two", "three", four="by the merge")
    assert set(brought(top)) == {"one", "two", "three", "by the merge"}


def test_what_a_merge_takes_over_from_the_base_is_not_brought(top: Path) -> None:
    branch(top, "work")
    commit(top, {"w.ipynb": "on the branch"})
    git(top, "checkout", "--quiet", "main")
    commit(top, {"m.ipynb": "on main, once"})
    git(top, "checkout", "--quiet", "work")
    git(top, "merge", "--quiet", "-m", "merge", "main")
    git(top, "checkout", "--quiet", "main")
    commit(top, {"m.ipynb": "on main, now"})
    assert brought(top, head="work") == {"on the branch": "w.ipynb"}


def test_a_history_without_a_common_begin(top: Path) -> None:
    git(top, "checkout", "--quiet", "--orphan", "other")
    commit(top, {"a.ipynb": None, "o.ipynb": "from elsewhere"})
    branch(top, "work", "main")
    git(top, "merge", "--quiet", "--allow-unrelated-histories", "-m", "merge", "other")
    assert brought(top) == {"from elsewhere": "o.ipynb"}


def test_parents_that_are_named_twice(top: Path) -> None:
    """Git makes no such commit, but takes it."""
    branch(top, "work")
    commit(top, {"x.ipynb": "smuggled"})
    tree, parent = said(top, "rev-parse", "HEAD^{tree}"), said(top, "rev-parse", "main")
    who = "A <a@example.org> 1700000000 +0000"
    text = f"tree {tree}\nparent {parent}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nm\n"
    own = said(top, "hash-object", "-t", "commit", "-w", "--stdin", given=text.encode())
    git(top, "reset", "--quiet", "--hard", own)
    assert brought(top) == {"smuggled": "x.ipynb"}


def test_no_base(top: Path) -> None:
    commit(top, {"a.ipynb": "second"})
    with Repository(top) as opened:
        head = opened.resolve("HEAD")
        assert len(opened.commits(None, head)) == 2
        assert len(opened.changed(None, head)) == 2
        assert opened.commits(head, head) == ()
        assert opened.changed(head, head) == []


def test_any_name_that_ends_so(top: Path) -> None:
    branch(top, "work")
    names = ["x.IPYNB", ".ipynb_checkpoints/y.ipynb", ".venv/z.iPyNb", ".ipynb", "ü.ipynb"]
    if sys.platform != "win32":
        names += ["tab\t.ipynb", "line\nbreak.ipynb", '"q".ipynb', " .ipynb", "-x.ipynb"]
        names += [":w.ipynb"]
    if sys.platform == "linux":
        names += [os.fsdecode(b"\xff.ipynb")]
    commit(top, {name: f"in {number}" for number, name in enumerate(names)})
    commit(top, {"x.ipynb.txt": "no", "ipynb": "no"})
    assert sorted(brought(top).values()) == sorted(names)
    with Repository(top) as opened:
        listed = opened.notebooks(opened.resolve("HEAD"))
    assert sorted(found.path for found in listed) == sorted([*names, "a.ipynb"])


def test_a_text_that_becomes_a_notebook(top: Path) -> None:
    branch(top, "work")
    git(top, "mv", "notes.txt", "notes.ipynb")
    commit(top)
    assert brought(top) == {"text": "notes.ipynb"}


def test_links_count_and_submodules_do_not(top: Path) -> None:
    branch(top, "work")
    link = said(top, "hash-object", "-w", "--stdin", given=b"any contents")
    rows = entry("120000", link, b"l.ipynb") + entry("160000", "a" * 40, b"s.ipynb")
    git(top, "update-index", "-z", "--index-info", given=rows)
    git(top, "commit", "--quiet", "--message=links")
    assert brought(top) == {"any contents": "l.ipynb"}
    with Repository(top) as opened:
        modes = {found.path: found.mode for found in opened.entries(opened.resolve("HEAD"))}
    assert modes == {
        "a.ipynb": 0o100644,
        "l.ipynb": LINK,
        "notes.txt": 0o100644,
        "s.ipynb": SUBMODULE,
    }


def test_a_tree_with_two_of_one_name(top: Path) -> None:
    branch(top, "work")
    one, two = (said(top, "hash-object", "-w", "--stdin", given=t) for t in (b"one", b"two"))
    rows = entry("100644 blob", one, b"d.ipynb") + entry("100644 blob", two, b"d.ipynb")
    tree = said(top, "mktree", "-z", given=rows)
    own = said(top, "commit-tree", tree, "-p", "main", "-m", "two")
    git(top, "update-ref", "refs/heads/work", own)
    assert brought(top) == {"one": "d.ipynb", "two": "d.ipynb"}
    with Repository(top) as opened:
        assert [found.id for found in opened.notebooks(own)] == [one, two]


def test_the_order_and_the_parents_of_commits(top: Path) -> None:
    branch(top, "work")
    own = [commit(top, {"a.ipynb": text}) for text in "12"]
    branch(top, "side", "main")
    own.append(commit(top, {"b.ipynb": "3"}))
    git(top, "checkout", "--quiet", "work")
    last = merged(top, "side")
    with Repository(top) as opened:
        base = opened.resolve("main")
        found = opened.commits(base, last)
        assert {each.id for each in found} == {*own, last}
        assert found[-1].id == last
        assert set(found[-1].parents) == {own[1], own[2]}
        assert opened.parents(last) == found[-1].parents
        assert opened.parents(base) == ()
        assert opened.merge_base(own[1], own[2]) == base


def test_renames(top: Path) -> None:
    branch(top, "work")
    git(top, "mv", "a.ipynb", "b.IPYNB")
    commit(top)
    exact = said(top, "rev-parse", "HEAD")
    commit(top, {"b.IPYNB": None, "c/:d.ipynb": "first\n" * 49 + "changed\n"})
    with Repository(top) as opened:
        main, head = opened.resolve("main"), opened.resolve("HEAD")
        assert opened.renames(main, exact) == {"b.IPYNB": "a.ipynb"}
        assert opened.renames(main, head) == {"c/:d.ipynb": "a.ipynb"}
        assert opened.renames(main, main) == {}


def test_files_as_a_commit_has_them(top: Path) -> None:
    link = said(top, "hash-object", "-w", "--stdin", given=b"../notes.txt")
    away = said(top, "hash-object", "-w", "--stdin", given=b"../../etc/passwd")
    absolute = said(top, "hash-object", "-w", "--stdin", given=b"/etc/passwd")
    circle = said(top, "hash-object", "-w", "--stdin", given=b"circle")
    rows = {"d/link": link, "d/away": away, "absolute": absolute, "circle": circle}
    for path, own in rows.items():
        git(top, "update-index", "--add", "--cacheinfo", f"120000,{own},{path}")
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},sub")
    git(top, "commit", "--quiet", "--message=links")
    (top / "notes.txt").write_text("not committed")
    with Repository(top) as opened:
        head = opened.resolve("HEAD")
        assert opened.show(head, "notes.txt") == b"text"
        assert opened.show(head, "d/link") == b"text"
        for path in ("d/away", "absolute", "circle", "sub", "sub/x", "no", "d", "", "../notes.txt"):
            assert opened.show(head, path) is None


def test_contents_come_in_batches(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [b"%d" % number * number for number in range(1, 40)]
    ids = [said(top, "hash-object", "-w", "--stdin", given=text) for text in texts]
    expected = dict(zip(ids, texts, strict=True))
    monkeypatch.setattr(objects, "_BATCH", 7)
    monkeypatch.setattr(objects, "_BATCH_BYTES", 100)
    with Repository(top) as opened:
        assert dict(opened.blobs([*ids, *ids])) == expected
        assert list(opened.blobs([])) == []
        assert opened.sizes(ids) == {own: len(text) for own, text in expected.items()}
        monkeypatch.setattr(objects, "LARGEST", 20)
        assert dict(opened.blobs(ids)) == {
            own: text if len(text) <= 20 else None for own, text in expected.items()
        }


def test_too_much_is_refused_in_a_sentence(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(top, {f"{name}.ipynb": name for name in "bcde"})
    with Repository(top) as opened:
        head = opened.resolve("HEAD")
        ids = [found.id for found in opened.notebooks(head)]
        for place, name in ((module, "_MOST_COMMITS"), (changes, "_MOST_VERSIONS")):
            with monkeypatch.context() as patch:
                patch.setattr(place, name, 1)
                with pytest.raises(GitError, match="more than 1 "):
                    opened.changed(None, head)
        with pytest.raises(GitError, match="nearer to HEAD"):
            list(opened._objects.read(ids, most=1))


def test_a_tree_that_unfolds_without_bounds(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten folders that are all the same one, ten deep: ten thousand million files."""
    own = said(top, "hash-object", "-w", "--stdin", given=b"x")
    kind = "100644 blob"
    for _ in range(10):
        rows = [entry(kind, own, b"%d.ipynb" % number) for number in range(10)]
        own = said(top, "mktree", "-z", given=b"".join(rows))
        kind = "040000 tree"
    head = said(top, "commit-tree", own, "-p", "HEAD", "-m", "bomb")
    monkeypatch.setattr(process, "MOST_PRINTED", 5_000_000)
    with Repository(top) as opened:
        with pytest.raises(GitError, match="printed more than"):
            opened.entries(head)
        base = opened.resolve("HEAD")
        with pytest.raises(GitError, match="printed more than"):
            opened.renames(base, head)
        (version,) = opened.changed(base, head)
        assert version.entry.path == "0.ipynb/" * 9 + "0.ipynb"


def test_a_folder_that_is_called_a_notebook(top: Path) -> None:
    """And is there twice, at two depths."""
    branch(top, "work")
    commit(top, {"x.ipynb/y.ipynb": "inside", "d/x.ipynb/y.ipynb": "inside"})
    commit(top, {"e/d/x.ipynb/y.ipynb": "inside"})
    assert brought(top) == {"inside": "x.ipynb/y.ipynb"}


def test_folders_that_are_very_deep(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_DEEPEST", 20)
    branch(top, "work")
    commit(top, {"d/" * 18 + "x.ipynb": "deep"})
    assert brought(top) == {"deep": "d/" * 18 + "x.ipynb"}
    commit(top, {"d/" * 19 + "y.ipynb": "deeper"})
    with pytest.raises(GitError, match="folders that are 20 deep"):
        brought(top)


def test_a_git_that_does_not_end(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Repository(top)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(process, "_PATIENCE", 0.2)
    monkeypatch.setattr(opened._bare.git, "_command", (str(slow),))
    with opened, pytest.raises(GitError, match="git ls-tree took longer than"):
        opened.entries("a" * 40)


def test_reading_ends_when_nobody_wants_the_rest(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(top, {f"{number}.ipynb": str(number) for number in range(20)})
    monkeypatch.setattr(objects, "_BATCH", 5)
    with Repository(top) as opened:
        ids = [found.id for found in opened.notebooks(opened.resolve("HEAD"))]
        first = next(iter(opened.blobs(ids)))
        assert opened.sizes(ids)[first[0]] == len(first[1] or b"")


def test_sha_256(tmp_path: Path) -> None:
    top = repository(tmp_path / "r", "--object-format=sha256")
    commit(top, {"a.ipynb": "1"})
    branch(top, "work")
    commit(top, {"a.ipynb": "2"})
    assert brought(top) == {"2": "a.ipynb"}
    with Repository(top) as opened:
        assert opened.resolve("main") == said(top, "rev-parse", "main")


def test_in_a_worktree_and_in_a_submodule(top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "--quiet", "-b", "tree", "../tree")
    commit(tmp_path / "tree", {"t.ipynb": "in the tree"})
    assert brought(tmp_path / "tree") == {"in the tree": "t.ipynb"}
    around = repository(tmp_path / "around")
    git(around, "submodule", "--quiet", "add", "../r", "lib")
    branch(around / "lib", "work")
    commit(around / "lib", {"s.ipynb": "in the module"})
    assert brought(around / "lib") == {"in the module": "s.ipynb"}


def test_nothing_is_left_behind(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with Repository(top) as opened:
        assert len(list(folder.iterdir())) == 1
        opened.resolve("HEAD")
    (top / ".git/config").write_text("[extensions]\nobjectFormat = sha512\n")
    with pytest.raises(GitError, match="unknown object format 'sha512'; update nblint"):
        Repository(top)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("name", ['a "b" \\c', "line\nbreak", "#a", "ü", '"', "tab\t", ":x;y"])
def test_a_repository_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    top = repository(tmp_path / name)
    commit(top, {"a.ipynb": "1"})
    assert brought(top, base="HEAD") == {}
    with Repository(top) as opened:
        assert opened.show(opened.resolve("HEAD"), "a.ipynb") == b"1"


def test_only_ids_are_handed_to_git(top: Path) -> None:
    with Repository(top) as opened:
        for text in ("HEAD", "--all", "a" * 39, "", "A" * 40, f"{'a' * 40}\n"):
            with pytest.raises(ValueError, match="not an id"):
                opened.entries(text)


NAMES = st.sampled_from(["a.ipynb", "b.IPYNB", "d/a.ipynb", "d/e/c.ipynb", "d/x.txt", "f/c.ipynb"])
CHANGES = st.dictionaries(NAMES, st.none() | st.sampled_from("1234"), max_size=4)
HISTORIES = st.lists(st.tuples(CHANGES, st.sets(st.integers(1, 3), max_size=3)), max_size=8)


def stream(history: list[tuple[dict[str, str | None], set[int]]]) -> tuple[bytes, list[list[int]]]:
    """Return a history as `git fast-import` reads it, and the numbers of each commit's parents."""
    told, parents = [], []
    for number, (files, distances) in enumerate(history, 1):
        above = sorted({number - distance for distance in distances if distance < number})
        parents.append(above)
        told.append(f"reset refs/heads/c{number}\n\ncommit refs/heads/c{number}\nmark :{number}\n")
        told.append(f"committer A <a@example.org> {1_700_000_000 + number} +0000\ndata 0\n")
        told += [f"{'merge' if at else 'from'} :{parent}\n" for at, parent in enumerate(above)]
        for name, text in files.items():
            add = f"M 100644 inline {name}\ndata 1\n{text}\n"
            told.append(f"D {name}\n" if text is None else add)
        told.append("\n")
    return "".join(told).encode(), parents


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES, base=st.integers(1, 8))
def test_any_history(
    tmp_path: Path, history: list[tuple[dict[str, str | None], set[int]]], base: int
) -> None:
    """What commits bring is what they have at a path, and none of their parents has there."""
    if not history:
        return
    top = Path(tempfile.mkdtemp(dir=tmp_path)) / "r"
    repository(top)
    told, parents = stream(history)
    git(top, "fast-import", "--quiet", "--force", given=told)
    last, base = len(history), min(base, len(history))
    files = [set[tuple[bytes, bytes]]()]
    for number in range(1, last + 1):
        rows = git(top, "ls-tree", "-r", "-z", f"c{number}").split(b"\0")[:-1]
        files.append({(row.split(b"\t")[1], row.split()[2]) for row in rows})
    ranged = said(top, "rev-list", f"c{base}..c{last}").split()
    expected = set()
    for number, above in enumerate(parents, 1):
        if said(top, "rev-parse", f"c{number}") in ranged:
            expected |= files[number].difference(*(files[parent] for parent in above))
    with Repository(top) as opened:
        found = opened.changed(opened.resolve(f"c{base}"), opened.resolve(f"c{last}"))
    notebooks = {blob.decode() for path, blob in expected if path.lower().endswith(b".ipynb")}
    assert sorted(version.entry.id for version in found) == sorted(notebooks)
    for version in found:
        assert version.commit in ranged
        assert (version.entry.path.encode(), version.entry.id.encode()) in expected
