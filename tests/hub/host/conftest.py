"""Hosts of a hub, and what is published for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts import Booted, booted, debian, python_binds
from tests.system import needs
from tests.template.conftest import away_from_home, generate
from tests.template.packages import build, run, tag

__all__ = ["away_from_home", "generate"]

CHANNEL = """\
[notebooks]
name=Notebooks
baseurl=file:///shared/channel
gpgcheck=0
metadata_expire=0
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder of this machine that the host has as /shared."""
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
def host(tmp_path: Path, shared: Path) -> Iterator[Booted]:
    """A fresh Debian server with the Python and the nblint of the tests."""
    binds = [f"--bind={shared}:/shared", *python_binds()]
    with booted(debian(), tmp_path / "host", binds) as host:
        yield host


class Channel:
    """A yum repository in a host's /shared/channel.

    Attributes:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        needs("rpmbuild", "createrepo_c")
        self.folder = folder
        folder.mkdir()

    def publish(self, repository: Path, *versions: str) -> None:
        """Tag versions of a notebook repository, build and publish them beside what is there."""
        (repository / ".git/hooks/pre-commit").unlink(missing_ok=True)
        tag(repository, *(f"v{version}" for version in versions))
        for version in versions:
            built = build(repository, f"v{version}", self.folder.parent / f"built-{version}")
            built.rename(self.folder / built.name)
        made = run("createrepo_c", "--quiet", self.folder)
        assert made.status == 0, made


@pytest.fixture
def channel(shared: Path, host: Booted) -> Channel:
    host.must(
        f"mkdir -p /etc/yum.repos.d; printf '%s' '{CHANNEL}' > /etc/yum.repos.d/notebooks.repo"
    )
    return Channel(shared / "channel")
