"""What the documentation is played in: an empty home, and addresses that lead to this checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.mirrors import instead_of, stand_ins
from tests.docs.pages import ROOT

# What the pages call the repository of nblint.
ADDRESS = "https://github.com/your-organisation/nblint"
# What the names of the variables of pip, of uv and of virtualenv begin with.
INSTALLERS = ("PIP_", "UV_", "VIRTUALENV_")


@pytest.fixture(scope="session")
def addresses(
    tmp_path_factory: pytest.TempPathFactory, checkout_of_the_run: Path
) -> dict[str, str]:
    """Variables that lead git from the addresses in the pages to stand-ins on this machine."""
    folder = tmp_path_factory.mktemp("addresses")
    targets = stand_ins(
        ROOT / "template/{{cookiecutter.slug}}/.pre-commit-config.yaml", folder / "tools", ROOT
    )
    return instead_of({**targets, ADDRESS: checkout_of_the_run})


@pytest.fixture(scope="session")
def installed(addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nblint as a reader installs it: from the address, not from this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"),
            *("--python", sys.executable, "--target", folder, f"nblint-suite @ git+{ADDRESS}"),
        ],
        env={**os.environ, **addresses, "UV_NO_GITHUB_FAST_PATH": "1"},
        check=True,
    )
    return folder


@pytest.fixture
def reader(
    tmp_path: Path, addresses: dict[str, str], installed: Path, pre_commit_home: Path
) -> dict[str, str]:
    """The environment variables of somebody who follows a page."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        **addresses,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PAGER": "cat",
        "PRE_COMMIT_HOME": str(pre_commit_home),
        "TMPDIR": str(tmp_path),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **{name: os.environ[name] for name in os.environ if name.startswith(INSTALLERS)},
        "PYTHONPATH": str(installed),
        # A file, which `git config --global` may replace; as root, it would replace a device.
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }
