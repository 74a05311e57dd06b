"""Generate repositories from this checkout, away from the person's own settings."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.main import cookiecutter

from nblint._version import __version__

ROOT = Path(__file__).parents[2]

Generate = Callable[..., Path]

# What the author writes in place of what the header of a new notebook asks.
WRITTEN = {
    "What are you trying to do with this notebook?": "Rank reported mails.",
    "Who is this notebook developed for?": "Analysts on duty.",
    '"* Data source 1\\n",\n    "* Data source 2\\n"': '"* The abuse mailbox\\n"',
    '"1. Step 1\\n",\n    "2. Step 2\\n",\n    "3. Step 3\\n"': '"1. Read the mails.\\n"',
}


@pytest.fixture(autouse=True)
def away_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the person's, but an identity for commits."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    settings = {"cookiecutters_dir": str(home / "clones"), "replay_dir": str(home / "replays")}
    (home / "cookiecutter.json").write_text(json.dumps(settings))  # JSON is YAML
    for name, value in {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "COOKIECUTTER_CONFIG": str(home / "cookiecutter.json"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def generate(tmp_path: Path) -> Generate:
    """Generate by cookiecutter's interface: `generate(title="…")` returns the new folder."""

    def run(template: Path = ROOT, **answers: Any) -> Path:
        return Path(
            cookiecutter(
                str(template),
                no_input=True,
                extra_context=answers,
                output_dir=str(tmp_path / "out"),
            )
        )

    return run


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generate:
    """Generate as `generate` does, once for all tests with the same answers: they only read it."""
    repositories: dict[str, Path] = {}

    def run(**answers: Any) -> Path:
        key = json.dumps(answers, sort_keys=True)
        if key not in repositories:
            out = str(tmp_path_factory.mktemp("generated"))
            made = cookiecutter(str(ROOT), no_input=True, extra_context=answers, output_dir=out)
            repositories[key] = Path(made)
        return repositories[key]

    return run


@pytest.fixture
def copied(generated: Generate, tmp_path: Path) -> Generate:
    """Generate as `generated` does, and return a copy, which a test may change."""

    def run(**answers: Any) -> Path:
        made = generated(**answers)
        return Path(shutil.copytree(made, tmp_path / "out" / made.name, symlinks=True))

    return run


def choices() -> list[dict[str, str]]:
    """Return answers in which each option of each question is taken, in as few as that takes."""
    asked = json.loads((ROOT / "template/cookiecutter.json").read_text("utf-8"))
    lists = {
        name: options
        for name, options in asked.items()
        if isinstance(options, list) and not name.startswith("_")
    }
    return [
        {name: options[number % len(options)] for name, options in lists.items()}
        for number in range(max(map(len, lists.values())))
    ]


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package index that has nblint's version; pip reads no more of it than its metadata."""
    wheel = f"nblint_suite-{__version__}-py3-none-any.whl"
    page = tmp_path / "index/nblint-suite"
    page.mkdir(parents=True)
    (page / "index.html").write_text(f'<a href="{wheel}">{wheel}</a>')
    with zipfile.ZipFile(page / wheel, "w") as archive:
        about = f"nblint_suite-{__version__}.dist-info"
        said = f"Metadata-Version: 2.1\nName: nblint-suite\nVersion: {__version__}\n"
        archive.writestr(f"{about}/METADATA", said)
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    monkeypatch.setenv("PIP_INDEX_URL", page.parent.as_uri())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git repository with one commit that holds this checkout's templates, as they are now."""
    folder = tmp_path / "nblint"
    unread = shutil.ignore_patterns("__pycache__")
    for template in ("template", "template-hub"):
        shutil.copytree(ROOT / template, folder / template, ignore=unread)
    (folder / "nblint").mkdir()
    for name in ("cookiecutter.json", ".pre-commit-hooks.yaml", "nblint/_version.py"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "hooks").symlink_to("template/hooks")
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "--quiet", "--message", "nblint", cwd=folder)
    return folder


def write_header(notebook: Path) -> None:
    """Answer what the header of a new notebook asks, if its title is not the example's."""
    text = notebook.read_text("utf-8")
    for asked, answer in WRITTEN.items():
        text = text.replace(asked, answer)
    notebook.write_text(text, "utf-8")


def git(*arguments: str, cwd: Path) -> str:
    """Return what git prints; raise if it fails."""
    ran = subprocess.run(
        ["git", *arguments], cwd=cwd, check=True, capture_output=True, encoding="utf-8"
    )
    return ran.stdout.strip()


def command(
    *arguments: str, cwd: Path, program: str = "cookiecutter"
) -> "subprocess.CompletedProcess[str]":
    """Run a program as a person does, in a terminal; errors and output are in `stdout`."""
    return subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=cwd,
        env={**os.environ, "PWD": str(cwd)},
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
