"""The volume of notebooks, from real signed packages; and a scheduled run of one of them."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nblint.hub.kubernetes import fill
from nblint.hub.kubernetes.layout import CURRENT, RESULTS
from tests.hub.kubernetes.clusters import rendered
from tests.system import needs
from tests.template.conftest import Generate, generate  # noqa: F401 - a fixture
from tests.template.packages import build, make_key, succeed, tag

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux"),
]


def filled(volume: Path, repository: Path, hub: Path, *pins: str) -> int:
    return fill.main(
        [
            *(f"--notebook={pin}" for pin in pins),
            *(f"--volume={volume}", f"--repository={repository}", f"--hub={hub}"),
        ]
    )


def test_from_package_to_result(
    generate: Generate,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    needs("dnf", "rpmbuild", "createrepo_c", "rpmsign", "gpg", "rsync", "cpio", "rpm2cpio")
    made = generate(slug="failed-logins")
    (made / ".git/hooks/pre-commit").unlink()  # the checks have tests of their own
    tag(made, "v1.2.0", "v1.3.0")
    ours, other = (make_key(tmp_path / "keys", name) for name in ("ours", "other"))
    for version in ("v1.2.0", "v1.3.0"):
        package = build(made, version, tmp_path / "built")
        succeed(
            "scripts/publish-rpm", package, tmp_path / "yum", cwd=made, RPM_SIGNING_KEY=ours.secret
        )
    given = tmp_path / "repository"
    given.mkdir()
    (given / "notebooks.repo").write_text(
        f"[notebooks]\nname=n\nbaseurl=file://{tmp_path / 'yum' / 'stable'}\n"
    )
    hub, volume = tmp_path / "hub", tmp_path / "volume"
    hub.mkdir()
    (hub / "welcome.md").write_text("# Our hub\n")
    volume.mkdir()
    current = volume / "current"

    # Without a key, with a wrong one, for a version that is not there: nothing changes.
    assert filled(volume, given, hub, "failed-logins=1.2.0") == 2
    assert "has no key" in capsys.readouterr().err
    shutil.copy(other.public, given / "notebooks.asc")
    assert filled(volume, given, hub, "failed-logins=1.2.0") == 2
    assert "rpmkeys: " in capsys.readouterr().err
    assert list((volume / "trees").iterdir()) == []
    assert not current.exists()
    shutil.copy(ours.public, given / "notebooks.asc")

    assert filled(volume, given, hub, "failed-logins=1.2.0") == 0
    root = current / "usr/share/notebooks/failed-logins"
    assert (root / "VERSION").read_text() == "1.2.0\n"
    page = "\n".join(
        "".join(cell["source"])
        for cell in json.loads((current / "Welcome.ipynb").read_text())["cells"]
    )
    assert "# Our hub" in page
    assert "Notebooks/failed-logins/notebooks/failed-logins.ipynb" in page
    before = current.resolve()
    capsys.readouterr()
    assert filled(volume, given, hub, "failed-logins=9.9.9") == 2
    assert capsys.readouterr().err.startswith("fill: dnf: ")
    assert current.resolve() == before

    # Another version, and back: the tree before stays for runs that have begun.
    assert filled(volume, given, hub, "failed-logins=1.3.0") == 0
    assert (root / "VERSION").read_text() == "1.3.0\n"
    assert before.is_dir()
    assert filled(volume, given, hub, "failed-logins=1.2.0") == 0
    assert (root / "VERSION").read_text() == "1.2.0\n"
    assert len(list((volume / "trees").iterdir())) <= 3

    # The scheduled run: the CronJob's own command and variables, in this folder.
    out = rendered(tmp_path / "cluster")
    cron = yaml.safe_load((out / "schedules.yaml").read_text())
    pod = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    command = [word.replace(str(CURRENT), str(current)) for word in container["command"]]
    environment = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    environment |= {
        "NOTEBOOK_PYTHON": sys.executable,
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
    }
    state = environment["STATE_DIRECTORY"].replace(str(RESULTS), str(tmp_path / "results"))
    environment |= {"STATE_DIRECTORY": state, "DATADOG_API_KEY": "x" * 8}
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    (copy,) = (tmp_path / "results/failed-logins/runs").iterdir()
    assert "-1.2.0-" in copy.name
    # Servers are in its group: they read it, and change nothing.
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o750
