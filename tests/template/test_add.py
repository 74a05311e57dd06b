"""`nblint add`: another notebook in a generated repository, however that was made."""

import errno
import json
import os
import re
import shutil
import string
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from cookiecutter.utils import create_env_with_context
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nblint.adding import repository as adding
from nblint.adding.repository import add_notebook
from nblint.adding.title import slug_of
from nblint.document.model import Notebook
from nblint.document.write import write_atomically
from nblint.errors import SettingsError
from nblint.reading.header.header import Header
from nblint.reading.markdown.blocks import blocks
from nblint.settings import HeaderSettings
from scripts.use_this_template import Copy, render
from tests.command import nblint
from tests.template.conftest import ROOT, Generate
from tests.template.test_content import AWKWARD

ADDED = (
    "notebooks/weekly-report.ipynb",
    "packaging/parameters/weekly-report.yaml",
    "README.md",
)


def everything(folder: Path) -> dict[str, bytes | None]:
    """Return what a folder holds, without what git and nblint keep for themselves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if ".git" not in path.parts
    }


@pytest.fixture
def repository(generated: Generate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "failed-logins"
    shutil.copytree(generated(), folder)
    monkeypatch.chdir(folder)
    return folder


# ---- what is added


def by_new(folder: Path, _generate: Generate) -> Path:
    result = nblint("new", "--no-input", "-o", str(folder), "git_init=no")
    assert result.exit_code == 0, result.output
    return folder / "failed-logins"


def by_cookiecutter(_folder: Path, generate: Generate) -> Path:
    return generate()


def by_use_this_template(folder: Path, _generate: Generate) -> Path:
    os.chdir(ROOT)
    return render(Copy("failed-logins", "Count.", "main", ""), folder / "turned")


@pytest.mark.slow
@pytest.mark.parametrize("way", [by_new, by_cookiecutter, by_use_this_template])
def test_a_second_notebook(
    way: Callable[[Path, Generate], Path],
    generate: Generate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    repository = way(tmp_path, generate)
    # From any folder of it.
    monkeypatch.chdir(repository / "notebooks")
    before = everything(repository)
    result = nblint("add", "Weekly report")
    assert result.exit_code == 0, result.output
    names = ["weekly-report.ipynb", *(f"../{name}" for name in ADDED[1:])]
    assert f"Added {', '.join(names)}.\n" in result.stdout
    assert "enable --now notebook-failed-logins@weekly-report.timer" in result.stdout
    assert f"git add {' '.join(names)}\n" in result.stdout
    after = everything(repository)
    assert {name for name in after if after[name] != before.get(name)} - {
        "packaging/parameters"
    } == set(ADDED)
    row = "| [`notebooks/weekly-report.ipynb`](notebooks/weekly-report.ipynb) | Weekly report |\n"
    assert (after["README.md"] or b"").decode().replace(row, "") == (
        before["README.md"] or b""
    ).decode()
    assert everything(repository).keys() >= set(ADDED)

    # Refused until the header is written, then accepted.
    monkeypatch.chdir(repository)
    refused = nblint("check", "--output-format", "json")
    assert {finding["code"] for finding in json.loads(refused.stdout)} == {"NBL104"}
    fill_in(repository / ADDED[0])
    assert nblint("check").exit_code == 0
    # Its own parameters are checked, and no others.
    with Path(ADDED[1]).open("a") as file:
        file.write("WEAKS: 2\n")
    assert "weekly-report.yaml:5:1: NBL409 unknown parameter 'WEAKS'" in nblint("check").stdout


def fill_in(path: Path) -> None:
    """Do what the prompts ask for."""
    notebook = nbformat.read(path, as_version=4)
    title = notebook.cells[0].source.partition("\n")[0]
    notebook.cells[0].source = (
        f"{title}\n\n## Purpose\nShow the week.\n\n## Audience\nAnalysts.\n\n## Data Sources\n"
        "* The week\n\n## Description (How does it work?)\n1. Print it.\n\n## Parameters\n\n"
        "Parameter | Description\n--- | ---\nWEEKS | How many\n\n## References\n* None"
    )
    notebook.cells[1].source = "WEEKS = 1"
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def test_the_configured_header(repository: Path) -> None:
    with Path("pyproject.toml").open("a") as file:
        file.write('\n[tool.nblint.header]\nsections = [{ title = "Für wen?" }]\n')
    add_notebook(repository, "Weekly report")
    header, parameters = nbformat.read(ADDED[0], as_version=4).cells
    assert header.source == "# Weekly report\n\n## Für wen?\nTODO"
    assert parameters.metadata.tags == ["parameters"]
    assert {f["code"] for f in json.loads(nblint("check", "--output-format", "json").stdout)} >= {
        "NBL104"
    }


# ---- titles

TITLES = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="ab \"'\\%{}#|`*_[]<>&$~!-./\n\t\r\x00\x85\u2028é北🔐", max_size=40),
    st.lists(st.sampled_from(AWKWARD), min_size=1, max_size=8).map(" ".join),
)


@pytest.fixture(scope="session")
def one(generated: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that each title is added to and removed from again."""
    folder = tmp_path_factory.mktemp("one") / "failed-logins"
    shutil.copytree(generated(), folder)
    return folder


@given(title=TITLES)
@example(title="")
@example(title="Failed logins")
@example(title="failed   LOGINS!")
@example(title="../../../etc/passwd")
@example(title="report " * 43)
@example(title="x" * 300)
@example(title="{{ cookiecutter.title }} {% raw %} {# x #}")
@example(title="%i %n %(id) %{name}")
@example(title="con")
@example(title="A title <!-- that hides the rest")
@example(title="# Two marks")
@example(title="C #")
@example(title="Untitled 2")
@example(title="todo")
@example(title="北京")
@example(title="!!!")
@example(title="a | b \\| c `d|e` \\")
def test_any_title_is_added_whole_or_refused(one: Path, title: str) -> None:
    before = everything(one)
    try:
        added = add_notebook(one, title)
    except SettingsError:
        assert everything(one) == before
        return
    try:
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", added.slug)
        assert len(added.slug) <= 60
        after = everything(one)
        notebook, parameters, readme = added.files
        assert {name for name in after if after[name] != before.get(name)} - {
            "packaging/parameters"
        } == {notebook, parameters, readme}
        data = after[notebook] or b""
        nbformat.validate(nbformat.reads(data.decode(), as_version=4))
        header = Header.read(Notebook.parse(notebook, data), HeaderSettings())
        assert header.title
        assert header.title.title == title.strip()
        assert len(header.sections) == len(HeaderSettings().sections)
        (table,) = (
            block
            for block in blocks((after[readme] or b"").decode())
            if block.kind == "table" and block.texts[0].text == "notebook"
        )
        *_, link, shown = table.texts
        assert link.text == f"[`{notebook}`]({notebook})"
        # Read as Markdown, the row says the title and nothing else.
        (paragraph,) = MarkdownIt().parseInline(shown.text)
        assert [token.type for token in paragraph.children or ()] == ["text"]
        assert paragraph.children[0].content == title.strip()  # type: ignore[index]
        assert table.fault is None
    finally:
        for name in added.files[:2]:
            (one / name).unlink()
        (one / "README.md").write_bytes(before["README.md"] or b"")
        if "packaging/parameters" not in before:
            (one / "packaging/parameters").rmdir()


LETTERS = string.printable + "éßŁ北京Жñ–🔐"


@given(title=st.text(alphabet=LETTERS, max_size=120))
@example(title="Suspicious authentications of all subsidiaries, departments and contractors")
@example(title="x" * 300)
@example(title="Straße")
def test_the_slug_is_cookiecutters(title: str) -> None:
    asked = json.loads((ROOT / "template/cookiecutter.json").read_text("utf-8"))["slug"]
    context = {"cookiecutter": {"title": title}}
    environment = create_env_with_context({"cookiecutter": {}})
    expected = environment.from_string(asked).render(**context)
    try:
        assert slug_of(title) == expected
    except SettingsError:
        assert expected in {"con", "prn", "aux", "nul"} or re.fullmatch(r"(com|lpt)\d", expected)


# ---- refusals


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("  ", "the title must not be empty"),
        ("a\nb", "the title must be one line"),
        ("TODO", "is a placeholder"),
        ("Notebook Name", "is a placeholder"),
        ("weekly", "repeats the file name"),
        ("a <!-- b", "contains markup"),
        ("aux", "which Windows reserves"),
        ("failed logins", "notebooks/failed-logins.ipynb: exists already"),
    ],
)
def test_titles_that_are_refused(repository: Path, title: str, reason: str) -> None:
    before = everything(repository)
    result = nblint("add", title)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("nblint: ")
    assert reason in line
    assert everything(repository) == before


def test_what_exists(repository: Path) -> None:
    for path, reason in (
        ("notebooks/deep/Weekly-Report.IPYNB", "notebooks/deep/Weekly-Report.IPYNB: exists"),
        ("packaging/parameters/weekly-report.yaml", "parameters/weekly-report.yaml: exists"),
    ):
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text("mine\n")
        before = everything(repository)
        result = nblint("add", "Weekly report")
        assert result.exit_code == 2
        assert reason in result.stderr
        assert everything(repository) == before
        (repository / path).unlink()
    assert nblint("add", "Weekly report").exit_code == 0
    assert "exists already" in nblint("add", "Weekly: Report!").stderr


def test_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = nblint("add", "Weekly report")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "not in a repository that `nblint new` generated" in line
    assert "`nblint header --notebook`" in line
    assert {path.name for path in tmp_path.iterdir()} <= {"home"}


def test_a_repository_of_an_older_template(repository: Path) -> None:
    (repository / "packaging/notebook@.conf").unlink()
    result = nblint("add", "Weekly report")
    assert result.exit_code == 2
    assert "generated by an older template" in result.stderr
    assert "cruft update" in result.stderr


# ---- a README that its author has changed


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_with_other_columns(repository: Path, end: str) -> None:
    text = end.join(
        ["# Ours", "", "```", "| Notebook | x |", "| --- | --- |", "```", "",
         "| **Notebooks** | other |", "| --- | --- |", "| a | b |", "",
         "| Notebook | About | Owner |", "|:---|---|--:|", "| a | b | c |"]
    )  # fmt: skip
    (repository / "README.md").write_bytes(text.encode())
    assert nblint("add", "Weekly | report").exit_code == 0
    row = "| [`notebooks/weekly-report.ipynb`](notebooks/weekly-report.ipynb) | Weekly \\| report |"
    expected = f"{text}{end}{row}  |{end}"
    assert (repository / "README.md").read_bytes() == expected.encode()


@pytest.mark.parametrize("content", [b"# Ours\n", b"\xff\xfe", None])
def test_no_table(repository: Path, content: bytes | None) -> None:
    readme = repository / "README.md"
    readme.unlink() if content is None else readme.write_bytes(content)
    result = nblint("add", "Weekly report")
    assert result.exit_code == 0
    assert "README.md does not mention the notebook yet" in result.stdout
    assert "add a line to it" in result.stdout
    assert (readme.read_bytes() if readme.exists() else None) == content
    assert all((repository / name).is_file() for name in ADDED[:2])


# ---- never half of it


@pytest.mark.parametrize("number", range(3))
def test_a_file_that_cannot_be_written(
    repository: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(repository)
    written: list[Path] = []

    def failing(path: Path, *arguments: object, **more: object) -> None:
        if len(written) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        written.append(path)
        write_atomically(path, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(adding, "write_atomically", failing)
    result = nblint("add", "Weekly report")
    assert result.exit_code == 2
    assert "cannot be written: No space left on device" in result.stderr
    assert len(written) == number
    assert everything(repository) == before


def test_links_that_lead_out(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "README.md").write_bytes((repository / "README.md").read_bytes())
    (repository / ".git").mkdir(exist_ok=True)
    links = {"README.md": outside / "README.md", "packaging/parameters": outside}
    for name, target in links.items():
        kept = repository / f"{name}.kept"
        if (repository / name).exists():
            (repository / name).rename(kept)
        (repository / name).symlink_to(target)
        before = everything(outside)
        result = nblint("add", "Weekly report")
        assert result.exit_code == 2
        assert "refusing to follow a link out of the repository" in result.stderr
        assert everything(outside) == before
        assert not (repository / ADDED[0]).exists()
        (repository / name).unlink()
        if kept.exists():
            kept.rename(repository / name)
