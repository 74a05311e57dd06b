"""What notebooks.toml says is what a host has installed: real RPMs, a real dnf, a booted host."""

import sys
from pathlib import Path

import pytest

from tests.hosts import Booted
from tests.hub.host.conftest import Channel
from tests.template.conftest import Generate

pytestmark = pytest.mark.slow
NBLINT = f"{sys.executable} -P -m nblint"
UPGRADE = "dnf --assumeyes --releasever=12 --disableplugin=local upgrade"
HUB = """\
address = "https://hub.example.com"
notebooks = "notebooks.toml"
landing.page = "/usr/share/jupyterhub/Welcome.ipynb"
provider = { issuer = "https://login.example.com", client-id = "hub" }
groups = { users = ["analysts"] }
servers = { python = "PYTHON", requirements = "user.txt" }
"""
CATALOGUE = '[environment.DATADOG_API_KEY]\nhelp = "A key"\nfile = "key"\n'
LOCK = "# uv pip compile --python-version 3.11\npapermill==2.6.0\n"


class Hub:
    """The files of a hub on a host, and what `nblint hub install` does with them."""

    def __init__(self, host: Booted, shared: Path) -> None:
        self.host, self.folder = host, shared / "hub"
        self.folder.mkdir()
        (self.folder / "hub.toml").write_text(HUB.replace("PYTHON", sys.executable))
        (self.folder / "environment.toml").write_text(CATALOGUE)
        (self.folder / "welcome.md").write_text("# Notebooks\n\nRead the rules.\n")

    def install(self, *options: str, **versions: str) -> tuple[int, str]:
        """Install these versions; return the status and what is said."""
        entries = (
            f'[notebooks.{name.replace("_", "-")}]\nversion = "{version}"\n'
            for name, version in versions.items()
        )
        (self.folder / "notebooks.toml").write_text("\n".join(entries))
        command = f"{NBLINT} hub install --config /shared/hub/hub.toml {' '.join(options)}"
        ran = self.host.run(command)
        return ran.status, ran.out + ran.err

    def there(self) -> dict[str, str]:
        """Return what rpm says is installed."""
        said = self.host.run("rpm -qa 'notebook-*' --queryformat '%{name} %{version}\\n'").out
        return dict(line.split() for line in said.splitlines())


def test_notebooks_toml(generate: Generate, host: Booted, channel: Channel, shared: Path) -> None:
    """Installed, upgraded, reverted, removed; refused before anything changes."""
    first, second = generate(), generate(title="Weekly report")
    requirements = (first / "requirements.txt").read_text()
    lock = (first / "requirements.lock").read_text()
    channel.publish(first, "1.0.0", "1.1.0")
    (second / "requirements.txt").write_text(f"{requirements}polars>=1\n")
    channel.publish(second, "0.9.0")
    (second / "requirements.txt").write_text(requirements)
    channel.publish(second, "1.0.0-rc1", "1.0.0")
    hub = Hub(host, shared)
    (hub.folder / "user.txt").write_text(f"# uv pip compile --python-version 3.11\n{lock}")

    assert hub.install("--check", failed_logins="1.0.0") == (
        0,
        "Would change: failed-logins 1.0.0 is installed\n",
    )
    assert hub.there() == {}
    assert hub.install(failed_logins="1.0.0") == (0, "Changed: failed-logins 1.0.0 is installed\n")
    assert hub.install(failed_logins="1.0.0") == (0, "")

    # Nothing else moves it; the newer one stays published.
    host.must(UPGRADE)
    assert hub.there() == {"notebook-failed-logins": "1.0.0"}
    assert hub.install(failed_logins="1.1.0", weekly_report="1.0.0-rc1")[0] == 0
    assert hub.there() == {
        "notebook-failed-logins": "1.1.0",
        "notebook-weekly-report": "1.0.0~rc1",
    }
    assert hub.install(failed_logins="1.0.0", weekly_report="1.0.0") == (
        0,
        "Changed: failed-logins 1.1.0 becomes 1.0.0\n"
        "Changed: weekly-report 1.0.0~rc1 becomes 1.0.0\n",
    )
    host.must(UPGRADE)
    kept = {"notebook-failed-logins": "1.0.0", "notebook-weekly-report": "1.0.0"}
    assert hub.there() == kept
    host.must("rpm --verify notebook-failed-logins notebook-weekly-report")

    # Each refusal says what, where and what there is; nothing has changed.
    for versions, said in {
        ("failed_login", "1.0.0"): "notebook-failed-login; did you mean 'failed-logins'?",
        ("failed_logins", "1.2.0"): "1.2.0 is not published; there is 1.0.0, 1.1.0",
        ("weekly_report", "0.9.0"): "polars",
    }.items():
        name, version = versions
        others = {"failed_logins": "1.1.0", "weekly_report": "1.0.0"}
        status, text = hub.install(**{**others, name: version})
        assert status == 2, text
        assert said in text
        assert "Traceback" not in text
        assert hub.there() == kept

    # A line that goes takes package, timers and lock with it.
    host.must("systemctl enable --now notebook-failed-logins.timer")
    channel.folder.rename(channel.folder.with_name("away"))  # and needs no repository
    assert hub.install(weekly_report="1.0.0")[0] == 0
    assert hub.there() == {"notebook-weekly-report": "1.0.0"}
    timers = "systemctl list-timers --all; ls -R /etc/systemd/system"
    assert "failed-logins" not in host.must(f"{timers}; dnf --releasever=12 versionlock list")
    assert hub.install(failed_logins="1.0.0")[0] == 2
    assert hub.there() == {"notebook-weekly-report": "1.0.0"}
