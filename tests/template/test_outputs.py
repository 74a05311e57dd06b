"""Outputs stay on the author's screen and out of commits, whatever the author does with git.

With real git and pre-commit. The checks are nblint, which judges, and a formatter, which changes
files; `test_the_checks_as_generated` runs those of the generated configuration.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import from_dict
from nbstripout import strip_output
from nbstripout._utils import MetadataError

from demo.mirrors import mirror
from tests.conftest import complete_header, notebook_bytes
from tests.git.author import git, said, write
from tests.jupyter import AUTHORIZATION, JupyterServer
from tests.rules.test_committed_output import cells
from tests.template.conftest import ROOT, Generate

CHECKS = """\
repos:
  - repo: local
    hooks:
      - id: ruff-format
        name: ruff-format
        entry: ruff format
        language: system
        types_or: [jupyter, python]
        require_serial: true
      - id: nblint
        name: nblint
        entry: nblint check --staged --
        language: system
        types_or: [jupyter]
        require_serial: true
        fail_fast: true
"""
OTHER = "examples/take-parameters.ipynb"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, generated: Generate) -> Path:
    """A generated repository with checks that need no installation."""
    folder = tmp_path_factory.mktemp("made") / "failed-logins"
    shutil.copytree(generated(), folder)
    write(folder, {".pre-commit-config.yaml": CHECKS})
    return folder


@pytest.fixture
def work(made: Path, tmp_path: Path) -> Path:
    """A copy of that repository, set up as `make setup` does."""
    folder = tmp_path / "work"
    shutil.copytree(made, folder)
    set_up(folder)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "checks")
    return folder


def set_up(folder: Path) -> None:
    subprocess.run([sys.executable, "scripts/outputs", "install"], cwd=folder, check=True)


def notebook(folder: Path) -> Path:
    """Return the path of the repository's notebook."""
    (path,) = (folder / "notebooks").glob("*.ipynb")
    return path


def run_cells(path: Path, printed: str = "2", source: str | None = None) -> bytes:
    """Write a notebook as Jupyter saves it when its cells were run; return what it holds."""
    data = json.loads(path.read_bytes())
    (cell, *_) = reversed([cell for cell in data["cells"] if cell["cell_type"] == "code"])
    text = {"name": "stdout", "output_type": "stream", "text": [f"{printed}\n"]}
    cell |= {"outputs": [text], "execution_count": 7}
    if source is not None:
        cell["source"] = source.splitlines(keepends=True)
    data["metadata"]["language_info"] = {"name": "python", "version": "3.11.2"}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return path.read_bytes()


def commit(folder: Path, *arguments: str) -> tuple[int, str]:
    """Commit as an author does; return the status and what is shown."""
    ran = subprocess.run(
        ["git", "commit", "--message", "work", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return ran.returncode, ran.stdout


def committed(folder: Path, path: Path) -> bytes:
    return git(folder, "show", f"HEAD:{path.relative_to(folder).as_posix()}")


# ---- the filter


@pytest.fixture(scope="module")
def script(generated: Generate) -> ModuleType:
    """scripts/outputs as a module."""
    text = (generated() / "scripts/outputs").read_text("utf-8")
    spec = importlib.util.spec_from_loader("outputs", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(text.rpartition("\nsys.exit(")[0], module.__dict__)
    return module


@given(
    st.lists(cells, max_size=3), st.fixed_dictionaries({}, optional={"keep_output": st.booleans()})
)
def test_it_removes_what_nbstripout_removes(
    script: ModuleType, code: list[dict[str, Any]], metadata: dict[str, Any]
) -> None:
    shown = {"collapsed": True, "scrolled": True, "mine": 1, "execution": {"shell": "x"}}
    code = [cell | {"metadata": cell["metadata"] | shown} for cell in code]
    metadata |= {"widgets": {"state": {}}, "orig_nbformat": 3, "language_info": {"name": "python"}}
    data = {"cells": code, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    raw = json.dumps(data, indent=1).encode()
    cleaned = script.cleaned(raw)
    assert script.cleaned(cleaned) == cleaned
    # What nbstripout's command removes by default.
    keys = ["metadata.widgets", *(f"cell.metadata.{key}" for key in script.SHOWN)]
    try:
        expected = strip_output(
            from_dict(data), keep_output=None, keep_count=False, keep_id=True, extra_keys=keys
        )
    except MetadataError:  # a tag and the metadata contradict each other: nbstripout gives up
        return
    assert json.loads(cleaned) == expected


keys = st.sampled_from(["cells", "metadata", "outputs", "worksheets"])
values = st.recursive(
    st.text() | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
)


@given(st.binary() | values.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_notebook_stays_as_it_is(script: ModuleType, data: bytes) -> None:
    assert script.cleaned(data) == data


def test_it_keeps_the_layout_and_normalises_what_belongs_to_a_machine(script: ModuleType) -> None:
    raw = notebook_bytes(("code", "größe = 1"), language_info={"name": "python", "version": "3"})
    assert b"3" in raw
    for layout in (raw, raw.rstrip(), raw.replace(b"\n ", b"\n\t"), raw.replace(b"\n", b"\r\n")):
        cleaned = script.cleaned(layout)
        assert b'"version"' not in cleaned
        assert "größe".encode() in cleaned
        assert cleaned.endswith(b"\n") == layout.endswith(b"\n")
        assert (b"\n\t" in cleaned) == (b"\n\t" in layout)
    own = raw.replace(b'"python3"', b'"failed-logins"')
    assert json.loads(script.cleaned(own))["metadata"]["kernelspec"]["name"] == "python3"
    theirs = raw.replace(b'"python3"', b'"pyspark"')
    assert json.loads(script.cleaned(theirs))["metadata"]["kernelspec"]["name"] == "pyspark"


# ---- what an author does


@pytest.mark.slow
def test_outputs_stay_here_and_out_of_the_commit(work: Path) -> None:
    path = notebook(work)
    shown = run_cells(path, source="print(1 + 1)")
    git(work, "add", ".")
    status, said_by_checks = commit(work)
    assert status == 0, said_by_checks
    assert path.read_bytes() == shown
    assert b"print(1 + 1)" in committed(work, path)
    assert b"stdout" not in committed(work, path)
    assert b'"version"' not in committed(work, path)
    assert git(work, "status", "--porcelain") == b""
    # Other outputs are no change.
    run_cells(path, "222")
    assert git(work, "diff") == b""


@pytest.mark.slow
def test_a_commit_of_something_else(work: Path) -> None:
    """pre-commit checks out what is not staged: the outputs would be gone."""
    path, other = notebook(work), work / OTHER
    first, second = run_cells(path, "222"), run_cells(other, "333", source="print( 3 )")
    write(work, {"README.md": "# Not staged\n", "CHANGELOG.md": "# Staged\n"})
    git(work, "add", "CHANGELOG.md")
    index = git(work, "ls-files", "--stage", "--", "*.ipynb")
    status, said_by_checks = commit(work)
    assert status == 0, said_by_checks
    assert "Stashing unstaged files" in said_by_checks
    assert path.read_bytes() == first
    assert other.read_bytes() == second
    assert git(work, "ls-files", "--stage", "--", "*.ipynb") == index
    assert b"print( 3 )" in git(work, "diff", "--", OTHER)
    assert said(work, "status", "--porcelain") == f"M README.md\n M {OTHER}"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands before git")
def test_a_notebook_that_is_saved_in_that_very_moment(
    work: Path, script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hook adds a notebook of which only outputs changed, and nothing that was not staged."""
    path = notebook(work)
    run_cells(path, "222")
    index = git(work, "ls-files", "--stage")
    late = tmp_path / "late.ipynb"
    shutil.copyfile(path, late)
    edited = run_cells(late, "222", source="print(3)")
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin/git"
    add = f"case \"$*\" in *pathspec-from-file*) cp '{late}' '{path}' ;; esac"
    wrapper.write_text(f'#!/bin/sh\n{add}\nexec {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", str(wrapper.parent), prepend=os.pathsep)
    monkeypatch.chdir(work)
    script.refresh()
    assert path.read_bytes() == edited
    assert git(work, "ls-files", "--stage") == index


@pytest.mark.slow
def test_a_commit_that_is_refused(work: Path) -> None:
    path, other = notebook(work), work / OTHER
    first, second = run_cells(path, source="print(1"), run_cells(other, source="print(3)")
    git(work, "add", str(path))
    status, said_by_checks = commit(work)
    assert status == 1
    # What nblint says is the last thing on the screen.
    assert re.search(r"NBL503.*\n(.*\n)*1 error, 1 notebook checked\.\n", said_by_checks)
    assert path.read_bytes() == first
    assert other.read_bytes() == second


@pytest.mark.slow
def test_a_check_that_changes_the_notebook(work: Path) -> None:
    path = notebook(work)
    run_cells(path, "222", source="print( 1 )")
    git(work, "add", str(path))
    assert commit(work)[0] == 1
    assert b'"print(1)"' in path.read_bytes()
    assert b"222" in path.read_bytes()
    # With a change that is not staged and conflicts with the fix, pre-commit takes the fix back.
    run_cells(path, "333", source="print( 1 )\n")
    git(work, "add", str(path))
    shown = run_cells(path, "333", source="print( 1 )\nprint( 2 )")
    status, said_by_checks = commit(work)
    assert status == 1
    assert "Rolling back fixes" in said_by_checks
    assert path.read_bytes() == shown
    # It also takes back the fix of a notebook that is staged as it is.
    git(work, "add", str(path))
    write(work, {"tool.py": "x=1\n"})
    git(work, "add", "tool.py")
    write(work, {"tool.py": "x=2\n"})
    status, said_by_checks = commit(work)
    assert status == 1
    assert "Rolling back fixes" in said_by_checks
    assert path.read_bytes() == shown


def test_outputs_go_back_into_a_notebook_that_was_changed_and_stripped(
    generated: Generate, script: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "a.ipynb"
    shutil.copyfile(notebook(generated()), path)
    before = run_cells(path, "222", source="print( 1 )")
    now = script.cleaned(before).replace(b"print( 1 )", b"print(1)")
    given_back = script.with_outputs(now, before)
    assert b"222" in given_back
    assert script.cleaned(given_back) == now


@pytest.mark.slow
def test_a_commit_of_one_file(work: Path) -> None:
    path, other = notebook(work), work / OTHER
    first, second = run_cells(path, source="print(1"), run_cells(other, source="print(3)")
    git(work, "add", str(path))  # would be refused
    status, said_by_checks = commit(work, OTHER)
    assert status == 0, said_by_checks
    assert said(work, "show", "--name-only", "--format=") == OTHER
    assert (path.read_bytes(), other.read_bytes()) == (first, second)
    assert b"stdout" not in committed(work, other)
    assert said(work, "status", "--porcelain") == f"M  notebooks/{path.name}"


@pytest.mark.slow
def test_history_moves_and_outputs_stay(work: Path) -> None:
    """Git leaves alone what does not differ between two versions."""
    path = notebook(work)
    git(work, "branch", "theirs")
    run_cells(path, source="print(1)")
    git(work, "add", ".")
    assert commit(work)[0] == 0
    shown = run_cells(path, "222")
    git(work, "add", ".")
    assert commit(work, "--amend")[0] == 0

    def other_branch() -> None:
        git(work, "checkout", "--quiet", "-b", "more")
        write(work, {"more.txt": "more\n"})
        git(work, "add", "more.txt")
        assert commit(work)[0] == 0
        git(work, "checkout", "--quiet", "main")
        git(work, "checkout", "--quiet", "more")

    def stash() -> None:
        write(work, {"README.md": "# Changed\n"})
        git(work, "stash", "push", "--quiet")
        git(work, "stash", "pop", "--quiet")
        git(work, "checkout", "--quiet", "README.md")

    def merge() -> None:
        git(work, "checkout", "--quiet", "main")
        git(work, "merge", "--quiet", "--no-ff", "--message", "merge", "more")

    def rebase() -> None:
        git(work, "checkout", "--quiet", "-b", "side", "HEAD~1")
        write(work, {"side.txt": "side\n"})
        git(work, "add", "side.txt")
        assert commit(work)[0] == 0
        git(work, "rebase", "--quiet", "main")

    for step in (other_branch, stash, merge, rebase):
        step()
        assert path.read_bytes() == shown, step.__name__
        assert git(work, "status", "--porcelain") == b""
    # A branch with another version of the notebook: git replaces the file, or refuses to.
    git(work, "checkout", "--quiet", "theirs")
    assert b"stdout" not in path.read_bytes()
    git(work, "checkout", "--quiet", "side")
    shown = run_cells(path, "444")
    git(work, "checkout", "--quiet", "theirs", fails=True)
    assert path.read_bytes() == shown


@pytest.mark.slow
def test_a_clone_without_the_filter(work: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(work), str(clone))
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=clone, check=True)
    path, other = notebook(clone), clone / OTHER
    first, second = run_cells(path, source="print(1)"), run_cells(other, "333")
    git(clone, "add", str(path))
    # An entry that git has no reason to look at again, as some seconds later.
    os.utime(path, (1_700_000_000, 1_700_000_000))
    git(clone, "add", str(path))
    status, said_by_checks = commit(clone)
    assert status == 1
    assert "NBL501 notebook contains outputs" in said_by_checks
    assert "turn on the repository's filter" in said_by_checks
    assert (path.read_bytes(), other.read_bytes()) == (first, second)
    set_up(clone)
    git(clone, "add", str(path))
    status, said_by_checks = commit(clone)
    assert status == 0, said_by_checks
    assert (path.read_bytes(), other.read_bytes()) == (first, second)
    assert b"stdout" not in committed(clone, path)


@pytest.mark.slow
def test_a_filter_that_cannot_run_breaks_nothing(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notebook(work)
    shown = run_cells(path)
    # No Python: the launcher hands on what it gets.
    run = work / ".git/notebook-outputs/run"
    text = run.read_text()
    run.write_text(re.sub("^for python in .*; do$", "for python in nowhere; do", text, flags=re.M))
    ran = subprocess.run(["git", "diff"], cwd=work, capture_output=True, check=True)
    assert b"stdout" in ran.stdout
    assert ran.stderr == b""
    # No filter at all, as after `git clean`-ing too much.
    shutil.rmtree(run.parent)
    for command in (
        ("status",),
        ("diff",),
        ("add", "."),
        ("stash",),
        ("stash", "pop"),
        ("add", "."),
    ):
        git(work, *command)
        assert "stash" in command or path.read_bytes() == shown
    status, said_by_checks = commit(work)
    assert (status, "NBL501" in said_by_checks) == (1, True), said_by_checks
    assert path.read_bytes() == shown
    set_up(work)
    git(work, "add", ".")
    # A folder that was moved, and a worktree beside it.
    moved = tmp_path / "elsewhere and apart"
    work.rename(moved)
    git(moved, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    for folder in (moved, tmp_path / "linked"):
        shown = run_cells(notebook(folder), source=f"print({len(folder.name)})")
        git(folder, "add", ".")
        status, said_by_checks = commit(folder)
        assert status == 0, said_by_checks
        assert notebook(folder).read_bytes() == shown
        assert b"stdout" not in committed(folder, notebook(folder))


@pytest.mark.slow
def test_a_notebook_with_conflict_markers_is_left_alone(work: Path) -> None:
    path = notebook(work)
    git(work, "branch", "theirs")
    for branch, number in (("main", 1), ("theirs", 2)):
        git(work, "checkout", "--quiet", branch)
        run_cells(path, source=f"print({number})")
        git(work, "add", ".")
        assert commit(work)[0] == 0
    git(work, "checkout", "--quiet", "main")
    ran = subprocess.run(["git", "merge", "theirs"], cwd=work, capture_output=True, check=False)
    assert b"<<<<<<<" in path.read_bytes()
    assert b"CONFLICT" in ran.stdout
    ran = subprocess.run(["git", "status"], cwd=work, capture_output=True, check=True)
    assert ran.stderr == b""


@pytest.mark.slow
def test_checks_of_ones_own_still_run(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(made, folder)
    hook = folder / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho Mine ran\n")
    hook.chmod(0o755)
    set_up(folder)
    set_up(folder)  # twice is once
    run_cells(notebook(folder))
    write(folder, {"CHANGELOG.md": "# New\n"})
    git(folder, "add", "CHANGELOG.md", ".pre-commit-config.yaml")
    status, said_by_checks = commit(folder)
    assert status == 0, said_by_checks
    assert said_by_checks.count("Mine ran") == 1
    subprocess.run([sys.executable, "-m", "pre_commit", "uninstall"], cwd=folder, check=True)
    assert hook.read_text() == "#!/bin/sh\necho Mine ran\n"
    # A repository with a .gitattributes of its own, which `nblint new --into` keeps.
    write(folder, {".gitattributes": "* text=auto\n"})
    command = [sys.executable, "scripts/outputs", "install"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, "the rest is on"
    assert "    *.ipynb filter=notebook-outputs\n" in ran.stdout
    assert "loses its outputs" in ran.stdout
    assert 'outputs = "filter"' in ran.stdout


@pytest.mark.slow
def test_checking_out_a_branch_does_not_run_its_code(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    monkeypatch.setenv("PYTHONPATH", ".")
    git(work, "checkout", "--quiet", "-b", "theirs")
    for name in ("scripts/outputs", "json.py", "re.py", "sitecustomize.py"):
        (work / name).write_text(f"open({str(ran)!r}, 'w')\n")
    run_cells(notebook(work), source="print(1)")
    git(work, "add", ".")
    git(work, "status")
    assert not ran.exists()
    assert b"stdout" not in git(work, "show", f":notebooks/{notebook(work).name}")


@pytest.mark.slow
def test_with_jupyterlab_open(work: Path, tmp_path: Path) -> None:
    """JupyterLab asks which version to keep if the file's hash is not the one that it read."""
    folder = tmp_path / "jupyter"
    folder.mkdir()
    server = JupyterServer(folder)
    try:
        shutil.rmtree(server.root)
        work.rename(server.root)
        path, other = notebook(server.root), server.root / OTHER
        run_cells(path, "222"), run_cells(other, "333", source="print(3)")
        read = [opened(server, server.root, one) for one in (path, other)]
        write(server.root, {"README.md": "# Not staged\n", "CHANGELOG.md": "# Staged\n"})
        git(server.root, "add", "CHANGELOG.md")
        status, said_by_checks = commit(server.root)
        assert status == 0, said_by_checks
        assert [opened(server, server.root, one) for one in (path, other)] == read
    finally:
        server.stop()


def opened(server: JupyterServer, root: Path, path: Path) -> tuple[str, bool]:
    """Return the hash of a notebook as Jupyter's server reads it, and whether it has outputs."""
    where = path.relative_to(root).as_posix()
    request = urllib.request.Request(
        f"{server.url}api/contents/{where}?content=1&hash=1", headers=AUTHORIZATION
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        model = json.load(answer)
    return model["hash"], any(cell.get("outputs") for cell in model["content"]["cells"])


@pytest.mark.slow
def test_the_checks_as_generated(
    generate: Generate, tmp_path: Path, pre_commit_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = generate()
    monkeypatch.delenv("CI", raising=False)  # there, `make lint` judges the clone as it is
    config = repository / ".pre-commit-config.yaml"
    for name, value in mirror(config, tmp_path / "mirrors", ROOT).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(pre_commit_home))
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path / "mypy"))
    set_up(repository)
    path = notebook(repository)
    shown = run_cells(path, "2" * 600_000, source="print(1 + 1)")  # larger than a file may be
    new = path.with_name("another.ipynb")
    new.write_bytes(shown)
    git(repository, "add", ".")
    status, said_by_checks = commit(repository)
    assert status == 0, said_by_checks
    assert path.read_bytes() == new.read_bytes() == shown
    assert git(repository, "status", "--porcelain") == b""
    assert b"stdout" not in committed(repository, new)
    # `make lint` judges what would be committed; `make fix` has nothing to strip.
    for command in ("lint", "fix"):
        ran = subprocess.run(
            ["bash", f"scripts/{command}"], cwd=repository, capture_output=True, check=False
        )
        assert ran.returncode == 0, ran.stdout.decode()
        assert path.read_bytes() == shown
    assert git(repository, "status", "--porcelain") == b""
    # A finding that nobody has staged, in a notebook that git does not know: `make lint` sees it.
    write(repository, {"notebooks/third.ipynb": notebook_bytes(("code", "print(1"))})
    ran = subprocess.run(["bash", "scripts/lint"], cwd=repository, capture_output=True, check=False)
    assert ran.returncode == 1
    assert b"third.ipynb:cell 1" in ran.stdout
    assert said(repository, "status", "--porcelain") == "?? notebooks/third.ipynb"
    # `make fix` succeeds if nothing is left to do.
    (repository / "notebooks/third.ipynb").unlink()
    untidy = notebook_bytes(("markdown", complete_header()), ("code", "print(1)"), ("code", ""))
    write(repository, {"notebooks/third.ipynb": untidy})
    git(repository, "add", ".")
    ran = subprocess.run(["bash", "scripts/fix"], cwd=repository, capture_output=True, check=False)
    print(ran.stdout.decode(), os.linesep, ran.stderr.decode())
    assert ran.returncode == 0
    assert b"fixed in 1 notebook" in ran.stdout
    assert b"Failed" not in ran.stdout
    # As after `git init`, before the first `git add`: git has no index yet.
    (repository / ".git/index").unlink()
    ran = subprocess.run(["bash", "scripts/lint"], cwd=repository, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()
