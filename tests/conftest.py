import json
import os
import signal
import uuid
from pathlib import Path

import pytest
from hypothesis import settings

from nblint.reading.header.skeleton import skeleton
from nblint.settings import DEFAULT_SECTIONS

# The tests of a commit say the same every time; `HYPOTHESIS_PROFILE=explore make test` looks for
# what no run has tried yet. Machines differ in speed, so no example has a deadline.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every program
# that they start to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-expectations",
        action="store_true",
        help="rewrite what the cases of the rules and the documentation expect by what nblint says",
    )


@pytest.fixture(autouse=True)
def nowhere_in_particular(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Reports look the same wherever the tests run, and whatever ran before."""
    cache = tmp_path_factory.getbasetemp() / f"cache-{uuid.uuid4()}"  # there when it is written
    monkeypatch.setenv("NBLINT_CACHE_DIR", str(cache))
    # `make test` hands its own state to every make that a test starts.
    makes = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    for name in (*makes, "FORCE_COLOR", "NO_COLOR", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    # `nblint new` refuses what nobody else has, such as the checkout that is tested.
    monkeypatch.setenv("NBLINT_NEW_LOCAL", "1")


@pytest.fixture(scope="session")
def pre_commit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit installs hooks, once for all tests of a run; it waits for its own locks."""
    base = tmp_path_factory.getbasetemp()
    # pytest-xdist gives each worker a folder inside that of the run.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return shared / "pre-commit"


def notebook_bytes(*cells: tuple[str, str], **metadata: object) -> bytes:
    """Return a notebook, as Jupyter would save it, of cells given by type and source."""
    parts: list[dict[str, object]] = []
    for index, (kind, source) in enumerate(cells, 1):
        lines = source.splitlines(keepends=True)
        cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{index}", "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        parts.append({**cell, "source": lines})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    data = {
        "cells": parts,
        "metadata": {"kernelspec": kernel, **metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n"


def complete_header(title: str = "Phishing triage") -> str:
    """Return a header that no rule objects to."""
    texts = {
        "text": "Said in a sentence.",
        "list": "* The abuse mailbox",
        "numbered-list": "1. Read the mails.",
        "table": "None",
    }
    sections = [
        f"{skeleton(section).partition(chr(10))[0]}\n{texts[section.form]}"
        for section in DEFAULT_SECTIONS
    ]
    return "\n\n".join([f"# {title}", *sections])


@pytest.fixture
def clean_notebook(tmp_path: Path) -> Path:
    """A notebook that passes, alone in a folder without settings."""
    path = tmp_path / "triage.ipynb"
    path.write_bytes(notebook_bytes(("markdown", complete_header()), ("code", "print(1 + 1)")))
    return path
