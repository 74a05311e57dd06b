"""A host that systemd has booted: what only a running systemd decides about scheduled runs."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from nblint.adding.repository import add_notebook
from tests.system import PATIENCE, needs
from tests.template.conftest import ROOT, Generate, git
from tests.template.packages import Run, build, run, tag

pytestmark = pytest.mark.slow
# This machine's files, in a layer that takes all changes: they are in memory, and gone with the
# namespace of mounts. Nothing of this machine's own is started, and there is no network.
BOOT = """\
set -eu
mount -t tmpfs none "$0"
mkdir "$0/changes" "$0/work" "$0/root"
mount -t overlay -o "lowerdir=/,upperdir=$0/changes,workdir=$0/work" overlay "$0/root"
rm -rf "$0"/root/etc/systemd/system/*.wants
exec systemd-nspawn --directory="$0/root" --boot --register=no --keep-unit --console=read-only \
    --private-network --bind="$1:/shared" --bind-ro="$2" --bind-ro="$3"
"""
# The tests' own Python may lie in somebody's home or in /tmp, and be that user's only.
RELAXED = f"""\
[Service]
ProtectHome=read-only
BindReadOnlyPaths={" ".join(f"-{path}" for path in (sys.prefix, sys.base_prefix, *sys.path[1:]))}
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
AmbientCapabilities=CAP_DAC_READ_SEARCH
"""


class Booted:
    """A host that runs."""

    def __init__(self, leader: str) -> None:
        self._enter = ("nsenter", "--target", leader, "--mount", "--pid", "--uts", "--ipc", "--net")

    def run(self, command: str) -> Run:
        """Run a command of a shell on it, as root."""
        clean = ("env", "-i", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
        return run(*self._enter, *clean, "sh", "-c", f"cd /; {command}")


@pytest.fixture
def booted(tmp_path: Path) -> Iterator[Booted]:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root, who boots a host")
    needs("systemd-nspawn", "nsenter", "unshare", "setpriv", "rpmbuild")
    layer, shared = tmp_path / "layer", tmp_path / "shared"
    layer.mkdir()
    shared.mkdir(exist_ok=True)
    log = (tmp_path / "boot.log").open("w+")
    boot = ["unshare", "--mount", "sh", "-c", BOOT, str(layer), str(shared), sys.prefix, str(ROOT)]
    host = subprocess.Popen(boot, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield _when_it_runs(host, tmp_path / "boot.log")
    finally:
        host.terminate()
        host.wait(PATIENCE)


def _when_it_runs(host: "subprocess.Popen[bytes]", log: Path) -> Booted:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and host.poll() is None:
        leader = run("ps", "-o", "pid=", "--ppid", str(host.pid)).out.strip()
        if re.fullmatch(r"\d+", leader):
            booted = Booted(leader)
            if booted.run("systemctl is-system-running").out.strip() in ("running", "degraded"):
                return booted
        time.sleep(0.2)
    if host.poll() is not None and re.search("[Pp]ermission|not permitted|[Rr]ead-only", said(log)):
        pytest.skip(f"this machine boots no host: {said(log)}")
    raise AssertionError(said(log))


def said(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def handler(readme: str) -> str:
    """Return the commands of the README that make the unit which hears of failures."""
    start = readme.index("    cat >/etc/systemd/system/failed-notebook@.service")
    end = readme.index("\n\n", readme.index("systemctl daemon-reload", start))
    return "\n".join(line.removeprefix("    ") for line in readme[start:end].splitlines())


def test_two_notebooks_scheduled(generate: Generate, tmp_path: Path, booted: Booted) -> None:
    """Each as a user of its own; a group reads the results; a failure is told, without secrets."""
    repository = generate()
    (repository / ".git/hooks/pre-commit").unlink()
    second = repository / add_notebook(repository, "Weekly report").files[0]
    content = nbformat.read(second, as_version=4)
    source = 'import os\nraise ValueError("refused: " + os.environ["DATADOG_API_KEY"])'
    content.cells.append(nbformat.v4.new_code_cell(source, id="2"))
    nbformat.write(content, second)
    git("add", "--all", cwd=repository)
    tag(repository, "v1.2.0")
    shutil.copyfile(
        build(repository, "v1.2.0", tmp_path / "built"), tmp_path / "shared/package.rpm"
    )
    secret = "planted-" + "value"

    def must(command: str) -> str:
        ran = booted.run(command)
        assert ran.status == 0, (command, ran, booted.run("journalctl --output cat").out[-2000:])
        return ran.out

    name = "notebook-failed-logins"
    must("rpm --install --nosignature --nodeps /shared/package.rpm")
    must("groupadd analysts; useradd --groups analysts ana; useradd bob")
    settings = (
        f"NOTEBOOK_PYTHON={sys.executable}\nNOTEBOOK_GROUP=analysts\nDATADOG_API_KEY={secret}"
    )
    must(f"echo '{settings}' >> /etc/notebooks/failed-logins/environment")
    # For all notebooks of the host: systemd reads it for each unit whose name begins so.
    of_all = "/etc/systemd/system/notebook-.service.d"
    must(f"mkdir {of_all}; echo '{RELAXED}' > {of_all}/relaxed.conf")
    readme = (repository / "packaging/README.md").read_text("utf-8")
    must(handler(readme))
    must("printf '#!/bin/sh\\n(echo \"$@\"; cat) >> /shared/mail\\n' > /usr/bin/mail")
    must("chmod +x /usr/bin/mail")

    must(f"systemctl enable --now {name}.timer {name}@weekly-report.timer")
    timers = must("systemctl list-timers --no-legend")
    assert {f"{name}.service", f"{name}@weekly-report.service"} <= set(timers.split())
    must(f"systemctl start {name}.service")
    assert booted.run(f"systemctl start {name}@weekly-report.service").status == 1
    failed = must("systemctl list-units --failed --plain --no-legend")
    assert failed.split()[0] == f"{name}@weekly-report.service"
    assert len(failed.splitlines()) == 1

    for folder in ("failed-logins", "failed-logins@weekly-report"):
        state = f"/var/lib/private/notebooks/{folder}"
        assert must(f"stat --format=%a {state} {state}/runs {state}/runs/*").split() == [
            "700", "700", "600"
        ]  # fmt: skip
        results = f"/var/lib/notebook-results/{folder}"
        assert must(f"stat --format=%U:%G:%a {results} {results}/*").split() == [
            "root:analysts:750", "root:analysts:640"
        ]  # fmt: skip
        read = f"cat {results}/*.ipynb"
        assert '"nbformat"' in must(f"su ana -c '{read}'")
        assert booted.run(f"su bob -c '{read}'").out == ""
        assert booted.run(f"su ana -c 'echo >> {results}/x'").status != 0

    until = time.monotonic() + PATIENCE
    while not (tmp_path / "shared/mail").exists() and time.monotonic() < until:
        time.sleep(0.2)
    succeeded = must("systemctl show --property=ActiveState 'failed-notebook@*'")
    assert "failed" not in succeeded
    mail = (tmp_path / "shared/mail").read_text().splitlines()
    assert mail[0] == f"-s {name}@weekly-report failed notebooks@example.com"
    assert mail[1] == f"{name}@weekly-report: exit-code"
    assert mail[2] == ("execute-notebook: weekly-report failed in cell 3: ValueError: refused: ***")
    # Nowhere else, either.
    journal = must("journalctl --no-pager --output cat")
    copies = must("cat /var/lib/private/notebooks/*/runs/*")
    assert "ValueError" in journal
    assert "ValueError" in copies
    assert secret not in journal + copies + "\n".join(mail)
