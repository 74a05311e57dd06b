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


def filled(volume: Path, repository: Path, hub: Path, version: str, schedule: str = "") -> int:
    """Fill a volume with a version of the package."""
    (hub / "notebooks.toml").write_text(
        f'[notebooks.failed-logins]\nversion = "{version}"\n{schedule}\n'
    )
    return fill.main([f"--volume={volume}", f"--repository={repository}", f"--hub={hub}"])


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
    volume = tmp_path / "volume"
    # What the image is given.
    out = rendered(tmp_path / "cluster")
    hub = out / "images/notebooks"
    volume.mkdir()
    current = volume / "current"

    # Without a key, with a wrong one, for a version that is not there: nothing changes.
    assert filled(volume, given, hub, "1.2.0") == 2
    assert "has no key" in capsys.readouterr().err
    shutil.copy(other.public, given / "notebooks.asc")
    assert filled(volume, given, hub, "1.2.0") == 2
    assert "rpmkeys: " in capsys.readouterr().err
    assert list((volume / "trees").iterdir()) == []
    assert not current.exists()
    shutil.copy(ours.public, given / "notebooks.asc")

    assert filled(volume, given, hub, "1.2.0") == 0
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
    assert filled(volume, given, hub, "9.9.9") == 2
    assert capsys.readouterr().err.startswith("fill: dnf: ")
    assert current.resolve() == before

    # What could not run here, or not as it is scheduled, changes nothing either.
    table = "[notebooks.failed-logins.schedules.daily]\ntime = '07:30'\n"
    assert filled(volume, given, hub, "1.3.0", f"{table}parameters = {{ WEEKS = 1 }}") == 2
    said = capsys.readouterr().err
    assert "schedules.daily.parameters: failed-logins 1.3.0 has no parameter 'WEEKS'" in said
    assert filled(volume, given, hub, "1.3.0", f"{table}notebook = 'weekly'") == 2
    assert "failed-logins 1.3.0 has no notebook 'weekly'" in capsys.readouterr().err
    lock = (hub / "servers.txt").read_text()
    (hub / "servers.txt").write_text("papermill==0.1\n")
    assert filled(volume, given, hub, "1.3.0") == 2
    assert "fill: failed-logins: needs " in capsys.readouterr().err
    (hub / "servers.txt").write_text(lock)
    assert current.resolve() == before
    assert [*volume.glob("trees/.*")] == []

    # Another version, and back: the tree before stays for runs that have begun.
    assert filled(volume, given, hub, "1.3.0") == 0
    assert (root / "VERSION").read_text() == "1.3.0\n"
    assert before.is_dir()
    assert filled(volume, given, hub, "1.2.0", f"{table}parameters = {{ DAYS = 1 }}") == 0
    assert (root / "VERSION").read_text() == "1.2.0\n"
    page = (current / "Welcome.ipynb").read_text()
    assert "daily: in Results&#47;failed-logins&#64;daily |" in page
    assert len(list((volume / "trees").iterdir())) <= 3

    # The scheduled run: the CronJob's own command and variables, in this folder.
    cron = yaml.safe_load((out / "schedules.yaml").read_text())
    pod = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    command = [
        word.replace(str(CURRENT), str(current)).replace("$$", "$") for word in container["command"]
    ]
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
    (copy,) = (tmp_path / "results/failed-logins@daily/runs").iterdir()
    assert "-1.2.0-" in copy.name
    cells = json.loads(copy.read_text())["cells"]
    (told,) = [each for each in cells if "injected-parameters" in each["metadata"].get("tags", [])]
    assert "DAYS = 30" in "".join(told["source"])
    # Servers are in its group: they read it, and change nothing.
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o750
