"""This repository passes its own hooks, with the tools of its own configuration."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.mirrors import mirror
from tests.template.conftest import ROOT


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".venv").is_dir(), reason="the hooks run from .venv: make setup")
def test_all_files_pass(tmp_path: Path, pre_commit_home: Path) -> None:
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    variables |= mirror(ROOT / ".pre-commit-config.yaml", tmp_path / "mirrors", ROOT)
    variables["PRE_COMMIT_HOME"] = str(pre_commit_home)
    ran = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files"],
        cwd=ROOT,
        env=variables,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert re.search(r"^nblint \(notebooks\)\.+Passed$", ran.stdout, re.M)
