"""A file that a page shows is read by the program that it is written for."""

import json
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import yaml
from click.testing import CliRunner
from IPython.core.inputtransformer2 import TransformerManager
from pre_commit.clientlib import load_config

from nblint.project.catalogue.loading import read_catalogue
from nblint.settings_files import load_settings
from nblint.toml import read_toml


def schema(name: str) -> Callable[[Path], None]:
    """Return a reader for a format whose schema check-jsonschema brings along."""

    def read(path: Path) -> None:
        from check_jsonschema import main

        ran = CliRunner().invoke(main, ["--builtin-schema", f"vendor.{name}", str(path)])
        assert ran.exit_code == 0, ran.output

    return read


def python(path: Path) -> None:
    cell = TransformerManager().transform_cell(path.read_text(encoding="utf-8"))
    compile(cell, path.name, "exec")


# The first one that a file's name fits.
READERS: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("*.ipynb", lambda path: json.loads(path.read_bytes())),
    ("*nblint.toml", load_settings),
    ("*pyproject.toml", load_settings),
    ("*environment.toml", lambda path: list(read_catalogue(path))),
    ("*.toml", read_toml),
    ("*.pre-commit-config.yaml", load_config),
    ("*.circleci/config.yml", schema("circle-ci")),
    ("*.github/workflows/*.yml", schema("github-workflows")),
    ("*.gitlab-ci.yml", schema("gitlab-ci")),
    ("*.readthedocs.yaml", schema("readthedocs")),
    ("*.y*ml", lambda path: yaml.safe_load(path.read_bytes())),
    ("*.json", lambda path: json.loads(path.read_bytes())),
    ("*.py", python),
)


def validate(path: Path) -> None:
    """Let the file's own program read it; any text will do for a name that none is known for."""
    for pattern, read in READERS:
        if fnmatch(path.as_posix(), pattern):
            read(path)
            return
