"""Generate hubs' repositories from this checkout, away from the person's own settings."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.main import cookiecutter

from tests.template.conftest import (  # noqa: F401 - fixtures
    ROOT,
    away_from_home,
    checkout,
    released,
)

Generate = Callable[..., Path]


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generate:
    """Generate by cookiecutter's interface, once for all tests with the same answers."""
    repositories: dict[tuple[tuple[str, Any], ...], Path] = {}

    def run(**answers: Any) -> Path:
        key = tuple(sorted(answers.items()))
        if key not in repositories:
            out = str(tmp_path_factory.mktemp("hub"))
            template = str(ROOT / "template-hub")
            answers = {"git_init": False, **answers}
            made = cookiecutter(template, no_input=True, extra_context=answers, output_dir=out)
            repositories[key] = Path(made)
        return repositories[key]

    return run


def stand_in(repository: Path) -> None:
    """Make what `make setup` makes, from this Python's environment."""
    binaries = repository / ".venv/bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    (binaries / "pre-commit").symlink_to(str(shutil.which("pre-commit")))
    (binaries / "nblint").write_text(f'#!/bin/sh\nexec {sys.executable} -m nblint "$@"\n')
    (binaries / "nblint").chmod(0o755)
    (repository / ".venv/installed").touch()
