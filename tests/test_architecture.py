"""What holds of the code as a whole."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "nblint"

# Each layer imports only from those below it; modules of one layer may import each other.
LAYERS = [
    {"cli", "fleet", "jupyter", "server", "__main__"},
    {"reports"},
    {"linting"},
    {"rules"},
    {"credentials", "reading", "hub"},
    {"findings"},
    {"document", "discovery"},
    {"globs", "settings"},
    {"patterns", "toml"},
]
HEIGHT = {name: -depth for depth, layer in enumerate(LAYERS) for name in layer}


def imports() -> Iterator[tuple[Path, str]]:
    """Yield each module of the package with each module of the package that it imports."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nblint"):
                yield path, node.module or ""
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("nblint"):
                        yield path, alias.name


def layer(parts: tuple[str, ...]) -> str:
    return parts[0].removesuffix(".py")


def test_data_flows_one_way() -> None:
    upwards = []
    for path, module in imports():
        own = layer(path.relative_to(PACKAGE).parts)
        imported = module.split(".")[1:2]
        # `nblint` itself is the public API: it stands above all layers and holds the version.
        if own != "__init__" and imported and HEIGHT[imported[0]] > HEIGHT[own]:
            upwards.append(f"{path.relative_to(PACKAGE)} imports {module}")
    assert not upwards


def test_every_module_has_a_layer() -> None:
    modules = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert modules - {"__init__", "__pycache__", "py.typed", "template"} <= set(HEIGHT)


def test_python_is_parsed_in_one_place() -> None:
    """`reading.syntax` says what else could happen."""
    parsing = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "ast.parse(" in path.read_text(encoding="utf-8") and "template" not in path.parts
    ]
    assert parsing == ["reading/syntax.py"]


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
    "nblint.credentials.detectors",
    "nblint.document.apply",
    "nblint.document.positions",
    "nblint.document.write",
    "nblint.linting.baseline",
    "nblint.linting.documentation",
    "nblint.linting.excerpts",
    "nblint.linting.fixing",
    "nblint.linting.reporting",
    "nblint.project.parameters_file",
    "nblint.project.requirements",
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
