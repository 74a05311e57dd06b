import json
import os
import shutil
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from nblint._version import __version__
from nblint.reading.header.skeleton import skeleton
from nblint.settings import DEFAULT_SECTIONS
from tests.checkout import committed_checkout
from tests.interpreters import ROOT, uv

Once = Callable[[str, Callable[[Path], object]], Path]

# The tests of a commit say the same every time; `HYPOTHESIS_PROFILE=explore make test` looks for
# what no run has tried yet. Machines differ in speed, so no example has a deadline.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every program
# that they start to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# In each new home, virtualenv looks in the background for newer versions of pip: pre-commit makes
# environments in many homes of tests.
os.environ["VIRTUALENV_NO_PERIODIC_UPDATE"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-expectations",
        action="store_true",
        help="rewrite what the cases of the rules and the documentation expect by what nblint says",
    )


# They take minutes each.
_LONGEST = frozenset({"test_deploy", "test_faults", "test_backup", "test_harmless_fixes"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests of all: a worker that did so last would run them alone."""
    items.sort(key=lambda item: item.path.stem not in _LONGEST)


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
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    base = tmp_path_factory.getbasetemp()
    # pytest-xdist gives each worker a folder inside that of the run.
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def once(run_folder: Path) -> Once:
    """Make a folder once for all tests of a run, which only read it: `once("name", make)`."""

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = run_folder / name, run_folder / f"{name}.made"
        with FileLock(run_folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def pre_commit_home(run_folder: Path) -> Path:
    """Where pre-commit installs hooks, once for all tests of a run; it waits for its own locks."""
    return run_folder / "pre-commit"


@pytest.fixture(scope="session")
def checkout_of_the_run(once: Once) -> Path:
    """This checkout as a repository with one commit, which its version's tag names.

    One for all tests of a run: pre-commit installs hooks anew for each address.
    """
    return once("nblint", lambda folder: committed_checkout(folder, tag=f"v{__version__}"))


@pytest.fixture(scope="session")
def wheel(once: Once) -> Path:
    """The package of this checkout, built once for all tests of a run."""

    def build(folder: Path) -> None:
        uv("build", "--quiet", "--wheel", "--out-dir", folder, ROOT)

    (made,) = once("wheel", build).glob("*.whl")
    return made


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
