from collections.abc import Iterator

from msgspec import Struct

from nblint.document.edit import NewIds, SetValue, is_cell_id
from nblint.document.model import Cell, Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.reading.conflicts import Conflicts


class CellIds(Rule):
    """A cell's id is missing, invalid or used twice.

    nbformat requires an id for each cell since version 4.5. Jupyter gives a cell without one a new
    random id each time it opens the notebook, so the file changes although nobody edited it. Merge
    tools, comments, papermill and nblint's baseline identify cells by id, and confuse two cells
    with the same one.

    The fix derives an id from the cell's text. There is none while a merge conflict is unresolved.

    Refused:

    ```json
    {
     "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Triage"}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```

    Instead:

    ```json
    {
     "cells": [{"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# Triage"}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```
    """

    code = "NBL004"
    needs = frozenset({"file"})
    fixable = "safe"

    def check(self, notebook: Notebook, conflicts: Conflicts) -> Iterator[Finding]:
        if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
            return
        ids = NewIds(cell.id for cell in notebook.cells if cell.id)
        for problem, cells in _problems(notebook):
            edits = [SetValue(cell.index, ("id",), ids.of(cell.source)) for cell in cells]
            yield self.at(
                cells[0].place(1),
                problem.message,
                subject=problem.kind,
                help="give each cell a unique id, or open the notebook in Jupyter and save it",
                fix=None if conflicts else Fix("give each cell a unique id", tuple(edits)),
            )


class _Problem(Struct, frozen=True):
    kind: str
    message: str


def _problems(notebook: Notebook) -> Iterator[tuple[_Problem, list[Cell]]]:
    """Yield what is wrong with which cells: all that lack an id together, the others one by one."""
    missing = [cell for cell in notebook.cells if cell.data and "id" not in cell.data]
    if missing:
        message = "missing cell id" if len(missing) == 1 else "missing cell ids"
        yield _Problem("missing", message), missing
    seen: set[str] = set()
    for cell in notebook.cells:
        if "id" not in cell.data:
            continue
        if cell.id is None or not is_cell_id(cell.id):
            message = "invalid cell id: must be 1 to 64 letters, digits, '-' or '_'"
            yield _Problem("invalid", message), [cell]
        elif cell.id in seen:
            yield _Problem("duplicate", "duplicate cell id"), [cell]
        else:
            seen.add(cell.id)
