from collections.abc import Iterator

from nblint.document.edit import NewIds, SetValue
from nblint.document.model import Notebook
from nblint.findings import Finding, Fix, Rule
from nblint.patterns import lazy_pattern

# https://jupyter.org/enhancement-proposals/62-cell-id/cell-id.html
_ID = lazy_pattern(r"[a-zA-Z0-9_-]{1,64}")


class CellIds(Rule):
    """A cell has no id of its own, which the format has asked for since 4.5.

    Jupyter gives such a cell a random id each time it opens the notebook, so that the file changes
    although nobody has changed it. Tools that follow cells by their ids - merges, comments,
    papermill, this linter's baseline - mistake one for another where two have the same.

    The fix writes an id that follows from the cell's text.

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
                problem = "the cell has no id"
            elif cell.id is None or not _ID.fullmatch(cell.id):
                problem = "the cell's id is not one: up to 64 letters, digits, '-' and '_'"
            elif cell.id in seen:
                problem = "the cell's id is another cell's, too"
            else:
                seen.add(cell.id)
                continue
            yield self.at(
                cell.place(1),
                problem,
                help="give each cell an id of its own, or let Jupyter save the notebook again",
                fix=Fix(
                    "give the cell an id", (SetValue(cell.index, ("id",), ids.of(cell.source)),)
                ),
            )
