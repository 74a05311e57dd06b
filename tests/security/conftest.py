"""A repository as a stranger's pull request may bring it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import notebook_bytes

ROOT = Path(__file__).parent.parent.parent
# Whatever runs it leaves a trace.
TRAP = "open('{trace}', 'a').write('executed\\n')\n"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """The file that is there when anything of the repository was executed."""
    return tmp_path / "trace"


@pytest.fixture
def hostile(tmp_path: Path, trace: Path) -> Path:
    """The repository's folder."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    trap = TRAP.format(trace=trace)
    program = f'!{sys.executable} -c "{trap.strip()}"\n'
    cells = (
        ("markdown", "# A title"),
        ("code", f"{trap}\nimport os\nos.environ['DATA_URL']\n{program}"),
        ("code", f"%%bash\necho executed >> {trace}"),
        ("code", f"%%python\n{trap}"),
        ("code", f"%run trap.py\n%load_ext trap\n%env X={{open({str(trace)!r}, 'a')}}"),
        ("code", f"# nblint: ignore[NBL2]\nf\"{{__import__('trap')}}\" + `{program}`"),
    )
    notebook = json.loads(notebook_bytes(*cells))
    notebook["cells"][1]["metadata"]["tags"] = ["parameters"]
    (folder / "a.ipynb").write_text(json.dumps(notebook))
    for name in ("trap", "plugin", "conftest", "sitecustomize", "usercustomize", "setup"):
        (folder / f"{name}.py").write_text(trap)
    (folder / "jupyterhub_config.py").write_text(
        f"{trap}\nc.Spawner.environment = {{'DATA_URL': 'x', **__import__('trap').x}}\n"
    )
    (folder / "parameters.yaml").write_text(
        f"!!python/object/apply:os.system ['echo executed >> {trace}']: 1\n"
    )
    (folder / "requirements.txt").write_text(f"-e .\n-r trap.py\n$(echo executed >> {trace})\n")
    (folder / "nblint.toml").write_text(
        'extend-select = ["ALL"]\n'
        '[credentials]\ndetect-secrets-plugins = ["plugin.py"]\n'
        '[environment]\ncatalogues = ["jupyterhub_config.py"]\n'
        '[parameters]\nfile = "parameters.yaml"\n'
    )
    # Git would run these: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
    executed = f"echo executed >> {trace}"
    (folder / ".git" / "config").write_text(
        f'[core]\n\tfsmonitor = "{executed}; false"\n\tpager = "{executed}"\n'
        f'\tsshCommand = "{executed}"\n[alias]\n\tstatus = "!{executed}"\n'
    )
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def run(folder: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a program in a folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def executable(path: Path, text: str) -> None:
    """Write a program."""
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
