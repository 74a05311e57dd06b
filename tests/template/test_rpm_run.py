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


def run_notebook(host: Host, state: Path, *arguments: str, cwd: str = "/", **variables: str) -> Run:
    return run(
        *AS_NOBODY, host.root / HOME / "scripts/run-notebook", *arguments, cwd=Path(cwd),
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
    refused = run_notebook(host, state)
    assert refused.status == 2
    assert "DATADOG_API_KEY" in refused.err
    assert "set the variables listed above first" in refused.err
    assert not (state / "runs").exists()
    assert run_notebook(host, state, DATADOG_API_KEY="set").status == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("-p", "DAZE", "3"),
        ("-r", "DAZE", "3"),
        ("--parameters_yaml", "{DAYS: 3, DAZE: 3}"),
        ("--parameters_file", "mine.yaml"),
    ],
)
def test_a_parameter_that_the_notebook_does_not_have(
    host: Host, state: Path, arguments: tuple[str, ...]
) -> None:
    (state / "mine.yaml").write_text("DAZE: 3\n")
    refused = run_notebook(host, state, *arguments, cwd=str(state))
    assert refused.status == 2
    assert "the notebook has no parameter DAZE; it has DAYS, THRESHOLD" in refused.err
    assert copies(state) == []
    (state / "mine.yaml").write_text("DAYS: 3\n")
    assert run_notebook(host, state, "-f", "mine.yaml", cwd=str(state)).status == 0


def test_nothing_is_imported_from_where_the_person_stands(host: Host, state: Path) -> None:
    here = state / "here"
    here.mkdir()
    for name in ("papermill", "ipykernel", "nblint", "tomllib", "json"):
        (here / f"{name}.py").write_text("raise SystemExit('imported')")
    ran = run_notebook(host, state, "-p", "DAYS", "2", cwd=str(here))
    assert ran.status == 0, ran
    assert "imported" not in ran.err


def test_the_notebook_gets_what_it_declares(host: Host, state: Path) -> None:
    (notebook,) = (host.root / HOME / "notebooks").iterdir()
    look = (
        "import os, pathlib\n"
        "print(*os.environ)\n"
        "parent = pathlib.Path('/proc/self').resolve()\n"
        f"while parent.name != {str(os.getpid())!r}:\n"
        "    print((parent / 'environ').read_bytes())\n"
        "    status = (parent / 'status').read_text().splitlines()\n"
        "    parent = pathlib.Path('/proc', next(s.split()[1] for s in status if 'PPid' in s))\n"
    )
    content = nbformat.read(notebook, as_version=4)
    content.cells[-1].source = look
    notebook.chmod(0o644)
    nbformat.write(content, notebook)
    planted = {"AWS_SECRET_ACCESS_KEY": "planted-" + "aws", "LD_LIBRARY_PATH": "/nowhere"}
    ran = run_notebook(host, state, DATADOG_SITE="datadoghq.eu", **planted)
    assert ran.status == 0, ran
    (copy,) = copies(state)
    text = copy.read_text()
    assert "DATADOG_SITE=datadoghq.eu" in text
    for name, value in planted.items():
        assert f"{name}=" not in text
        assert value not in text


def test_the_folder_of_copies_may_hold_other_things(host: Host, state: Path) -> None:
    runs = state / "runs"
    (runs / "kept by me").mkdir(parents=True)
    odd = ["2020-01-01\nold.ipynb", "2020-01-02 old.ipynb", "-rf.ipynb", "kept by me/old.ipynb"]
    for name in odd:
        (runs / name).write_text("{}")
    (runs / "link.ipynb").symlink_to("kept by me/old.ipynb")
    if AS_NOBODY:
        for path in (runs, *runs.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)
    assert run_notebook(host, state, NOTEBOOK_KEEP="1").status == 0
    left = {path.relative_to(runs).as_posix() for path in runs.rglob("*")}
    assert len(left) == 4
    assert left >= {"kept by me", "kept by me/old.ipynb", "link.ipynb"}


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        *(
            (
                {"NOTEBOOK_KEEP": keep},
                f"NOTEBOOK_KEEP must be an integer from 1 to 9999, not '{keep}'",
            )
            for keep in ("0", "many", "-1", "010", "10000", "9" * 30, "1\n2", "1 ")
        ),
        ({"NOTEBOOK_PYTHON": "/nowhere/python"}, "/nowhere/python has no papermill."),
    ],
)
def test_refused(host: Host, state: Path, variables: dict[str, str], reason: str) -> None:
    refused = run_notebook(host, state, **variables)
    assert refused.status == 2
    assert reason in refused.err
    assert list(state.iterdir()) == []
