"""What pyproject.toml says of dependencies is true: the lowest and the newest versions work."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import complete_header, notebook_bytes
from tests.interpreters import PYTHONS, ROOT, find_python, make_environment, uv

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
@pytest.mark.parametrize("python", [PYTHONS[0], PYTHONS[-1]])
def test_wheels_alone_install_it(python: str, system: str) -> None:
    """Nobody needs a compiler, whatever the system, also with the lowest versions."""
    resolved = uv(
        "pip", "compile", "--quiet", "--python", sys.executable, "--all-extras",
        "--only-binary", ":all:", "--resolution", "lowest-direct",
        "--python-version", python, "--python-platform", system, ROOT / "pyproject.toml",
    )  # fmt: skip
    assert "nbformat==" in resolved


# The lowest versions know least of the newest Pythons, and bring what the oldest one lacks.
@pytest.mark.parametrize(
    ("python", "resolution"),
    [
        *((python, "highest") for python in PYTHONS),
        *((python, "lowest-direct") for python in (PYTHONS[0], *PYTHONS[-2:])),
    ],
)
def test_versions_work(python: str, resolution: str, wheel: Path, tmp_path: Path) -> None:
    interpreter = find_python(python)
    if interpreter is None:
        pytest.skip(f"this machine has no Python {python}")
    commands = make_environment(
        tmp_path / "venv", interpreter, "--resolution", resolution, f"{wheel}[fast,fleet,new]"
    )

    # An empty variable names no folder.
    home = {"NBLINT_CACHE_DIR": "", "XDG_CACHE_HOME": str(tmp_path / "caches")}

    def run(*arguments: str, cwd: Path = tmp_path) -> tuple[int, str]:
        ran = subprocess.run(
            [commands / "python", "-m", *arguments],
            cwd=cwd,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **home},
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert "Traceback" not in ran.stdout, ran.stdout
        return ran.returncode, ran.stdout

    # Each of these goes through a library: an older format to nbformat, a table to markdown-it-py,
    # ignored files to pathspec, parameters to PyYAML, settings to tomli, and the place of the
    # cache, which many notebooks have, to platformdirs.
    settings = 'select = ["ALL"]\nparameters.file = "run.yaml"\n'
    (tmp_path / "nblint.toml").write_text(settings)
    (tmp_path / "run.yaml").write_text("days: 3\n")
    (tmp_path / ".gitignore").write_text("*.tmp.ipynb\n")
    (tmp_path / "old.ipynb").write_text(
        json.dumps({"nbformat": 3, "worksheets": [], "metadata": 1})
    )
    (tmp_path / "ignored.tmp.ipynb").write_text("{")
    untidy = json.loads(notebook_bytes(("code", "days = 1\nimport os\nos.environ['REGION']")))
    untidy["cells"][0]["execution_count"] = 3
    untidy["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1"]}]
    (tmp_path / "untidy.ipynb").write_text(json.dumps(untidy, indent=1) + "\n")
    (tmp_path / "clean.ipynb").write_bytes(notebook_bytes(("markdown", complete_header())))
    (tmp_path / ".git").mkdir()

    status, report = run("nblint", "check", "--output-format", "json")
    # How many notebooks were skipped is said below it.
    findings, _ = json.JSONDecoder().raw_decode(report)
    found = {(finding["path"], finding["code"]) for finding in findings}
    assert status == 1
    assert {path for path, _ in found} >= {"untidy.ipynb", "old.ipynb"}
    assert "ignored.tmp.ipynb" not in {path for path, _ in found}
    assert {("untidy.ipynb", "NBL501"), ("untidy.ipynb", "NBL102")} <= found
    status, said = run("nblint", "fleet", "*.ipynb", "out", "--workers", "1")
    assert status == 1, said
    assert "4 notebooks checked: out" in said  # also what git ignores
    shutil.rmtree(tmp_path / "out")
    status, said = run("nblint", "check", "--fix", "untidy.ipynb")
    assert "fixed in 1 notebook" in said
    (tmp_path / "nblint.toml").write_text(f'baseline = "old.json"\n{settings}')
    assert run("nblint", "baseline", "create")[0] == 0, said
    assert run("nblint", "check")[0] == 0
    for number in range(50):
        (tmp_path / f"clean-{number}.ipynb").write_bytes((tmp_path / "clean.ipynb").read_bytes())
    for is_known in (False, True):
        said = run("nblint", "check", "--verbose", "--select", "NBL0")[1]
        assert is_known == (re.search(r" 0 of \d+ notebooks are known to the cache", said) is None)
    assert run("nblint", "rule", "NBL102")[0] == 0
    assert run("nblint", "env")[1].count("REGION") >= 1
    assert run("nblint", "new", "--no-input", "--local", "-o", str(tmp_path))[0] == 0
    assert run("nblint", "check", cwd=tmp_path / "failed-logins")[0] == 0
