"""The comment that allows a finding on its line."""

import json

import pytest

from nblint.document.edit import edited
from nblint.document.model import Notebook
from nblint.findings import Finding
from nblint.linting.checking import check_bytes
from nblint.project.project import Project
from nblint.server.ignoring import ignore_on_line
from nblint.settings import Settings
from nblint.settings_files import SettingsFile
from tests.conftest import notebook_bytes
from tests.credentials.tokens import make

TOKEN = make("github-token")


def found(notebook: bytes, code: str) -> tuple[Finding, ...]:
    settings = Settings(select=(code, "NBL009"), ignore=("NBL001",))
    project = Project(SettingsFile(settings, Project().root))
    return check_bytes("a.ipynb", notebook, project)


@pytest.mark.parametrize(
    ("kind", "code", "source", "expected"),
    [
        ("code", "NBL201", "k = '{}'", "k = '{}'  # nblint: ignore[NBL201]"),
        ("code", "NBL201", "k = '{}'  \nx = 1", "k = '{}'  # nblint: ignore[NBL201]\nx = 1"),
        ("code", "NBL201", "f(\r\n  '{}',\r\n)", "f(\r\n  '{}',  # nblint: ignore[NBL201]\r\n)"),
        (
            "code",
            "NBL201",
            "k = '{}'  # nblint: ignore[NBL301] why",
            "k = '{}'  # nblint: ignore[NBL301, NBL201] why",
        ),
        ("code", "NBL504", "%pip install x", None),
        ("code", "NBL201", "k = '''\n{}\n'''", None),
        ("code", "NBL201", "%%bash\nexport K={}", None),
        ("markdown", "NBL202", "The key is {}.", "The key is {}. <!-- nblint: ignore[NBL202] -->"),
        ("markdown", "NBL202", "| key |\n| --- |\n| {} |", None),
        ("raw", "NBL202", "The key is {}.", None),
    ],
)
def test_the_comment(kind: str, code: str, source: str, expected: str | None) -> None:
    source = source.replace("{}", TOKEN)
    raw = notebook_bytes((kind, source))
    notebook = json.loads(raw)
    notebook["cells"][0]["source"] = source
    raw = json.dumps(notebook).encode()
    finding = next(one for one in found(raw, code) if one.code == code)
    cell = Notebook.parse("a.ipynb", raw).cells[0]
    edit = ignore_on_line(cell, finding)
    if expected is None:
        assert edit is None
        return
    assert edit
    after = edited(source, [edit])
    assert after == expected.replace("{}", TOKEN)
    notebook["cells"][0]["source"] = after
    assert [one.code for one in found(json.dumps(notebook).encode(), code)] == []


def test_what_is_not_on_a_line() -> None:
    raw = json.loads(notebook_bytes(("code", "show()")))
    raw["cells"][0]["metadata"] = {"token": TOKEN}
    (finding,) = found(json.dumps(raw).encode(), "NBL204")
    cell = Notebook.parse("a.ipynb", json.dumps(raw).encode()).cells[0]
    assert ignore_on_line(cell, finding) is None
