"""The modules that a notebook imports."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from nblint.document.model import Place
from nblint.patterns import lazy_pattern
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.reading.python.visitor import statements

# The kernel or the platform provides these.
_PROVIDED = ("IPython", "ipykernel", "google.colab", "pyodide", "js", "pyodide_js")
_WRITTEN_FILE = lazy_pattern(r"(?:-a\s+)?(\S+?)\.py\s*")
_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,20}"
_AS = rf"{_NAME}(?:\s+as\s+\w{{1,100}})?"
_IMPORT_ROW = lazy_pattern(
    rf"(?:import\s+(?P<names>{_AS}(?:\s*,\s*{_AS}){{0,20}})|from\s+(?P<from>{_NAME})\s+import\s+[\w(*][^;]*)"
    r"\s*(?:#.*)?"
)


class Import(NamedTuple):
    """An imported module.

    Attributes:
        module: Its dotted name; for `from a import b`, `a.b`, which can be a module as well.
        place: Where it is imported.
        is_optional: Whether the notebook can do without: it catches the error.
    """

    module: str
    place: Place
    is_optional: bool = False


class Imports(Struct, frozen=True):
    """The imports of a notebook, as a part of what it says.

    Attributes:
        found: The imports in the notebook's order, without those that the kernel provides.
        written: The modules that the notebook itself writes with `%%writefile`.
    """

    found: tuple[Import, ...]
    written: frozenset[str]

    @classmethod
    def read(cls, python: PythonCells) -> "Imports":
        """Find them."""
        found = (one for one in _imports(python) if not _is_provided(one.module))
        return cls(tuple(found), frozenset(_written_modules(python)))


def _is_provided(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in _PROVIDED)


def _written_modules(python: PythonCells) -> Iterator[str]:
    for cell in python.containing("%%writefile", "%%file"):
        magic = cell.cell_magic
        if magic and (match := _WRITTEN_FILE.fullmatch(magic.argument.strip())):
            yield from match[1].split("/")


def _imports(python: PythonCells) -> Iterator[Import]:
    for cell in python.containing("import"):
        if cell.tree is None:
            yield from _written_imports(cell) if cell.error else ()
            continue
        optional: set[ast.AST] = set()
        for node in statements(cell.tree):
            is_optional = node in optional
            if isinstance(node, ast.Try) and any(map(_catches_import_errors, node.handlers)):
                optional |= {inner for part in node.body for inner in statements(part)}
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, cell.place(alias), is_optional)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    yield Import(f"{node.module}.{alias.name}", cell.place(node), is_optional)


def _written_imports(cell: PythonCell) -> Iterator[Import]:
    """Yield the imports in a cell that cannot be parsed."""
    for number, row in enumerate(cell.cell.rows, 1):
        if found := _IMPORT_ROW.fullmatch(row):
            names = [found["from"]] if found["from"] else found["names"].split(",")
            for name in names:
                yield Import(name.split()[0], cell.cell.place(number))


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = ast.unparse(handler.type)
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "Exception"))
