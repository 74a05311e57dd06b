"""A host that systemd has booted: what only a running systemd decides about scheduled runs."""

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from nblint.adding.repository import add_notebook
from tests.hosts import Booted, booted, python_binds
from tests.system import PATIENCE, needs
from tests.template.conftest import Generate, git
from tests.template.packages import build, tag

pytestmark = pytest.mark.slow
# The tests' own Python may lie in somebody's home or in /tmp, and be that user's only.
RELAXED = f"""\
[Service]
ProtectHome=read-only
BindReadOnlyPaths={" ".join(f"-{path}" for path in (sys.prefix, sys.base_prefix, *sys.path[1:]))}
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
AmbientCapabilities=CAP_DAC_READ_SEARCH
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Booted]:
    """This machine's own files, on a host of its own."""
    needs("setpriv", "rpmbuild")
    shared = tmp_path / "shared"
    shared.mkdir()
    with booted(
        Path("/"), tmp_path / "host", [f"--bind={shared}:/shared", *python_binds()]
    ) as host:
        yield host


def handler(readme: str) -> str:
    """Return the commands of the README that make the unit which hears of failures."""
    start = readme.index("    cat >/etc/systemd/system/failed-notebook@.service")
    end = readme.index("\n\n", readme.index("systemctl daemon-reload", start))
    return "\n".join(line.removeprefix("    ") for line in readme[start:end].splitlines())


def test_two_notebooks_scheduled(generate: Generate, tmp_path: Path, host: Booted) -> None:
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

    must = host.must
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
    assert host.run(f"systemctl start {name}@weekly-report.service").status == 1
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
        assert host.run(f"su bob -c '{read}'").out == ""
        assert host.run(f"su ana -c 'echo >> {results}/x'").status != 0

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
