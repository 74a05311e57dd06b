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

from nblint.adding.repository import add_notebook
from tests.system import needs
from tests.template.conftest import Generate, git
from tests.template.packages import AS_ROOT, Host, Run, build, run, succeed, tag
from tests.template.test_rpm import HOME, SETTINGS, UNITS

pytestmark = pytest.mark.slow
# A stranger may read everything (this Python may lie in somebody's home), but write nothing here.
AS_NOBODY = (
    ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
     "--bounding-set=-all,+dac_read_search",
     "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
    if os.name == "posix" and os.geteuid() == 0
    else ()
)  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the package, which the first test builds."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def host(generate: Generate, built: Path, tmp_path: Path) -> Iterator[Host]:
    """A host with the package of two notebooks installed, where strangers may enter."""
    needs("rpmbuild", "systemd-analyze", *AS_ROOT[:1], *AS_NOBODY[:1])
    if not list(built.iterdir()):
        repository = generate()
        (repository / ".git/hooks/pre-commit").unlink()
        add_second(repository)
        tag(repository, "v1.2.0")
        build(repository, "v1.2.0", built)
    (package,) = built.iterdir()
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    host = Host(folder / "host", [], tmp_path)
    assert host.rpm("--install", "--nosignature", package).status == 0
    if not AS_NOBODY:  # a plain user owns what they installed: take away the right to write
        succeed("chmod", "-R", "a-w", host.root / "usr/share/notebooks")
    yield host
    succeed("chmod", "-R", "u+w", host.root)
    shutil.rmtree(folder)


def add_second(repository: Path) -> None:
    """Add a notebook as an author does, and write what it asks for."""
    added = add_notebook(repository, "Weekly report")
    notebook, parameters = (repository / name for name in added.files[:2])
    content = nbformat.read(notebook, as_version=4)
    content.cells[1].source = "WEEKS = 1"
    content.cells.append(nbformat.v4.new_code_cell("import os\n\nprint(WEEKS, 'weeks')", id="2"))
    nbformat.write(content, notebook)
    with parameters.open("a") as file:
        file.write("WEEKS: 2\n")
    git("add", "--all", cwd=repository)


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


def commands(host: Host, key: str, instance: str = "") -> list[str]:
    """Return the words of a command of the service, as systemd would start it on this host."""
    files = [host.root / f"{UNITS}{'@' if instance else ''}.service"]
    files += [host.root / f"{UNITS}@.service.d/instance.conf"] if instance else []
    lines = [line for file in files for line in file.read_text().splitlines()]
    last = [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=/")] + [
        line.removeprefix(f"{key}=+") for line in lines if line.startswith(f"{key}=+/")
    ]
    command = last[-1].replace("%i", instance).replace("%S", f"{host.home}/state")
    return command.replace("/usr/share", f"{host.root}/usr/share").split()


def copies(state: Path) -> list[Path]:
    return sorted((state / "runs").iterdir())


def snapshot(folder: Path) -> dict[Path, tuple[int, float]]:
    return {path: (path.lstat().st_size, path.lstat().st_mtime) for path in folder.rglob("*")}


def test_units(host: Host) -> None:
    units = sorted((host.root / "usr/lib/systemd/system").iterdir())
    assert [unit.name for unit in units] == [
        "notebook-failed-logins.service",
        "notebook-failed-logins.timer",
        "notebook-failed-logins@.service",
        "notebook-failed-logins@.service.d",
        "notebook-failed-logins@.timer",
    ]
    assert verify(host) == Run(0, "", "")
    # systemd passes over what it does not know, with success.
    for changed in (units[0], units[3] / "instance.conf"):
        before = changed.read_text()
        changed.write_text(f"{before}\n[Service]\nProtectEverything=yes\n")
        assert re.search("Unknown key.* 'ProtectEverything'", verify(host).err)
        changed.write_text(before)


def verify(host: Host) -> Run:
    """Let systemd judge all units, with an instance for the second notebook."""
    folder = host.home / "units"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(host.root / "usr/lib/systemd/system", folder)
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text().replace("/usr/share/", f"{host.root}/usr/share/")
            path.write_text(text.replace(f"file:{host.root}", "file:"))
    names = [
        folder / f"notebook-failed-logins{instance}.{kind}"
        for instance in ("", "@weekly-report")
        for kind in ("service", "timer")
    ]
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
    notebook = host.root / HOME / "notebooks/failed-logins.ipynb"
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
    notebook = host.root / HOME / "notebooks/failed-logins.ipynb"
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


# ---- several notebooks, those who read their results, and those who hear of a failure


def start(host: Host, instance: str = "", **variables: str) -> tuple[Path, Run, Run]:
    """Start a service as systemd does: the run as a user of its own, what follows as root."""
    folder = f"failed-logins@{instance}" if instance else "failed-logins"
    state = host.home / "state/notebooks" / folder
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if AS_NOBODY:
        os.chown(state, 65534, 65534)
    ran = run(
        *AS_NOBODY, *commands(host, "ExecStart", instance), cwd=Path("/"),
        **{"STATE_DIRECTORY": str(state), "HOME": "/",
           "NOTEBOOK_PYTHON": sys.executable, **variables},
    )  # fmt: skip
    shared = run(
        *commands(host, "ExecStopPost", instance), cwd=Path("/"),
        **{"NOTEBOOK_RESULTS": str(host.home / "results"), **variables},
    )  # fmt: skip
    return state, ran, shared


def test_each_notebook_has_its_own_parameters_and_results(host: Host) -> None:
    first, ran, shared = start(host)
    assert (ran.status, shared) == (0, Run(0, "", "")), ran
    second, ran, shared = start(host, "weekly-report")
    assert (ran.status, shared) == (0, Run(0, "", "")), ran
    assert first != second
    for state, source in ((first, "DAYS = 7\nTHRESHOLD = 3\n"), (second, "WEEKS = 2\n")):
        (copy,) = copies(state)
        cells = nbformat.read(copy, as_version=4).cells
        injected = [cell.source for cell in cells if "injected-parameters" in cell.metadata.tags]
        assert injected == [f"# Parameters\n{source}"]
    # As a person: by its name, with parameters after it.
    (host.root / SETTINGS / "parameters/weekly-report.yaml").write_text("WEEKS: 9\n")
    state = host.home / "mine"
    state.mkdir()
    if AS_NOBODY:
        os.chown(state, 65534, 65534)
    ran = run_notebook(host, state, "weekly-report", "-p", "WEEKS", "5")
    assert ran.status == 0, ran
    assert "5 weeks" in copies(state)[0].read_text()
    for name in ("weekly", "../notebooks/weekly-report", "weekly report", ".hidden", "%i"):
        refused = run_notebook(host, state, name)
        assert refused.status == 2
        assert refused.err.startswith("run-notebook: ")


GROUP = "users"


def as_reader(group: int, *command: str | Path) -> Run:
    return run("setpriv", "--reuid=54321", "--regid=54321", f"--groups={group}", *command)


def test_a_group_reads_the_results_and_nobody_else(host: Host) -> None:
    if not AS_NOBODY:
        pytest.skip("needs root: only root gives files to a group")
    import grp  # which Windows lacks

    group, other = grp.getgrnam(GROUP).gr_gid, grp.getgrnam("mail").gr_gid
    results = host.home / "results"
    (host.home).chmod(0o755)
    assert start(host, "weekly-report")[2] == Run(0, "", "")
    assert not results.exists()
    # What the notebook leaves is its user's to read, not root's.
    state = host.home / "state/notebooks/failed-logins@weekly-report"
    (host.home / "of-root").write_text("of root\n")
    (host.home / "of-root").chmod(0o600)
    (state / "runs/2020-01-01T000000Z-1.0.0-1.ipynb").symlink_to(host.home / "of-root")
    (state / "runs/2020-01-02T000000Z-1.0.0-1.ipynb").mkdir()
    (state / "runs/2020-01-03T000000Z-1.0.0-1.ipynb").hardlink_to(host.home / "of-root")
    (state / "runs/2020-01-03 x.ipynb").write_text("{}")
    _, ran, shared = start(host, "weekly-report", NOTEBOOK_GROUP=GROUP)
    assert (ran.status, shared.status) == (0, 0), shared
    folder = results / "failed-logins@weekly-report"
    older, newest = sorted(folder.iterdir())
    assert shared.err.splitlines()[-1].endswith(str(newest))
    assert (folder.stat().st_uid, folder.stat().st_mode & 0o7777) == (0, 0o750)
    for copy in (older, newest):
        assert (copy.stat().st_uid, copy.stat().st_mode & 0o7777) == (0, 0o640)
        assert "2 weeks" in as_reader(group, "cat", copy).out
        assert as_reader(other, "cat", copy).status != 0
        assert as_reader(group, "sh", "-c", f"echo >> '{copy}'").status != 0
        assert as_reader(group, "rm", "-f", copy).status != 0
    assert as_reader(group, "ls", folder).status == 0
    assert as_reader(other, "ls", folder).status != 0
    # As many as are kept there are kept here.
    start(host, "weekly-report", NOTEBOOK_GROUP=GROUP, NOTEBOOK_KEEP="1")
    assert [copy.name for copy in folder.iterdir()] == [
        path.name for path in copies(state) if "-1.2.0-" in path.name
    ]
    _, _, refused = start(host, NOTEBOOK_GROUP="nowhere; true")
    assert refused.status == 2
    assert "there is no group 'nowhere; true'" in refused.err
    # The whole folder replaced by a link.
    shutil.rmtree(state / "runs")
    (state / "runs").symlink_to(host.home)
    (host.home / "2020-01-01T000000Z-1.0.0-1.ipynb").write_text("of root\n")
    (host.home / "2020-01-01T000000Z-1.0.0-1.ipynb").chmod(0o600)
    shared = run(
        *commands(host, "ExecStopPost", "weekly-report"),
        NOTEBOOK_GROUP=GROUP, NOTEBOOK_RESULTS=str(results),
    )  # fmt: skip
    assert shared == Run(0, "", "")
    assert list(folder.iterdir()) == []


def test_the_umask(host: Host, state: Path) -> None:
    assert run_notebook(host, state, NOTEBOOK_UMASK="027").status == 0
    (copy,) = copies(state)
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o640, 0o750)
    for mask in ("022", "0", "777", "27", "x"):
        refused = run_notebook(host, state, NOTEBOOK_UMASK=mask)
        assert refused.status == 2
        assert "NOTEBOOK_UMASK must be 077" in refused.err


def test_a_run_that_fails_says_where_and_shows_no_secret(host: Host) -> None:
    notebook = host.root / HOME / "notebooks/weekly-report.ipynb"
    secret = "planted/" + "key+with=signs"
    content = nbformat.read(notebook, as_version=4)
    content.cells[2].source = (
        "import os\nfrom urllib.parse import quote\n\n"
        'key = os.environ["DATADOG_API_KEY"]\n'
        "print(key)\n"
        'raise ValueError(f"refused\\n::error:: {key} at https://x/?k={quote(key, safe=str())}")'
    )
    notebook.chmod(0o644)
    nbformat.write(content, notebook)
    state, ran, _ = start(host, "weekly-report", DATADOG_API_KEY=secret)
    assert ran.status == 1
    said = [line for line in ran.err.splitlines() if line.startswith("execute-notebook: ")]
    assert said == [
        "execute-notebook: weekly-report failed in cell 3: "
        "ValueError: refused ::error:: *** at https://x/?k=***"
    ]
    (copy,) = copies(state)
    for text in (ran.err, ran.out, copy.read_text()):
        assert "planted" not in text
    # The kernel dies.
    content.cells[2].source = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    nbformat.write(content, notebook)
    _, ran, _ = start(host, "weekly-report")
    assert ran.status == 1
    assert "execute-notebook: weekly-report failed in cell 3: DeadKernelError: " in ran.err
