"""Fuzzing targets: functions of bytes that raise an exception if nblint breaks a promise.

Whatever the bytes are: no exception, no hang, no exit status other than 0 to 3, no credential
shown, and fixing a second time changes nothing.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from fuzz import seeds, shapes
from nblint.cli.main import main
from nblint.document.model import Notebook
from nblint.linting.checking import check_document, read_document
from nblint.linting.fixing import fix_document
from nblint.linting.reporting import changes, reported
from nblint.linting.results import Result
from nblint.linting.selection import Selection
from nblint.project.project import Project
from nblint.reports import diff, formats, renderer
from nblint.settings import Settings
from nblint.settings_files import SettingsFile

_EVERYTHING = Project(SettingsFile(Settings(select=("ALL",)), Path()))
_SELECTION = Selection(_EVERYTHING.found)
_RENDERERS = [*map(renderer, formats()), diff.render]


class Target(NamedTuple):
    """A fuzzing target.

    Attributes:
        run: Called with bytes; raises if a promise is broken.
        seeds: Returns inputs to start from.
    """

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]


def check(data: bytes) -> None:
    """Check and fix the bytes of a notebook with all rules, and report it in all formats.

    Raises:
        AssertionError: A second run of fixes changed something, or a report shows the credential.
        Exception: A rule or a report raised it.
    """
    name = "nb.ipynb"
    document = read_document(name, data)
    checked = check_document(document, name, _EVERYTHING, _SELECTION)
    found = tuple(reported(name, checked.findings, document, checked.redaction))
    result = Result(name, found)
    if isinstance(document, Notebook):
        fixed = fix_document(document, name, _EVERYTHING, _SELECTION, unsafe=True)
        assert isinstance(fixed.document, Notebook), "a fix broke the notebook"
        again = fix_document(fixed.document, name, _EVERYTHING, _SELECTION, unsafe=True)
        assert again.document is fixed.document, "a second run of fixes changed the notebook"
        changed = tuple(changes(document, fixed.document, fixed.checked.redaction))
        result = Result(name, found, fixed.fixes, changed)
    for render in _RENDERERS:
        assert seeds.PLANTED not in "".join(render([result])), "a report shows a credential"


def _in_cell(kind: str, opening: str = "", **metadata: object) -> Callable[[bytes], None]:
    """Return a target that puts text into a cell beside one with a credential."""

    def run(data: bytes) -> None:
        text = opening + data.decode("utf-8", "surrogateescape")
        check(seeds.notebook((kind, text), ("code", f"api_token = {seeds.PLANTED!r}"), **metadata))

    return run


def _in_output(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    notebook: dict[str, Any] = json.loads(seeds.notebook(("code", "1"), ("code", seeds.ASSIGNED)))
    mimes = ("text/html", "text/plain", "text/markdown", "application/json", "text/csv")
    notebook["cells"][0]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": text},
        {"output_type": "display_data", "metadata": {}, "data": dict.fromkeys(mimes, text)},
        {"output_type": "error", "ename": "E", "evalue": text, "traceback": text.splitlines()},
    ]
    check(json.dumps(notebook).encode())


def _in_repository(name: str, settings: str = "") -> Callable[[bytes], None]:
    """Return a target that writes bytes to a file in a repository, and runs nblint there."""

    def run(data: bytes) -> None:
        before = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                _lay_out(name, settings, data)
                _call("check", "--output-format", "json")
                _call("env", "--output-format", "json")
                _call("baseline", "update")
                _call("check", "--fix", "--unsafe-fixes", "--quiet")
                _call("check", "--no-baseline")
                _call("header", "--notebook")
            finally:
                os.chdir(before)

    return run


def _lay_out(name: str, settings: str, data: bytes) -> None:
    Path(".git").mkdir()
    Path("nblint.toml").write_text(f'extend-select = ["ALL"]\n{settings}')
    cells = (("markdown", "# A title"), ("code", seeds.READS), ("code", seeds.ASSIGNED))
    for notebook in ("a.ipynb", "b/c.ipynb"):
        Path(notebook).parent.mkdir(exist_ok=True)
        Path(notebook).write_bytes(seeds.notebook(*cells))
    Path(name).write_bytes(data)


def _call(*arguments: str) -> None:
    result = CliRunner().invoke(main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in range(4), f"{arguments[0]}: status {result.exit_code}"
    assert seeds.PLANTED not in result.output, f"{arguments[0]} shows a credential"


TARGETS = {
    "bytes": Target(check, seeds.notebooks),
    "shapes": Target(lambda data: check(shapes.notebook(data)), seeds.noise),
    "markdown": Target(_in_cell("markdown"), lambda: seeds.sources("markdown")),
    "python": Target(_in_cell("code"), lambda: seeds.sources("code")),
    "parameters": Target(_in_cell("code", tags=["parameters"]), lambda: seeds.sources("code")),
    "shell": Target(_in_cell("code", "%%bash\n"), lambda: seeds.sources("code")),
    "outputs": Target(_in_output, lambda: seeds.sources("markdown")),
    "settings": Target(_in_repository("nblint.toml"), seeds.settings),
    "catalogue": Target(_in_repository("environment.toml"), lambda: seeds.files(".toml")),
    "hub-config": Target(
        _in_repository(
            "jupyterhub_config.py", '[environment]\ncatalogues = ["jupyterhub_config.py"]'
        ),
        lambda: seeds.files(".py"),
    ),
    "dotenv": Target(
        _in_repository(".env.example", '[environment]\ncatalogues = [".env.example"]'),
        lambda: seeds.files(".example"),
    ),
    "baseline": Target(
        _in_repository("baseline.json", 'baseline = "baseline.json"'), seeds.baselines
    ),
    "parameters-file": Target(
        _in_repository("parameters.yaml", '[parameters]\nfile = "parameters.yaml"'),
        lambda: seeds.files(".yaml"),
    ),
    "requirements": Target(_in_repository("requirements.txt"), lambda: seeds.files(".txt")),
    "conda": Target(
        _in_repository("environment.yml", '[reproducibility]\nrequirements = ["environment.yml"]'),
        lambda: seeds.files(".yml"),
    ),
    "ignore-file": Target(_in_repository(".gitignore"), lambda: seeds.files(".gitignore")),
}


def _any(data: bytes) -> None:
    """Run the target that the first byte selects."""
    names = list(TARGETS)
    TARGETS[names[data[0] % len(names)] if data else "bytes"].run(data[1:])


def _some_of_all() -> Iterator[bytes]:
    for number, target in enumerate(TARGETS.values()):
        for seed in list(target.seeds())[:200:25]:
            yield bytes([number]) + seed


# For a run that is too short for each target on its own.
ANY = Target(_any, _some_of_all)
