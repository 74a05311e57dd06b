"""A branch of a real repository, and the gate that it has to pass."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.command import nblint
from tests.conftest import complete_header, notebook_bytes
from tests.credentials.tokens import make
from tests.git.author import commit, git, repository, said, write


class Planted(str):
    """A value that no failing test shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return nothing of it."""
        return "<planted>"


TOKEN = Planted(make("github-token", "gate"))
OTHER = Planted(make("github-token", "another"))
PASSWORD = Planted(make("password", "gate"))
HARMLESS = "two words"

Files = Mapping[str, str | bytes | None]


def notebook(*sources: str, title: str = "Phishing triage", **metadata: object) -> bytes:
    """Return a notebook that passes if its cells do."""
    cells = [("code", source) for source in sources] or [("code", "print(1 + 1)")]
    return notebook_bytes(("markdown", complete_header(title)), *cells, **metadata)


def holding(value: str, *more: str) -> bytes:
    """Return a notebook with a value in its code."""
    return notebook(f'key = "{value}"', *more)


def printing(value: str) -> bytes:
    """Return a notebook with a value in an output."""
    data = json.loads(notebook("print(key)"))
    data["cells"][1]["outputs"] = [
        {"name": "stdout", "output_type": "stream", "text": [f"key = {value}\n"]}
    ]
    return json.dumps(data).encode()


def large(value: str, megabytes: int = 6) -> bytes:
    """Return a notebook with a value behind megabytes of an image."""
    data = json.loads(holding(value))
    image = random.Random(1).randbytes(megabytes * 700_000).hex()[: megabytes * 1024 * 1024]
    shown = {"data": {"image/png": image}, "metadata": {}, "output_type": "display_data"}
    data["cells"].insert(1, json.loads(notebook("image"))["cells"][1] | {"outputs": [shown]})
    data["cells"][1]["id"] = "image"
    return json.dumps(data).encode()


class Verdict(NamedTuple):
    """What the gate said.

    Attributes:
        status: Its exit status.
        findings: The findings, as its JSON has them.
        notes: The notes.
        said: What it printed on stderr.
    """

    status: int
    findings: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    said: str

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.findings]

    @property
    def paths(self) -> set[str]:
        return {finding["path"] for finding in self.findings}

    @property
    def kinds(self) -> set[tuple[str, str]]:
        return {(note["kind"], note["path"]) for note in self.notes}


class Branch:
    """A repository with a branch `work` that began from `main`.

    Args:
        top: Where it is made.
        files: What `main` has; `None` for no commit at all.
    """

    def __init__(self, top: Path, files: Files) -> None:
        self.top = repository(top)
        commit(self.top, {"README.md": "Notebooks.\n", **files})
        git(self.top, "branch", "work")
        git(self.top, "checkout", "--quiet", "work")

    def commit(self, files: Files | None = None, **options: str) -> str:
        return commit(self.top, files or {}, **options)

    def git(self, *arguments: str) -> str:
        return said(self.top, *arguments)

    def on_main(self, files: Files) -> str:
        """Commit to `main`, and return to the branch."""
        self.git("checkout", "--quiet", "main")
        own = self.commit(files)
        self.git("checkout", "--quiet", "work")
        return own

    def write(self, files: Files) -> None:
        write(self.top, files)

    def gate(self, base: str = "main", *options: str) -> Verdict:
        """Run the gate; what it prints holds no planted value, whole or in halves."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.top)
            arguments = ("gate", "--base", base, "--output-format", "json", *options)
            ran = nblint(*arguments)
        betrays_nothing(ran.stdout + ran.stderr)
        told = json.loads(ran.stdout) if ran.stdout.startswith("{") else {}
        found, notes = told.get("findings", []), told.get("notes", [])
        return Verdict(ran.exit_code, found, notes, ran.stderr)


def betrays_nothing(text: str) -> None:
    """Fail, without printing it, where a text holds a planted value or a half of one."""
    for value in (TOKEN, OTHER, PASSWORD):
        half = len(value) // 2
        told = [part in text for part in (value[:half], value[half:])]
        assert not any(told), f"{told} of a planted value is printed"


A, B = "a.ipynb", "team/b.ipynb"
SETTINGS = "nblint.toml"
BASELINE = ".nblint-baseline.json"
# A base with settings, two clean notebooks, and a catalogue.
CATALOGUE = '[environment.DATADOG_SITE]\nhelp = "Which site"\n'
BASE: Files = {
    SETTINGS: "",
    A: notebook(),
    B: notebook(title="Login review"),
    "environment.toml": CATALOGUE,
}


def recorded(branch: Branch, reason: str = "", name: str = BASELINE) -> None:
    """Record everything in a baseline, as `nblint baseline create` does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(branch.top)
        assert nblint("baseline", "create", "--force", "--baseline", name).exit_code == 0
    if reason:
        told = json.loads((branch.top / name).read_bytes())
        for one in told["entries"]:
            one["reason"] = reason
        branch.write({name: json.dumps(told)})
