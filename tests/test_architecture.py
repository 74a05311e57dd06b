"""What holds of the code as a whole."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import notebook_bytes

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "nblint"

# The floors of the house, from the ground up: each imports only from those before it. Modules of
# one floor may import each other, but no two of them in a circle.
FLOORS = [
    {"_version", "errors", "multisearch", "patterns", "suggestions"},
    {"files", "globs", "paths", "toml"},
    {"document"},
    {"settings"},
    {"settings_files"},
    {"git"},
    {"discovery"},
    {"secret_names"},
    {"reading"},
    {"project"},
    {"findings"},
    {"credentials"},
    {"rules"},
    {"linting"},
    {"reports"},
    {"adding"},
    {"fleet", "jupyter", "server"},
    {"hub"},
    {"cli"},
    {"__init__"},
    {"__main__"},
]
FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor}
# `CONTRIBUTING.md` says this to people.
TABLE = re.compile(r"^\| `nblint/([^`]*)` \|", re.M)


def modules() -> dict[str, Path]:
    """Return the modules of the package by their dotted names."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(name: str, path: Path) -> Iterator[str]:
    """Yield the modules of the package that a module imports.

    Every import counts: at the top, in a function, under `TYPE_CHECKING`, relative, of a module
    from its package, and by its dotted name as text.
    """
    folder = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from filter(None, (_module(alias.name) for alias in names))
            case ast.ImportFrom(module=module, names=names, level=level):
                above = folder[: len(folder) - level + 1] if level else []
                source = ".".join(filter(None, [*above, module]))
                for alias in names:
                    if found := _module(f"{source}.{alias.name}"):
                        yield found
            case ast.Constant(value=str(text)) if text.startswith("nblint.") and text in MODULES:
                yield text


def _module(dotted: str) -> str | None:
    """Return the module of a dotted name: `nblint.findings` for `nblint.findings.Rule`."""
    while dotted and dotted not in MODULES:
        dotted = dotted.rpartition(".")[0]
    return dotted or None


IMPORTS = {
    name: {other for other in imported(name, path) if other != name}
    for name, path in MODULES.items()
}


def floor(name: str) -> int:
    """Return the number of the floor that a module stands on."""
    return FLOOR[f"{name}.__init__".split(".")[1]]


def test_data_flows_one_way() -> None:
    upwards = [
        f"{name} imports {other}"
        for name, others in sorted(IMPORTS.items())
        for other in sorted(others)
        if floor(other) > floor(name)
    ]
    assert not upwards


def test_no_modules_import_each_other() -> None:
    order = TopologicalSorter(IMPORTS)
    try:
        order.prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' <- '.join(error.args[1])}") from None


def test_every_module_has_a_floor() -> None:
    names = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert names - {"__pycache__", "py.typed", "template"} == set(FLOOR)


def test_contributing_names_the_floors_in_their_order() -> None:
    said = [
        name.removesuffix(".py").strip("/")
        for name in TABLE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    ]
    assert sorted(said) == sorted(FLOOR)
    assert said == sorted(said, key=FLOOR.__getitem__)


def test_python_is_parsed_in_one_place() -> None:
    """`reading.syntax` says what else could happen."""
    parsing = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "ast.parse(" in path.read_text(encoding="utf-8") and "template" not in path.parts
    ]
    assert parsing == ["reading/python/syntax.py"]


def test_contributing_says_where_to_change_what() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Where to change what")[2].partition("##")[0]
    named = re.findall(r"`(nblint/[^`]*)`", table)
    assert len(named) > 8
    assert [path for path in named if not (ROOT / path).exists()] == []


# Each costs milliseconds, or is only there for what a clean run does not do.
HEAVY = {
    "IPython",
    "_hashlib",
    "click",
    "concurrent",
    "dataclasses",
    "detect_secrets",
    "difflib",
    "distributed",
    "base64",
    "fsspec",
    "inspect",
    "json",
    "jsonschema",
    "logging",
    "lsprotocol",
    "markdown_it",
    "multiprocessing",
    "nbformat",
    "nblint.linting.cache",
    "nbstripout",
    "pathspec",
    "pyarrow",
    "platformdirs",
    "pkgutil",
    "pygls",
    "requests",
    "shutil",
    "socket",
    "ssl",
    "tempfile",
    "tokenize",
    "typing_extensions",
    "unicodedata",
    "weakref",
    "yaml",
    "nblint.credentials.detector_names",
    "nblint.credentials.engine",
    "nblint.credentials.judging",
    "nblint.document.apply",
    "nblint.document.json_schema",
    "nblint.document.positions",
    "nblint.document.write",
    "nblint.linting.baseline",
    "nblint.linting.documentation",
    "nblint.linting.excerpts",
    "nblint.linting.fixing",
    "nblint.linting.reporting",
    "nblint.linting.suppression",
    "nblint.linting.workers",
    "nblint.project.catalogue.known_names",
    "nblint.project.parameters_file",
    "nblint.project.requirements",
    "nblint.reading.python.special",
    "nblint.rules.reproducibility",
}
if sys.version_info >= (3, 11):  # Before, `platform` loads them, which msgspec needs.
    HEAVY |= {"signal", "subprocess", "threading"}


@pytest.mark.slow
def test_a_clean_run_loads_nothing_heavy(clean_notebook: Path) -> None:
    program = (
        "import sys, nblint.cli\n"
        "try: nblint.cli.run(['check', sys.argv[1]])\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", program, str(clean_notebook)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(run.stdout.split()), sorted(HEAVY & set(run.stdout.split()))


@pytest.mark.parametrize("select", [(), ("--select", "NBL1")])
def test_findings_for_people_load_no_more_than_is_printed(
    select: tuple[str, ...], tmp_path: Path
) -> None:
    """The hooks' calls: fingerprints and lines of the file are for other reports.

    There are no settings to parse either.
    """
    (tmp_path / "a.ipynb").write_bytes(notebook_bytes(("code", "x = 1")))
    program = (
        "import sys, nblint.cli\n"
        "try: nblint.cli.run(['check', *sys.argv[1:], '--', 'a.ipynb'])\n"
        "except SystemExit as end: assert end.code == 1, end.code\n"
        "print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", program, *select]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "NBL102" in run.stdout
    unprinted = {"_hashlib", "click", "json", "nblint.document.positions", "tomllib", "tomli"}
    assert unprinted.isdisjoint(run.stdout.split())


ENGINE, IN_CODE = "nblint.credentials.engine", "nblint.credentials.python.source"


@pytest.mark.parametrize(
    ("kind", "source", "loaded"),
    [
        ("code", "days = 30", set()),  # no clue of a credential
        ("markdown", "[+] Opened View: mordorTable", {ENGINE}),  # none of code
        ("code", "password = input() or 'none given'", {ENGINE, IN_CODE}),
    ],
)
def test_the_engine_is_loaded_for_what_may_be_a_credential(
    kind: str, source: str, loaded: set[str], tmp_path: Path
) -> None:
    """Loading it takes longer than checking most notebooks."""
    notebook = json.loads(notebook_bytes((kind, source)))
    notebook["cells"][0]["metadata"] = {"tags": ["parameters"]} if kind == "code" else {}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    program = (
        "import sys, nblint.cli\n"
        "try: nblint.cli.run(['check', '--select', 'NBL2,NBL4', '--', 'a.ipynb'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "checked" in run.stdout
    assert {ENGINE, IN_CODE} & set(run.stdout.split()) == loaded
