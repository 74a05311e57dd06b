"""`nblint new`, also from an installed package."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner

from nblint.cli.main import main
from tests.template.conftest import ROOT


def test_generates_what_cookiecutter_would(tmp_path: Path) -> None:
    arguments = ["new", "--no-input", "-o", str(tmp_path), "title=Phishing triage", "git_init=no"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    generated = tmp_path / "phishing-triage"
    assert "# Phishing triage\\n" in (generated / "notebooks/phishing-triage.ipynb").read_text()
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 2
    assert "nothing was generated" in again.stderr
    assert "already exists" in again.stderr


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("titel=x", "unknown key 'titel'; did you mean 'title'?"),
        ("title", "'title' must have the form KEY=VALUE"),
        ("ci=gitlabb", "ci: unknown value 'gitlabb'; did you mean 'gitlab'?"),
        ("ci=jenkins", "ci: unknown value 'jenkins'; choose from circleci, github, gitlab"),
        ("git_init=perhaps", "git_init must be yes or no, not 'perhaps'"),
    ],
)
def test_a_wrong_answer_is_one_sentence(answer: str, sentence: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new", "--no-input", "-o", str(tmp_path), answer])
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_hook_that_refuses_an_answer_has_the_word(tmp_path: Path) -> None:
    """In a process of its own: what cookiecutter logs is not Click's to capture."""
    ran = subprocess.run(
        [sys.executable, "-m", "nblint", "new", "--no-input", "title="],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 2
    assert "title: must not be empty" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_installed_package_carries_the_template(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheels = tmp_path / "wheels"
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(wheels), str(ROOT)], check=True)
    environment = tmp_path / "environment"
    venv.create(environment)
    (wheel,) = wheels.iterdir()
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([*pip, "--python", str(python), "install", f"{wheel}[new]"], check=True)
    ran = subprocess.run(
        [str(python), "-m", "nblint", "new", "--no-input", "git_init=no"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    config = (tmp_path / "failed-logins/.pre-commit-config.yaml").read_text()
    assert "additional_dependencies: [nblint-suite==" in config
