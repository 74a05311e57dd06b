from collections.abc import Iterator

from nblint.document.edit import NewIds, SetValue
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.patterns import lazy_pattern

# https://jupyter.org/enhancement-proposals/62-cell-id/cell-id.html
_ID = lazy_pattern(r"[a-zA-Z0-9_-]{1,64}")


class CellIds(Rule):
    """A cell's id is missing, invalid or used twice.

    nbformat requires an id for each cell since version 4.5. Jupyter gives a cell without one a new
    random id each time it opens the notebook, so the file changes although nobody edited it. Merge
    tools, comments, papermill and nblint's baseline identify cells by id, and confuse two cells
    with the same one.

    The fix derives an id from the cell's text.

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

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
            return
        ids = NewIds(cell.id for cell in notebook.cells if cell.id)
        seen: set[str] = set()
        for cell in notebook.cells:
            if not cell.data:
                continue
            if "id" not in cell.data:
                kind, problem = "missing", "missing cell id"
            elif cell.id is None or not _ID.fullmatch(cell.id):
                kind, problem = (
                    "invalid",
                    "invalid cell id: must be 1 to 64 letters, digits, '-' or '_'",
                )
            elif cell.id in seen:
                kind, problem = "duplicate", "duplicate cell id"
            else:
                seen.add(cell.id)
                continue
            yield self.at(
                cell.place(1),
                problem,
                subject=kind,
                help="give the cell a unique id, or open the notebook in Jupyter and save it",
                fix=Fix(
                    "give the cell a unique id",
                    (SetValue(cell.index, ("id",), ids.of(cell.source)),),
                ),
            )
