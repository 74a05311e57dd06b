"""Hosts of a hub, and what is published for them."""

import sys
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

HUB = """\
address = "https://hub.example.com"
provider = { issuer = "https://login.example.com", client-id = "hub" }
groups = { users = ["analysts"] }
"""
# When it has written, it waits until it is let go; whoever ends it, ends it as it is.
COMMAND = f"""\
#!/bin/sh
cd /
{sys.executable} -P -m nblint "$@" || exit
while [ -e /shared/wait ]; do sleep 0.1; done
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


@pytest.fixture
def units(host: Booted, shared: Path) -> Booted:
    """A host with the units that write the page."""
    host.must("mkdir -p /etc/jupyterhub /opt/jupyterhub/hub/current/bin")
    (shared / "hub.toml").write_text(HUB)
    (shared / "nblint").write_text(COMMAND)
    # The tests' own Python may lie in /tmp or in a home.
    (shared / "drop-in").write_text(
        "[Service]\nPrivateTmp=no\nProtectHome=no\nReadWritePaths=/shared\n"
    )
    nblint = f"{sys.executable} -P -m nblint"
    host.must(f"""
        cp /shared/hub.toml /etc/jupyterhub/
        install -m 755 /shared/nblint /opt/jupyterhub/hub/current/bin/nblint
        echo '# Welcome' >/etc/jupyterhub/welcome.md
        {nblint} hub render / --config /etc/jupyterhub/hub.toml
        systemd-tmpfiles --create nblint-hub.conf
        install -D -m 644 /shared/drop-in /etc/systemd/system/nblint-hub-index.service.d/tests.conf
        systemctl daemon-reload
        systemctl enable --quiet --now nblint-hub-index.path
    """)
    return host
