import ast
import re
from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.reading.header.parameters import Parameters
from nblint.reading.python.cells import PythonCell, PythonCells
from nblint.reading.python.visitor import walk

_DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class LateParametersCell(Rule):
    """A parameter is used before the parameters cell.

    Papermill inserts a run's values directly below the parameters cell. Cells above it do not see
    them, and fail on a fresh kernel.

    Move the parameters cell up: below the header, or at most below the imports.

    Refused:

    ```python
    # %%
    mails = load(days)

    # %% tags=["parameters"]
    days = 7
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    days = 7

    # %%
    mails = load(days)
    ```
    """

    code = "NBL407"

    def check(self, parameters: Parameters, python: PythonCells) -> Iterator[Finding]:
        if parameters.python is None:
            return
        own = parameters.python.cell.index
        names = {parameter.name for parameter in parameters.assigned}
        for cell in python.containing(*names):
            if cell.cell.index >= own or not names:
                return
            # A name that is bound here is another value.
            names -= _bound(cell)
            for place, name in _uses(cell, names):
                names.discard(name)
                yield self.at(
                    place,
                    f"parameter {name!r} is used before the parameters cell",
                    subject=name,
                    help="move the cell tagged 'parameters' above this cell",
                )


def _bound(cell: PythonCell) -> set[str]:
    if cell.tree is None:
        return set()
    bound = set()
    for node in ast.walk(cell.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound.add(name)
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                bound.add(name)
            case ast.alias(name=name, asname=alias):
                bound.add(alias or name.partition(".")[0])
    return bound


def _uses(cell: PythonCell, names: set[str]) -> Iterator[tuple[Place, str]]:
    if cell.tree is not None:
        for node in walk(cell.tree, lambda node: isinstance(node, _DEFERRED)):
            if isinstance(node, ast.Name) and node.id in names:
                yield cell.place(node), node.id
    for magic in cell.magics:
        for found in re.finditer(r"[{$]([A-Za-z_]\w*)", magic.argument):
            if found[1] in names:
                yield cell.argument_place(magic, found.start(1), found.end(1)), found[1]
