"""`make run`: one notebook, with a person's own environment."""

import subprocess
import sys

import nbformat
import pytest

from nblint.adding.repository import add_notebook
from tests.template.conftest import Generate
from tests.template.playing import set_up

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="README.md lists what to run without make"),
]
CODE = """\
import os
print(WEEKS, os.getcwd(), os.environ["DATADOG_API_KEY"])"""


def test_make_run(generate: Generate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATADOG_API_KEY", "planted-" + "key")
    repository = generate()
    set_up(repository, {})
    add_notebook(repository, "Weekly report")
    notebook = repository / "notebooks/weekly-report.ipynb"
    content = nbformat.read(notebook, as_version=4)
    content.cells[1].source = "WEEKS = 1"
    content.cells.append(nbformat.v4.new_code_cell(CODE))
    nbformat.write(content, notebook)

    def run(path: str, arguments: str = "") -> tuple[int, str]:
        ran = subprocess.run(
            ["make", "run", f"NOTEBOOK={path}", f"ARGUMENTS={arguments}"], cwd=repository,
            encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return ran.returncode, ran.stdout

    status, shown = run("notebooks/weekly-report.ipynb", "-p WEEKS 3")
    assert status == 0, shown
    # The copy is where README.md says; the notebook ran in its own folder, as in Jupyter.
    copy = nbformat.read(repository / "build/run/weekly-report.ipynb", as_version=4)
    printed = copy.cells[-1].outputs[0].text
    assert printed == f"3 {repository.resolve() / 'notebooks'} ***\n"

    status, shown = run("weekly-report.ipynb")
    assert status == 2
    assert "execute-notebook: weekly-report.ipynb: No such file or directory" in shown
    assert "Traceback" not in shown
