"""The landing page follows what rpm has installed, whatever installed it."""

from pathlib import Path

import pytest

from tests.hosts import Booted
from tests.hub.host.conftest import Channel
from tests.template.conftest import Generate

pytestmark = pytest.mark.slow
PAGE = "/usr/share/jupyterhub/Welcome.ipynb"
DNF = "dnf --assumeyes --quiet --releasever=12 --disableplugin=local"


def shows(version: str) -> str:
    """Return a command that succeeds when the page shows a version, or none with an empty one."""
    return f"grep -q '{version or 'None yet'}' {PAGE}"


def test_landing_page(generate: Generate, units: Booted, channel: Channel, shared: Path) -> None:
    """After each change, also one while the page is written, and when it can be written again."""
    channel.publish(generate(), "1.0.0", "1.1.0", "1.2.0")
    files = [f"/shared/channel/notebook-failed-logins-1.{n}.0-1.noarch.rpm" for n in range(3)]
    units.until(shows(""))
    units.must(f"{DNF} install notebook-failed-logins-1.0.0")
    units.until(shows("1\\.0\\.0"))
    units.must(f"{DNF} upgrade")
    units.until(shows("1\\.2\\.0"))
    units.must(f"{DNF} downgrade notebook-failed-logins-1.1.0")
    units.until(shows("1\\.1\\.0"))
    units.must("rpm --erase notebook-failed-logins")
    units.until(shows(""))

    # Many changes within a second, and one after the page has read what there was.
    units.must("; ".join(f"rpm -U --oldpackage {file}" for file in [*files, *files]))
    units.until(shows("1\\.2\\.0"))
    # Whichever run writes the page from here on, waits then.
    (shared / "wait").touch()
    units.must(f"rpm -U --oldpackage {files[0]}")
    units.until(shows("1\\.0\\.0"))
    units.must(f"rpm -U {files[1]}; sleep 0.3; rm /shared/wait")
    units.until(shows("1\\.1\\.0"))
    units.until("! systemctl is-active nblint-hub-index.service")
    assert units.run("systemctl --failed --no-legend --plain").out == ""
    assert units.run(f"ls -A {Path(PAGE).parent}").out.split() == [Path(PAGE).name]

    # A page that cannot be written is heard of, and written as soon as it can be.
    units.must("mv /etc/jupyterhub/welcome.md /shared/; rpm --erase notebook-failed-logins")
    units.until("systemctl is-failed nblint-hub-index.service")
    said = units.run("journalctl --no-pager --output cat --unit nblint-hub-index.service").out
    assert "welcome.md: cannot be read: No such file" in said
    units.must(shows("1\\.1\\.0"))
    units.must(f"mv /shared/welcome.md /etc/jupyterhub/; rpm -U {files[2]}")
    units.until(shows("1\\.2\\.0"))
