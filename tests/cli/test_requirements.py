"""`nblint requirements`: what it writes satisfies NBL505, and nothing that was there is lost."""

import importlib.metadata
import re
from pathlib import Path

import pytest
from click.testing import Result
from packaging.requirements import Requirement

from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make

SOURCE = """\
import os, json
import click
import yaml as y
from sklearn.svm import SVC
import exotic_module
import own
from google.cloud import storage
try:
    import polars
except ImportError:
    polars = None
"""
HEADING = """\
# What the notebooks import, with the versions that are installed as lower bounds. Written by
# `nblint requirements`; change it as you like.
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "own.py").write_text("")
    write("a.ipynb", SOURCE)
    write("b.ipynb", "import click\n%pip list")
    return tmp_path


def write(name: str, source: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_bytes(notebook_bytes(("code", source)))


def run(*arguments: str, status: int = 0) -> Result:
    ran = nblint("requirements", *arguments)
    assert ran.exit_code == status, ran.output
    return ran


def undeclared() -> list[str]:
    ran = nblint("check", "--select", "NBL505", "--quiet")
    return re.findall(r"imported module '(\S+)'", ran.stdout)


def version(name: str) -> str:
    return importlib.metadata.version(name).partition("+")[0]


def test_it_is_written_from_imports() -> None:
    ran = run()
    assert ran.stderr == (
        "Wrote requirements.txt\nNot installed here; check the names: exotic-module\n"
    )
    assert Path("requirements.txt").read_text() == (
        f"{HEADING}"
        f"click>={version('click')}  # a.ipynb, b.ipynb\n"
        "google-cloud-storage  # imported as google.cloud.storage, a.ipynb\n"
        f"pyyaml>={version('pyyaml')}  # imported as yaml, a.ipynb\n"
        "scikit-learn  # imported as sklearn, a.ipynb\n"
        "\n"
        "# Not installed here: check that these packages are called like their modules.\n"
        "exotic-module  # imported as exotic_module, a.ipynb\n"
        "\n"
        "# The notebooks can do without these: they catch the error.\n"
        "# polars  # a.ipynb\n"
    )
    assert undeclared() == []
    assert nblint("check", "--select", "NBL505").exit_code == 0
    for line in Path("requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            Requirement(line.partition("#")[0])


def test_nothing_is_overwritten_unless_it_is_named() -> None:
    Path("requirements.txt").write_text("click==8.0  # pinned\n")
    refused = run(status=2)
    assert refused.stderr == (
        "nblint: requirements.txt: already exists; add to it with --add, name another file with"
        " --output-file, or print it with --output-file -\n"
    )
    assert Path("requirements.txt").read_text() == "click==8.0  # pinned\n"
    printed = run("--output-file", "-").stdout
    assert printed.startswith(f"{HEADING}click>={version('click')}  # a")
    run("--output-file", "requirements.txt")
    assert Path("requirements.txt").read_text() == printed


@pytest.mark.parametrize(
    ("encoding", "before"),
    [
        ("utf-8", "# Why: the SIEM's client\nClick == 8.0 ; python_version > '3'\n-r more.txt"),
        ("utf-8", "click==8.0  # pinned\r\n\r\n# ünïcode\r\n"),
        ("utf-16", "click==8.0\n"),
        ("utf-8-sig", "click\n"),
        ("latin-1", "# coding: latin-1\nclick  # für alle\n"),
        ("utf-8", ""),
    ],
)
def test_what_a_file_lacks_is_added(encoding: str, before: str) -> None:
    Path("more.txt").write_text("scikit-learn\n")
    raw = before.encode(encoding)
    Path("requirements.txt").write_bytes(raw)
    assert run("--add").stderr.startswith("Added to requirements.txt\n")
    after = Path("requirements.txt").read_bytes()
    assert after.startswith(raw), "nothing of it is changed"
    text = after.decode(encoding)
    assert "click>=" not in text or not before
    assert f"pyyaml>={version('pyyaml')}  # imported as yaml, a.ipynb" in text
    assert ("\r\n" in before) == ("\r\n" in text)
    assert ("\nscikit-learn  #" in text) == ("-r more.txt" not in before)
    assert undeclared() == []
    assert run("--add").stderr == (
        "Nothing to write: all packages that are imported are declared.\n"
    )
    assert Path("requirements.txt").read_bytes() == after


def test_what_other_files_declare_is_left_out() -> None:
    Path("pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["click", "pyyaml>=6"]\n'
    )
    Path("requirements-dev.txt").write_text("-r requirements.txt\nexotic-module\n")
    run()
    text = Path("requirements.txt").read_text()
    assert re.findall(r"^[a-z-]+", text, re.M) == ["google-cloud-storage", "scikit-learn"]
    # Written again, what the other file includes from it does not count as declared.
    run("--output-file", "requirements.txt")
    assert Path("requirements.txt").read_text() == text
    assert undeclared() == []
    run("--missing")


def test_missing_ones_are_printed() -> None:
    Path("requirements.txt").write_text("click\npyyaml\nscikit-learn\ngoogle-cloud-storage\n")
    assert (
        run("--missing", status=1).stdout == "exotic-module  # imported as exotic_module, a.ipynb\n"
    )
    assert run("--missing", "b.ipynb").stdout == ""
    assert Path("requirements.txt").read_text().startswith("click\n")


def test_it_is_written_where_the_check_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    write("notebooks/c.ipynb", "import pandas")
    monkeypatch.chdir("notebooks")
    assert "Wrote ../requirements.txt\n" in run().stderr
    assert "pandas" in Path("../requirements.txt").read_text()


def test_names_that_no_line_can_hold() -> None:
    write("x\ny # z.ipynb", "import click")
    write("d.ipynb", "import größe")
    run("x\ny # z.ipynb", "d.ipynb")
    lines = Path("requirements.txt").read_text().splitlines()
    assert f"click>={version('click')}  # x\\ny # z.ipynb" in lines
    assert "# No package can have the name of the module: größe  # d.ipynb" in lines
    assert [line for line in lines if line and line[0] != "#"] == [lines[2]]


def test_no_credential_is_written() -> None:
    token = make("github-token")
    write("d.ipynb", f"import click, {token}")
    Path("d.ipynb").rename(f"{token}.ipynb")
    printed = run(f"{token}.ipynb", "--output-file", "-")
    assert "click>=" in printed.stdout
    assert token not in printed.output


def test_what_cannot_be_done_is_said(here: Path) -> None:
    for arguments in (["--add", "--missing"], ["--missing", "--output-file", "x"]):
        assert "cannot be combined" in run(*arguments, status=2).stderr
    assert "--add requires a file" in run("--add", "--output-file", "-", status=2).stderr
    write("sub/c.ipynb", "import click")
    Path("sub/c.ipynb").write_text("{")
    ran = run(status=2)
    assert "sub/c.ipynb: not JSON" in ran.stderr
    assert "click" in Path("requirements.txt").read_text(), "what the others import is known"
    (here / "empty").mkdir()
    assert run("empty", status=3).stderr.startswith("nblint: empty: no notebooks in this folder")
    (here / "requirements.txt").unlink()
    (here / "requirements.txt").mkdir()
    assert "requirements.txt: " in run("--add", status=2).stderr
