import ast
from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.patterns import lazy_pattern
from nblint.project.distributions import (
    STANDARD_LIBRARY,
    distributions,
    importable,
    is_declared,
)
from nblint.project.project import Project
from nblint.reading.python.cells import PythonCell, PythonCells

# The kernel or the platform provides these.
_PROVIDED = frozenset(["IPython", "ipykernel", "google.colab", "pyodide", "js", "pyodide_js"])
_WRITTEN_FILE = lazy_pattern(r"(?:-a\s+)?(\S+?)\.py\s*")


_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,20}"
_AS = rf"{_NAME}(?:\s+as\s+\w{{1,100}})?"
_IMPORT_ROW = lazy_pattern(
    rf"(?:import\s+(?P<names>{_AS}(?:\s*,\s*{_AS}){{0,20}})|from\s+(?P<from>{_NAME})\s+import\s+[\w(*][^;]*)"
    r"\s*(?:#.*)?"
)


class UndeclaredImport(Rule):
    """A module is imported that no requirements file declares.

    The module happens to be installed on the author's machine. On a colleague's machine, in a
    pipeline or on the server after the next update, it is missing or has another version.

    Add the package that provides it to the requirements. Python's own modules, the repository's
    modules, and imports that the notebook can do without (`try: … except ImportError`) need no
    declaration. In a repository without a requirements file, one finding lists all imports.

    Refused:

    ```python
    import numpy as np
    ```

    Instead:

    ```requirements.txt
    numpy==2.1.3
    ```
    """

    code = "NBL505"
    needs = frozenset({"requirements"})
    settings = ("reproducibility.requirements",)

    def check(self, python: PythonCells, project: Project) -> Iterator[Finding]:
        requirements = project.requirements
        if requirements is None:
            return
        own = requirements.modules | _written_modules(python)
        undeclared: dict[str, tuple[str, Place]] = {}  # by distributions
        for written, place in _imports(python):
            module = importable(written)
            top = module.partition(".")[0]
            known = top in STANDARD_LIBRARY or top in own or _is_provided(written)
            if not known and not is_declared(module, requirements.distributions):
                undeclared.setdefault(distributions(module)[0], (module, place))
        if undeclared and not requirements.files:
            modules = sorted(module for module, _ in undeclared.values())
            noun = "module" if len(modules) == 1 else "modules"
            yield self.at(
                next(place for _, place in undeclared.values()),
                f"missing requirements file for imported {noun} {', '.join(map(repr, modules))}",
                subject=" ".join(sorted(undeclared)),
                help="declare the packages in a requirements.txt, with versions: "
                + ", ".join(sorted(undeclared)),
            )
            return
        for distribution, (module, place) in undeclared.items():
            file = requirements.files[0].name
            yield self.at(
                place,
                f"imported module {module!r} is not in the requirements",
                subject=distribution,
                help=f"add {distribution}, or another package that provides it, to {file}",
            )


def _is_provided(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in _PROVIDED)


def _written_modules(python: PythonCells) -> set[str]:
    """Return the modules that the notebook itself writes with `%%writefile`."""
    magics = (cell.cell_magic for cell in python.containing("%%writefile", "%%file"))
    found = (_WRITTEN_FILE.fullmatch(magic.argument.strip()) for magic in magics if magic)
    return {part for match in found if match for part in match[1].split("/")}


def _imports(python: PythonCells) -> Iterator[tuple[str, Place]]:
    for cell in python.containing("import"):
        if cell.tree is None:
            yield from _written_imports(cell) if cell.error else ()
            continue
        optional = _optional(cell)
        for node in ast.walk(cell.tree):
            if id(node) in optional:
                continue
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, cell.place(alias)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", cell.place(node)


def _written_imports(cell: PythonCell) -> Iterator[tuple[str, Place]]:
    """Yield the imports in a cell that cannot be parsed."""
    for number, row in enumerate(cell.cell.rows, 1):
        if found := _IMPORT_ROW.fullmatch(row):
            names = [found["from"]] if found["from"] else found["names"].split(",")
            for name in names:
                yield name.split()[0], cell.cell.place(number)


def _optional(cell: PythonCell) -> set[int]:
    """Return the imports that may fail, because the notebook catches the error."""
    tries = (n for n in ast.walk(cell.tree) if isinstance(n, ast.Try)) if cell.tree else ()
    return {
        id(inner)
        for node in tries
        if any(_catches_import_errors(handler) for handler in node.handlers)
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = ast.unparse(handler.type)
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "Exception"))
