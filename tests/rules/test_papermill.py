"""A notebook that passes NBL4 does what its table says under papermill."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nblint.linting.checking import check_bytes
from nblint.project.project import Project
from nblint.settings import Settings
from nblint.settings_files import SettingsFile
from tests.rules.cases import Case, percent_to_bytes, read_cases

# Documented parameters, and what a run is given instead of their defaults.
GIVEN = {
    "mailbox": ("phishing", "'phishing'"),
    "days": ("30", "30"),
    "threshold": ("0.25", "0.25"),
    "dry_run": ("True", "True"),
    "limit": ("None", "None"),
}
NOTEBOOK = """
# %% [markdown]
# # Phishing triage
#
# ## Parameters
#
# Parameter | Description
# --- | ---
# mailbox | Where to look
# `days` | How far back
# threshold, dry_run | When to stop
# limit | How many

# %%
import os

# %% tags=["parameters"]
mailbox = "abuse"
days: int = 7  # how far back
threshold = 1 / 2
dry_run = False
limit = -1

# %%
print([mailbox, days, threshold, dry_run, limit])
"""


def notebook_of(text: str) -> bytes:
    data = json.loads(percent_to_bytes(text))
    data["metadata"]["kernelspec"]["language"] = "python"  # without it papermill gives up
    return json.dumps(data).encode()


def findings(data: bytes) -> list[str]:
    project = Project(SettingsFile(Settings(select=("NBL4",)), Path()))
    return [finding.code for finding in check_bytes("nb.ipynb", data, project)]


def papermill(notebook: Path, *arguments: str) -> tuple[str, str]:
    """Run a notebook; return what it printed, and papermill's log."""
    output = notebook.with_name("output.ipynb")
    command = [sys.executable, "-m", "papermill", str(notebook), str(output), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, cwd=notebook.parent, check=True)
    cells = json.loads(output.read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(o.get("text", "")) for c in cells for o in c.get("outputs", []))
    return text, run.stderr


@pytest.mark.slow
def test_every_documented_parameter_takes_a_value(tmp_path: Path) -> None:
    data = notebook_of(NOTEBOOK)
    assert not findings(data)
    notebook = tmp_path / "nb.ipynb"
    notebook.write_bytes(data)
    given = [part for name, (text, _) in GIVEN.items() for part in ("-p", name, text)]
    printed, log = papermill(notebook, *given)
    assert printed.strip() == f"[{', '.join(shown for _, shown in GIVEN.values())}]"
    assert "unknown parameter" not in log.lower()


@pytest.mark.slow
def test_what_nblint_refuses_papermill_ignores(tmp_path: Path) -> None:
    data = notebook_of(NOTEBOOK.replace(' tags=["parameters"]', ""))
    assert findings(data) == ["NBL403"]
    notebook = tmp_path / "nb.ipynb"
    notebook.write_bytes(data)
    printed, _ = papermill(notebook, "-p", "mailbox", "phishing")
    assert "phishing" not in printed


@pytest.mark.slow
def test_an_unknown_parameter_is_only_logged(tmp_path: Path) -> None:
    notebook = tmp_path / "nb.ipynb"
    notebook.write_bytes(notebook_of(NOTEBOOK))
    printed, log = papermill(notebook, "-p", "mailbx", "phishing")
    assert "phishing" not in printed
    assert re.search(r"unknown parameter", log, re.IGNORECASE), "why NBL402 and NBL409 exist"


FIXED = [case for case in read_cases() if case.code == "NBL401" and case.fixed]


@pytest.mark.slow
@pytest.mark.parametrize("case", FIXED[:1], ids=lambda case: case.title)
def test_a_fixed_notebook_runs(case: Case, tmp_path: Path) -> None:
    assert case.fixed
    data = notebook_of(case.fixed.text)
    notebook = tmp_path / "nb.ipynb"
    notebook.write_bytes(data)
    _, log = papermill(notebook, "-p", "days", "30", "-p", "threshold", "0.1")
    assert "unknown parameter" not in log.lower()
