"""The Pythons of this machine, and environments made of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]


def find_python(version: str) -> str | None:
    """Return an interpreter of a version such as 3.12; None where the machine has none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    folders = [*pyenv.glob(f"{version}.*/bin"), *os.environ["PATH"].split(os.pathsep)]
    for folder in folders:
        found = shutil.which(f"python{version}", path=str(folder))
        # pyenv puts scripts of the same names in the way, which fail.
        if (
            found
            and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0
        ):
            return found
    return None


def uv(*arguments: str | Path) -> str:
    """Run uv, which must succeed; return what it prints."""
    ran = subprocess.run(
        [sys.executable, "-m", "uv", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def make_environment(folder: Path, python: str, *requirements: str | Path) -> Path:
    """Make an environment with packages in it; return the folder of its commands."""
    uv("venv", "--quiet", "--python", python, folder)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    uv("pip", "install", "--quiet", "--python", commands / "python", *requirements)
    return commands
