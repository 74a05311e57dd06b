"""`import nblint`: what programs use."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import nblint
from tests.conftest import complete_header, notebook_bytes


def test_it_is_cheap_to_import() -> None:
    program = "import sys, nblint; print(*(m for m in sys.modules if m.startswith('nblint')))"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert set(loaded.split()) == {"nblint", "nblint._version"}


@pytest.mark.parametrize("name", nblint.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    value = getattr(nblint, name)
    assert name in dir(nblint)
    if name != "__version__":
        assert inspect.getdoc(value)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'lint'"):
        nblint.lint  # noqa: B018


def test_check_finds_what_the_settings_select(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))
    Path("bad.ipynb").write_bytes(notebook_bytes(("code", "1")))
    results = {result.path: result for result in nblint.check(["."])}
    assert set(results) == {"bad.ipynb", "good.ipynb"}
    assert not results["good.ipynb"].findings
    found = results["bad.ipynb"].findings
    assert {reported.finding.code for reported in found} == {"NBL101", "NBL102"}
    assert isinstance(found[0].finding, nblint.Finding)

    Path("nblint.toml").write_text('ignore = ["NBL102"]')
    (result,) = nblint.check([Path("bad.ipynb")])
    assert [reported.finding.code for reported in result.findings] == ["NBL101"]
    for text in ('ignore = ["NBL102"]', "no TOML", "unknown = 1", 'ignore = ["NBL999"]'):
        Path("nblint.toml").write_text(text)
        settings = nblint.Settings(select=("NBL102",))
        (result,) = nblint.check(["bad.ipynb"], settings=settings)
        assert [reported.finding.code for reported in result.findings] == ["NBL102"]
        assert nblint.Project.of(".", settings=settings).settings == settings


def test_what_cannot_be_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(nblint.SettingsError, match=r"missing\.ipynb: no such file or folder"):
        list(nblint.check(["missing.ipynb"]))
    Path("bad.ipynb").write_bytes(notebook_bytes(("code", "1")))
    faults: list[str] = []
    results = list(nblint.check(["missing.ipynb", "bad.ipynb"], on_error=faults.append))
    assert [result.path for result in results] == ["bad.ipynb"]
    assert faults == ["missing.ipynb: no such file or folder"]


def test_check_bytes() -> None:
    findings = nblint.check_bytes("a.ipynb", notebook_bytes(("code", "1")), nblint.Project())
    assert {finding.code for finding in findings} == {"NBL101", "NBL102"}
    notebook = nblint.Notebook.parse("a.ipynb", notebook_bytes(("code", "1")))
    assert notebook.cells[0].source == "1"


def test_a_project_is_that_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "nblint.toml").write_text('select = ["NBL101", "NBL303"]\n')
    (tmp_path / "environment.toml").write_text('[environment.REGION]\nhelp = "Where"\n')
    (tmp_path / "analyses").mkdir()
    project = nblint.Project.of(tmp_path / "analyses")
    assert project.root == tmp_path
    assert project.catalogue.knows("REGION")
    data = notebook_bytes(("code", "1"))
    name = str(tmp_path / "analyses" / "a.ipynb")
    assert [finding.code for finding in nblint.check_bytes(name, data, project)] == ["NBL101"]
    given = nblint.Project.of(tmp_path, settings=nblint.Settings(select=("NBL102",)))
    assert [finding.code for finding in nblint.check_bytes(name, data, given)] == ["NBL102"]
    (tmp_path / "nblint.toml").write_text("selct = []")
    with pytest.raises(nblint.SettingsError, match="selct"):
        nblint.Project.of(tmp_path)


@pytest.mark.parametrize("broken", ["select = 3", "[", 'unknown = "key"'])
def test_settings_that_are_given_do_not_depend_on_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    (tmp_path / "nblint.toml").write_text(broken)
    (tmp_path / "bad.ipynb").write_bytes(notebook_bytes(("code", "1")))
    monkeypatch.chdir(tmp_path)
    (result,) = nblint.check(["bad.ipynb"], settings=nblint.Settings(select=("NBL102", "NBL101")))
    assert result.findings
    with pytest.raises(nblint.SettingsError):
        list(nblint.check(["bad.ipynb"]))
