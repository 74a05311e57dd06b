"""Every form of an index that git writes is read as git reads it; any other bytes are unknown."""

import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nblint.git import index
from nblint.git.index import Tracked, tracked
from tests.git.author import commit, entry, git, repository, said, write

FILES = {
    "a.ipynb": "a",
    "analysis/b.ipynb": "b",
    "analysis/deep/er/c.ipynb": "c",
    "analysis/deep/er/notes.txt": "d",
    ".venv/x.ipynb": "e",
    "Z Z/ü.ipynb": "f",
}
PER_ENTRY = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
ANY_BYTES = settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def listed(top: Path, *options: str) -> list[bytes]:
    """Return what git says that it tracks."""
    return sorted(git(top, "ls-files", "-z", *options).split(b"\0")[:-1])


def read(top: Path) -> Tracked:
    found = tracked(top)
    assert found is not None
    return found


def version_of(top: Path) -> int:
    return int.from_bytes((top / ".git/index").read_bytes()[4:8], "big")


def plain(top: Path) -> None:
    assert version_of(top) == 2


def intent_to_add(top: Path) -> None:
    write(top, {"later.ipynb": "later"})
    git(top, "add", "--intent-to-add", "later.ipynb")
    assert version_of(top) == 3


def skipped(top: Path) -> None:
    git(top, "update-index", "--skip-worktree", "a.ipynb")


def compressed(top: Path) -> None:
    git(top, "update-index", "--index-version", "4")
    assert version_of(top) == 4


def conflict(top: Path) -> None:
    git(top, "checkout", "--quiet", "-b", "side")
    commit(top, {"a.ipynb": "theirs"})
    git(top, "checkout", "--quiet", "-")
    commit(top, {"a.ipynb": "ours"})
    git(top, "merge", "side", fails=True)
    assert len(git(top, "ls-files", "-u").splitlines()) == 3


def split(top: Path) -> None:
    """One entry is replaced, one removed, one added; the rest is only in the shared index."""
    git(top, "update-index", "--split-index")
    write(top, {"a.ipynb": "changed", "new/d.ipynb": "new", "analysis/b.ipynb": None})
    git(top, "add", "--all")
    assert b"link" in (top / ".git/index").read_bytes()


def split_and_compressed(top: Path) -> None:
    compressed(top)
    split(top)


def unsplit_again(top: Path) -> None:
    split(top)
    git(top, "update-index", "--no-split-index")


def cached(top: Path) -> None:
    git(top, "update-index", "--untracked-cache")
    git(top, "status")


FORMS = [plain, intent_to_add, skipped, compressed, conflict, split, split_and_compressed]
FORMS += [unsplit_again, cached]


@pytest.mark.parametrize("objects", ["sha1", "sha256"])
@pytest.mark.parametrize("form", FORMS)
def test_a_form(tmp_path: Path, form: Callable[[Path], None], objects: str) -> None:
    top = repository(tmp_path / "r", f"--object-format={objects}")
    commit(top, FILES)
    form(top)
    assert list(read(top)) == listed(top)


@pytest.mark.parametrize("version", [2, 4])
def test_blocks_that_git_reads_in_threads(tmp_path: Path, version: int) -> None:
    top = repository(tmp_path / "r")
    blob = said(top, "hash-object", "-w", "--stdin", given=b"a")
    rows = [entry("100644", blob, b"folder %d/%06d.ipynb" % (n // 100, n)) for n in range(30_000)]
    git(top, "update-index", "-z", "--index-info", given=b"".join(rows))
    form = ("update-index", "--index-version", str(version), "--force-write-index")
    git(top, "-c", "index.threads=3", *form)
    assert b"IEOT" in (top / ".git/index").read_bytes()
    found = read(top)
    assert list(found) == listed(top)
    assert found.below("folder 299")
    assert not found.below("folder 300")


@pytest.mark.parametrize("version", [2, 4])
def test_a_path_longer_than_its_length_can_be_said(tmp_path: Path, version: int) -> None:
    top = repository(tmp_path / "r")
    blob = said(top, "hash-object", "-w", "--stdin", given=b"a")
    rows = [entry("100644", blob, b"x/" * n + b"y.ipynb") for n in (2043, 2044, 2045, 3000)]
    git(top, "update-index", "-z", "--index-info", given=b"".join(rows))
    git(top, "update-index", "--index-version", str(version))
    assert list(read(top)) == listed(top)


def test_a_sparse_index(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    commit(top, FILES)
    git(top, "sparse-checkout", "set", "--cone", "--sparse-index", "Z Z")
    assert b"sdir" in (top / ".git/index").read_bytes()
    found = read(top)
    assert list(found) == listed(top, "--sparse")
    assert b"analysis/" in list(found)
    # What git tracks in there, the index does not say.
    assert "analysis/b.ipynb" in found
    assert "analysis/deep/any.ipynb" in found
    assert found.below("analysis")
    assert found.below("analysis/deep/any")
    assert not found.below("analysi")
    assert "elsewhere/b.ipynb" not in found


def test_a_linked_worktree(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    commit(top, FILES)
    git(top, "worktree", "add", "--quiet", "../tree", "-b", "tree")
    commit(tmp_path / "tree", {"only here.ipynb": "x"})
    assert list(read(tmp_path / "tree")) == listed(tmp_path / "tree")
    assert list(read(top)) == listed(top)
    git(tmp_path / "tree", "update-index", "--split-index")
    assert list(read(tmp_path / "tree")) == listed(tmp_path / "tree")


def test_a_submodule_and_what_is_around_it(tmp_path: Path) -> None:
    commit(repository(tmp_path / "library"), FILES)
    top = repository(tmp_path / "r")
    git(top, "submodule", "--quiet", "add", "../library", ".venv/lib")
    commit(top, {"a.ipynb": "a"})
    assert (top / ".venv/lib/.git").is_file()
    assert list(read(top / ".venv/lib")) == listed(top / ".venv/lib")
    found = read(top)
    assert list(found) == listed(top)
    assert found.below(".venv")
    assert found.below(".venv/lib")
    assert found.below(".venv/lib/node_modules")
    assert "a.ipynb" in found
    assert not found.below(".venv/other")


def test_a_file_that_becomes_a_submodule_in_a_split_index(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    own = commit(top, FILES)
    git(top, "update-index", "--split-index")
    git(top, "update-index", "--cacheinfo", f"160000,{own},a.ipynb")
    found = tracked(top)
    assert found is None or found.below("a.ipynb")


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    name = os.fsdecode(b"caf\xe9")
    commit(top, {f"{name}/{name}.ipynb": "x"})
    found = read(top)
    assert list(found) == [b"caf\xe9/caf\xe9.ipynb"]
    assert f"{name}/{name}.ipynb" in found
    assert found.below(name)
    assert not found.below("café")


def test_no_index_yet(tmp_path: Path) -> None:
    assert list(read(repository(tmp_path / "r"))) == []
    assert list(read(tmp_path)) == []


def test_case_does_not_count_where_the_file_system_ignores_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = repository(tmp_path / "r")
    commit(top, {".VENV/A.ipynb": "x"})
    assert not read(top).below(".venv") or index._FOLDS
    monkeypatch.setattr(index, "_FOLDS", True)
    assert read(top).below(".venv")
    assert ".venv/a.ipynb" in read(top)


PARTS = st.sampled_from(["a", "b", "a b", "a-", "a.", "ab", "a0", ".venv", "ü"])
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@given(st.sets(PATHS), PATHS)
def test_what_is_below_a_folder(paths: set[str], folder: str) -> None:
    found = Tracked(path.encode() for path in paths)
    assert (folder in found) == (folder in paths)
    assert found.below(folder) == any(path.startswith(f"{folder}/") for path in paths)
    assert found.below("") == bool(paths)


NAMES = st.binary(min_size=1, max_size=300).filter(lambda name: not set(name) & set(b"\0/."))


@PER_ENTRY
@given(
    names=st.sets(st.lists(NAMES, min_size=1, max_size=3).map(b"/".join), max_size=12),
    later=st.sets(NAMES, max_size=4),
    version=st.sampled_from(["2", "4"]),
    is_split=st.booleans(),
)
def test_any_paths(
    tmp_path: Path, names: set[bytes], later: set[bytes], version: str, is_split: bool
) -> None:
    top = tmp_path / "r"
    if not top.exists():
        repository(top)
    blob = said(top, "hash-object", "-w", "--stdin", given=b"a")
    (top / ".git/index").unlink(missing_ok=True)
    first = b"".join(entry("100644", blob, name) for name in names)
    git(top, "update-index", "-z", "--index-info", given=first)
    form = "--split-index" if is_split else "--no-split-index"
    git(top, "update-index", "--index-version", version, form)
    changed = [entry("100755", blob, name) for name in sorted(names)[::3]]
    changed += [entry("0", "0" * 40, name) for name in sorted(names)[1::3]]
    changed += [entry("100644", blob, name) for name in later]
    git(top, "update-index", "-z", "--index-info", given=b"".join(changed))
    assert list(read(top)) == listed(top)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, bytes]]:
    """Indexes of each form, in repositories that can be written to."""
    found = []
    for form in (plain, compressed, split, intent_to_add):
        top = repository(tmp_path_factory.mktemp("seed") / "r")
        commit(top, FILES)
        form(top)
        found.append((top, (top / ".git/index").read_bytes()))
    return found


@ANY_BYTES
@given(data=st.data())
def test_damage_is_unknown_or_read_but_never_an_error(
    seeds: list[tuple[Path, bytes]], data: st.DataObject
) -> None:
    top, seed = data.draw(st.sampled_from(seeds))
    damaged = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        length = data.draw(st.sampled_from([0, 1, 4, 40]))
        damaged[at : at + length] = data.draw(st.binary(max_size=8))
    (top / ".git/index").write_bytes(damaged)
    found = tracked(top)
    assert found is None or found.below("") in (True, False)


@ANY_BYTES
@given(rest=st.binary(max_size=400), version=st.integers(2, 4), count=st.integers(0, 2**32 - 1))
def test_any_bytes_behind_a_header(
    seeds: list[tuple[Path, bytes]], rest: bytes, version: int, count: int
) -> None:
    top, _ = seeds[0]
    (top / ".git/index").write_bytes(b"DIRC" + struct.pack(">II", version, count) + rest)
    tracked(top)


def an_index(*entries: bytes, version: int = 2, extensions: bytes = b"") -> bytes:
    header = b"DIRC" + struct.pack(">II", version, len(entries))
    return header + b"".join(entries) + extensions + bytes(20)


def an_entry(path: bytes) -> bytes:
    row = bytes(24) + struct.pack(">I", 0o100644) + bytes(32) + struct.pack(">H", len(path)) + path
    return row + bytes(8 - len(row) % 8)


HOSTILE = {
    "empty": b"",
    "no index": b"PACK" + bytes(100),
    "a version to come": an_index(version=5),
    "more entries than bytes": an_index(an_entry(b"a"))[:-30],
    "an extension that must be understood": an_index(extensions=b"what" + bytes(4)),
    "an extension longer than the file": an_index(extensions=b"TREE\xff\xff\xff\xff"),
    "a shared index that is not there": an_index(
        extensions=b"link" + struct.pack(">I", 40) + b"x" * 20 + bytes(20)
    ),
    "names that are cut by more than there is": an_index(
        an_entry(b"a")[:62] + b"\x05a\0", version=4
    ),
    "a number without an end": an_index(an_entry(b"a")[:62] + b"\xff" * 500, version=4),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_index_is_unknown(tmp_path: Path, data: bytes) -> None:
    top = repository(tmp_path / "r")
    (top / ".git/index").write_bytes(data)
    assert tracked(top) is None


def test_the_hostile_indexes_are_only_just_so(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    (top / ".git/index").write_bytes(an_index(an_entry(b"a"), extensions=b"What" + bytes(4)))
    assert list(read(top)) == [b"a"]
    assert listed(top) == [b"a"]
    (top / ".git/index").write_bytes(an_index(an_entry(b"a")[:62] + b"\x00a\0", version=4))
    assert list(read(top)) == [b"a"]


def test_entries_out_of_order_are_found(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    (top / ".git/index").write_bytes(an_index(*map(an_entry, (b"c", b"a/x", b"b"))))
    assert "b" in read(top)
    assert read(top).below("a")


def test_names_that_unfold_without_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name of version 4 can be the one before and a letter more: the sum is a square."""
    top = repository(tmp_path / "r")
    grown = [an_entry(b"")[:62] + b"\0a\0"] * 5000
    (top / ".git/index").write_bytes(an_index(*grown, version=4))
    assert len(read(top)) == 5000
    monkeypatch.setattr(index, "_MOST_BYTES", 5_000_000)
    assert tracked(top) is None


def test_a_bitmap_that_unfolds_without_bounds() -> None:
    run = struct.pack(">Q", 1 | 0xFFFFFFFF << 1)
    bitmap = struct.pack(">II", 2**32 - 1, 1000) + run * 1000 + bytes(4)
    assert index._bits(bitmap, 70) == set(range(70))


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
def test_what_is_no_file_is_unknown(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    path = top / ".git/index"
    os.mkfifo(path)
    assert tracked(top) is None
    path.unlink()
    path.symlink_to("/dev/zero")
    assert tracked(top) is None
    path.unlink()
    path.symlink_to("index")
    assert tracked(top) is None
    path.unlink()
    path.mkdir()
    assert tracked(top) is None
