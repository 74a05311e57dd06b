"""The scheduled run: the units, and the script that they start, where nobody may write."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.system import needs
from tests.template.conftest import Generate
from tests.template.packages import AS_ROOT, Host, Run, build, run, succeed, tag
from tests.template.test_rpm import HOME, SETTINGS

pytestmark = pytest.mark.slow
# A stranger may read everything (this Python may lie in somebody's home), but write nothing here.
AS_NOBODY = (
    ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
     "--bounding-set=-all,+dac_read_search",
     "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
    if os.name == "posix" and os.geteuid() == 0
    else ()
)  # fmt: skip


@pytest.fixture
def host(generate: Generate, tmp_path: Path) -> Iterator[Host]:
    """A host with the package installed, where strangers may enter."""
    needs("rpmbuild", "systemd-analyze", *AS_ROOT[:1], *AS_NOBODY[:1])
    repository = generate()
    (repository / ".git/hooks/pre-commit").unlink()
    tag(repository, "v1.2.0")
    package = build(repository, "v1.2.0", tmp_path / "built")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    host = Host(folder / "host", [], tmp_path)
    assert host.rpm("--install", "--nosignature", package).status == 0
    if not AS_NOBODY:  # a plain user owns what they installed: take away the right to write
        succeed("chmod", "-R", "a-w", host.root / "usr/share/notebooks")
    yield host
    succeed("chmod", "-R", "u+w", host.root)
    shutil.rmtree(folder)


@pytest.fixture
def state(host: Host) -> Path:
    """The only folder where the run may write."""
    state = host.home / "state"
    state.mkdir()
    if AS_NOBODY:
        os.chown(state, 65534, 65534)
    return state


def run_notebook(host: Host, state: Path, *arguments: str, **variables: str) -> Run:
    return run(
        *AS_NOBODY, host.root / HOME / "scripts/run-notebook", *arguments, cwd=Path("/"),
        **{"STATE_DIRECTORY": str(state), "HOME": "/",
           "NOTEBOOK_PYTHON": sys.executable, **variables},
    )  # fmt: skip


def copies(state: Path) -> list[Path]:
    return sorted((state / "runs").iterdir())


def snapshot(folder: Path) -> dict[Path, tuple[int, float]]:
    return {path: (path.lstat().st_size, path.lstat().st_mtime) for path in folder.rglob("*")}


def test_units(host: Host) -> None:
    units = sorted((host.root / "usr/lib/systemd/system").iterdir())
    assert [unit.name for unit in units] == [
        "notebook-failed-logins.service",
        "notebook-failed-logins.timer",
    ]
    assert verify(host, units) == Run(0, "", "")
    # systemd passes over what it does not know, with success.
    with units[0].open("a") as service:
        service.write("ProtectEverything=yes\n")
    assert re.search("Unknown key.* 'ProtectEverything'", verify(host, units).err)


def verify(host: Host, units: list[Path]) -> Run:
    folder = host.home / "units"
    folder.mkdir(exist_ok=True)
    for unit in units:
        text = unit.read_text().replace("=/usr/share/", f"={host.root}/usr/share/")
        (folder / unit.name).write_text(text)
    names = [folder / unit.name for unit in units]
    return run("systemd-analyze", "verify", "--man=no", *names)


def test_a_run(host: Host, state: Path) -> None:
    (host.root / SETTINGS / "parameters.yaml").write_text("DAYS: 3\nTHRESHOLD: 1\n")
    before = snapshot(host.root)
    ran = run_notebook(host, state)
    assert ran.status == 0, ran
    (copy,) = copies(state)
    assert f"executed copy: {copy}" in ran.err
    assert "-1.2.0-" in copy.name
    assert copy.stat().st_mode & 0o777 == 0o600
    cells = nbformat.read(copy, as_version=4).cells
    injected = [cell.source for cell in cells if "injected-parameters" in cell.metadata.tags]
    assert injected == ["# Parameters\nDAYS = 3\nTHRESHOLD = 1\n"]
    assert len(cells[-1].outputs[0].text.splitlines()) == 3
    assert snapshot(host.root) == before
    assert [path.name for path in state.iterdir()] == ["runs"]


def test_retention_and_a_run_that_fails(host: Host, state: Path) -> None:
    assert run_notebook(host, state, "-p", "DAYS", "2", NOTEBOOK_KEEP="1").status == 0
    (first,) = copies(state)
    (state / "runs/notes.txt").touch()
    failed = run_notebook(host, state, "-p", "DAYS", "tomorrow", NOTEBOOK_KEEP="1")
    assert failed.status != 0
    assert "TypeError" in failed.err
    second, notes = copies(state)
    assert second > first
    assert notes.name == "notes.txt"
    assert "TypeError" in second.read_text()


def test_what_must_be_set_first(host: Host, state: Path) -> None:
    (notebook,) = (host.root / HOME / "notebooks").iterdir()
    source = 'datadog_site = os.environ.get(\\"DATADOG_SITE\\", \\"datadoghq.com\\")'
    needed = source.replace("datadog_site", "key").replace("DATADOG_SITE", "DATADOG_API_KEY")
    needed = needed.replace(
        '.get(\\"DATADOG_API_KEY\\", \\"datadoghq.com\\")', '[\\"DATADOG_API_KEY\\"]'
    )
    text = notebook.read_text()
    assert source in text
    notebook.chmod(0o644)
    notebook.write_text(text.replace(source, f'{source}\\n",\n    "{needed}'))
    package = str(Path(__file__).parents[2])
    refused = run_notebook(host, state, PYTHONPATH=package)
    assert refused.status == 2
    assert "DATADOG_API_KEY" in refused.err
    assert "set the variables listed above first" in refused.err
    assert not (state / "runs").exists()
    assert run_notebook(host, state, PYTHONPATH=package, DATADOG_API_KEY="set").status == 0


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"NOTEBOOK_KEEP": "0"}, "NOTEBOOK_KEEP must be a positive integer, not '0'"),
        ({"NOTEBOOK_KEEP": "many"}, "NOTEBOOK_KEEP must be a positive integer, not 'many'"),
        ({"NOTEBOOK_PYTHON": "/nowhere/python"}, "/nowhere/python has no papermill."),
    ],
)
def test_refused(host: Host, state: Path, variables: dict[str, str], reason: str) -> None:
    refused = run_notebook(host, state, **variables)
    assert refused.status == 2
    assert reason in refused.err
    assert list(state.iterdir()) == []
