"""Nothing of a repository is executed, no program is started, and nothing is connected to."""

import json
import os
import sys
from pathlib import Path

import pytest
import yaml

from tests.security.conftest import ROOT, TRAP, executable, run

COMMANDS = {
    "check": [],
    "check --jobs 1 --diff --unsafe-fixes": [],
    "check --output-format json": [],
    "check --fix --unsafe-fixes": ["a.ipynb"],
    "env": [],
    "env --missing": [],
    "requirements --missing": [],
    "baseline create": [".nblint-baseline.json"],
    "header": [],
    "config show": [],
    "rules": [],
    "rule NBL201": [],
}


@pytest.mark.parametrize("line", COMMANDS)
def test_no_command_executes_connects_or_writes(line: str, hostile: Path, trace: Path) -> None:
    program = (sys.executable, "-m", "tests.security.watched", *line.split())
    done = run(hostile, *program, PYTHONPATH=str(ROOT), PYTHONSAFEPATH="1")
    assert done.returncode in range(4), done.stderr
    assert "a bug in nblint" not in done.stderr
    assert not trace.exists()
    noted = json.loads(done.stderr.splitlines()[-1])
    # What is there already: the folder of tests is no part of nblint.
    assert noted["executed"] == []
    assert noted["started"] == []
    assert noted["connected"] == []
    targets = [event.split(" ", 1)[1] for event in noted["written"]]
    # Written aside, in a folder that goes again, then put in place.
    own = [path for path in targets if ".nblint-" not in path]
    assert {os.path.basename(path) for path in own} <= set(COMMANDS[line])  # noqa: PTH119
    assert bool(targets) == bool(COMMANDS[line])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its folder for caches cannot be moved")
def test_the_cache_is_written_outside_of_the_repository(hostile: Path, tmp_path: Path) -> None:
    settings = hostile / "nblint.toml"
    settings.write_text(settings.read_text().replace('extend-select = ["ALL"]', ""))
    for number in range(60):
        (hostile / f"{number}.ipynb").write_bytes((hostile / "a.ipynb").read_bytes())
    # What a repository may bring to be taken for it.
    for name in (".cache/nblint", "~/.cache/nblint", ".nblint_cache", "nblint"):
        (hostile / name).mkdir(parents=True)
        (hostile / name / "clean").write_bytes(b"")
    arguments = ("check", "--select", "NBL003", "--jobs", "1", "--verbose")
    program = (sys.executable, "-m", "tests.security.watched", *arguments)
    here = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": ""}
    for known in (0, 61):
        done = run(hostile, *program, **here, **home, NBLINT_CACHE_DIR="")
        assert f"{known} of 61 notebooks are known" in done.stderr
        noted = json.loads(done.stderr.splitlines()[-1])
        assert noted["executed"] == noted["started"] == noted["connected"] == []
        targets = [Path(event.split(" ", 1)[1]) for event in noted["written"]]
        assert bool(targets) == (known == 0)
        assert all(path.is_absolute() and hostile not in path.parents for path in targets)


def test_the_watch_notices(hostile: Path, trace: Path) -> None:
    """Plugins that are trusted are executed: the one thing of a repository that can be."""
    program = (sys.executable, "-m", "tests.security.watched", "check", "--trust-plugins")
    done = run(hostile, *program, PYTHONPATH=str(ROOT), PYTHONSAFEPATH="1")
    assert trace.read_text() == "executed\n"
    noted = json.loads(done.stderr.splitlines()[-1])
    assert any("plugin.py" in file for file in noted["executed"])
    assert str(trace) in "".join(noted["written"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its programs are found otherwise")
def test_no_git_is_run(hostile: Path, trace: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "sh", "pip", "jupyter", "python"):
        executable(tools / name, f"#!/bin/sh\necho executed >> '{trace}'\n")
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    nblint = Path(sys.executable).with_name("nblint")
    for line in COMMANDS:
        done = run(hostile, str(nblint), *line.split(), PATH=path, SHELL=str(tools / "sh"))
        assert done.returncode in range(4), done.stderr
    assert not trace.exists()


SHADOWS = ("json", "re", "click", "msgspec", "pathlib", "nblint", "yaml", "pathspec", "markdown_it")


@pytest.mark.parametrize("way", ["the script", "python -P", "PYTHONSAFEPATH"])
def test_modules_of_the_repository_shadow_none(way: str, hostile: Path, trace: Path) -> None:
    for name in SHADOWS:
        (hostile / f"{name}.py").write_text(TRAP.format(trace=trace))
    if way == "the script":
        done = run(hostile, str(Path(sys.executable).with_name("nblint")), "check")
    elif way == "PYTHONSAFEPATH":
        done = run(hostile, sys.executable, "-m", "nblint", "check", PYTHONSAFEPATH="1")
    else:
        done = run(hostile, sys.executable, "-P", "-m", "nblint", "check")
    if sys.version_info < (3, 11) and way != "the script":
        pytest.skip("Python has this from 3.11 on")
    assert done.returncode in (1, 2), done.stderr
    assert not trace.exists()


def test_hooks_call_the_script() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hooks
    assert all(hook["entry"].split()[0] == "nblint" for hook in hooks)
    assert not any("--trust-plugins" in hook["entry"] for hook in hooks)
