"""`check_bytes` depends only on its arguments, so that it can run anywhere, even on a cluster."""

import json
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest

from nblint import Finding, Project, check_bytes
from nblint.settings_files import SettingsFinder
from tests.command import nblint
from tests.conftest import notebook_bytes
from tests.rules.cases import read_cases

NOTEBOOKS = {f"{number:03}.ipynb": case.data for number, case in enumerate(read_cases())}
# Events inside Python that do not touch the system.
INSIDE = ("builtins.", "code.", "compile", "exec", "marshal.", "object.", "sys.")

noted: list[str] = []
watched = threading.Event()


class Nothing(dict[str, str]):
    """An environment that refuses to be read.

    nbformat asks which library is to judge what it converts; no finding depends on the answer.
    """

    def __getitem__(self, name: str) -> str:
        if name == "NBFORMAT_VALIDATOR":
            raise KeyError(name)
        raise AssertionError(f"the environment variable {name} was read")

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> NoReturn:
        raise AssertionError("the environment was read")

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what this process does to the system.

    To open a file without a name is no more than Python's way not to open one: `reading.syntax`.
    """
    if (
        watched.is_set()
        and not event.startswith(INSIDE)
        and not (event == "open" and not arguments[0])
    ):
        noted.append(f"{event} {arguments}")


def checked_elsewhere(
    notebooks: Mapping[str, bytes], project: Project, folder: str
) -> tuple[dict[str, tuple[Finding, ...]], list[str]]:
    """Check notebooks in a separate process; return what it finds, and what else it does."""
    os.chdir(folder)
    first = {name: check_bytes(name, data, project) for name, data in notebooks.items()}
    # By now, everything that is imported on demand has been imported.
    os.environ = Nothing()  # type: ignore[assignment] # noqa: B003
    sys.addaudithook(note)
    watched.set()
    second = {name: check_bytes(name, data, project) for name, data in notebooks.items()}
    watched.clear()
    assert first == second
    return second, noted


@pytest.mark.slow
def test_it_opens_nothing_reads_no_variable_and_finds_what_the_command_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    elsewhere = tmp_path / "elsewhere"
    for folder in (repository, elsewhere):
        folder.mkdir()
    monkeypatch.chdir(repository)
    (repository / "nblint.toml").write_text(
        'select = ["ALL"]\nignore = ["NBL308"]\nper-file-ignores = { "00*.ipynb" = ["NBL1"] }\n'
    )
    (repository / "environment.toml").write_text('[environment.REGION]\nhelp = "Where"\n')
    for name, data in NOTEBOOKS.items():
        (repository / name).write_bytes(data)
    project = Project.load(SettingsFinder().of(repository))
    # Absolute, like the settings' folder, since the process has another current directory.
    names = {str(repository / name): data for name, data in NOTEBOOKS.items()}
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found, done = pool.submit(checked_elsewhere, names, project, str(elsewhere)).result()
    assert done == []
    assert {name: check_bytes(name, data, project) for name, data in names.items()} == found

    reported = json.loads(nblint("check", "--output-format", "json").stdout)
    keys = ("code", "message", "severity", "detector", "fingerprint")
    assert [[one["path"], *(one[key] for key in keys)] for one in reported] == [
        [Path(name).name, *(getattr(finding, key) for key in keys)]
        for name, findings in found.items()
        for finding in findings
    ]
    assert len({one["code"] for one in reported}) > 40


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name in a folder are POSIX's")
def test_a_pipe_that_is_called_as_code_without_a_file_is_not_opened(tmp_path: Path) -> None:
    """For the text of a syntax error, Python opens the file that the code seems to be from."""
    os.mkfifo(tmp_path / "<unknown>")
    (tmp_path / "nblint.toml").write_text('select = ["ALL"]\n')
    cells = ("x = (\nimport os", "import os\nos.environ['A']\n!ls {1 +}")
    (tmp_path / "a.ipynb").write_bytes(notebook_bytes(*(("code", cell) for cell in cells)))
    command = [str(Path(sys.executable).with_name("nblint")), "check"]
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 1, ran.stderr
    assert "NBL503" in ran.stdout
