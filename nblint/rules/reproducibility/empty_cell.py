from collections.abc import Iterator

from nblint.document.edit import DeleteCell
from nblint.document.model import Cell, Notebook
from nblint.findings import Finding, Fix, Rule

# What editors record of any cell: how it looks, when it ran, where it comes from.
_ANY_CELL_HAS = frozenset([
    "ExecuteTime", "_cell_guid", "_uuid", "collapsed", "colab", "colab_type", "editable",
    "execution", "execution_count", "gather", "hidden", "id", "inputHidden", "jupyter", "language",
    "metadata", "outputHidden", "outputId", "papermill", "scrolled", "tags", "trusted", "vscode",
])  # fmt: skip


class EmptyCell(Rule):
    """A cell is empty.

    Jupyter adds an empty cell at the end each time the last cell is run. It tells readers nothing,
    and in the middle of a notebook it looks as if something was lost.

    The fix deletes the cell, unless no other would be left: Jupyter adds one to a notebook without
    cells. Cells with outputs, attachments or tags are not reported, and neither
    are cells to which a program's metadata give a purpose, such as nbgrader's for an answer, or
    cells without a `source` field, which NBL002 reports.

    Refused:

    ```python
    # %%
    mails = load(7)

    # %%
    ```

    Instead:

    ```python
    # %%
    mails = load(7)
    ```
    """

    code = "NBL508"
    drafts = False
    unnecessary = True
    fixable = "safe"

    def check(self, notebook: Notebook) -> Iterator[Finding]:
        empty = [cell for cell in notebook.cells if _is_empty(cell)]
        is_all = len(empty) == len(notebook.cells)
        for cell in empty:
            fix = Fix("delete the cell", (DeleteCell(cell.index),))
            is_kept = is_all and cell is empty[0]
            yield self.at(
                cell.place(1),
                "empty cell",
                help="delete the cell",
                fix=None if is_kept else fix,
            )


def _is_empty(cell: Cell) -> bool:
    return (
        cell.type in ("code", "markdown", "raw")
        and ("source" in cell.data or "input" in cell.data)
        and not cell.source.strip()
        and not cell.outputs
        and not cell.attachments
        and not cell.tags
        and cell.metadata.keys() <= _ANY_CELL_HAS
    )
