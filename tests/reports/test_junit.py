"""JUnit's XML: a test case a notebook, whatever notebooks hold."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from tests.conftest import complete_header, notebook_bytes

WITHOUT_AUDIENCE = complete_header().replace("## Audience\nSaid in a sentence.\n\n", "")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def report(*arguments: str, status: int) -> ElementTree.Element:
    """Check the notebooks here, and read the report."""
    ran = CliRunner().invoke(main, ["check", "--output-format", "junit", *arguments])
    assert ran.exit_code == status, ran.output
    return ElementTree.fromstring(ran.stdout.encode())


def cases(root: ElementTree.Element) -> dict[str | None, ElementTree.Element]:
    return {case.get("name"): case for case in root.iterfind("testsuite/testcase")}


def test_a_case_a_notebook() -> None:
    Path("clean.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))
    Path("bad.ipynb").write_bytes(notebook_bytes(("markdown", WITHOUT_AUDIENCE)))
    root = report(status=1)
    for element in (root, root[0]):
        assert (element.get("tests"), element.get("failures")) == ("2", "1")
    found = cases(root)
    assert list(found) == ["bad.ipynb", "clean.ipynb"]
    assert len(found["clean.ipynb"]) == 0
    (failure,) = found["bad.ipynb"]
    assert failure.get("message") == "1 error: NBL102"
    assert failure.text is not None
    assert failure.text.startswith("bad.ipynb:cell 1:")
    assert "'## Audience'" in failure.text


def test_nothing_is_wrong() -> None:
    Path("clean.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))
    root = report(status=0)
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_warnings_fail_no_case() -> None:
    source = 'log = open("/home/ada/log.csv")'
    Path("a.ipynb").write_bytes(notebook_bytes(("markdown", complete_header()), ("code", source)))
    root = report("--select", "NBL5", status=0)
    assert root.get("failures") == "0"
    (output,) = cases(root)["a.ipynb"]
    assert output.tag == "system-out"
    assert output.text is not None
    assert " warning: " in output.text


def test_what_xml_cannot_hold() -> None:
    name = "a&b <\"'>.ipynb"
    title = "# A \x1b[31m title \ufffe & ]]> </failure> \ud800 \x00"
    source = WITHOUT_AUDIENCE.replace("# Phishing triage", title)
    Path(name).write_bytes(notebook_bytes(("markdown", source.encode(errors="replace").decode())))
    (failure,) = cases(report(status=1))[name].iterfind("failure")
    assert failure.text is not None
    assert "\\x1b[31m title \\ufffe & ]]> </failure>" in failure.text


def test_into_a_file() -> None:
    Path("bad.ipynb").write_bytes(notebook_bytes(("markdown", WITHOUT_AUDIENCE)))
    arguments = ["check", "--output-format", "junit", "--output-file", "nblint.xml"]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    assert list(cases(ElementTree.parse("nblint.xml").getroot())) == ["bad.ipynb"]
