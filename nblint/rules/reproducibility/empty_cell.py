from collections.abc import Iterator

from nblint.document.edit import DeleteCell
from nblint.document.model import Cell, Notebook
from nblint.findings import Finding, Fix, Rule


class EmptyCell(Rule):
    """A cell holds nothing.

    Jupyter adds one at the end each time the last cell is run. It says nothing to a reader, and in
    the middle of a notebook looks like something that was lost.

    The fix deletes it. Cells with outputs, attachments or tags are none of these, and
    neither are cells that lack a text altogether, which is NBL002's affair.

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
        for cell in notebook.cells:
            if _is_empty(cell):
                yield self.at(
                    cell.place(1),
                    "the cell is empty",
                    help="delete it",
                    fix=Fix("delete the cell", (DeleteCell(cell.index),)),
                )


def _is_empty(cell: Cell) -> bool:
    return (
        cell.type in ("code", "markdown", "raw")
        and ("source" in cell.data or "input" in cell.data)
        and not cell.source.strip()
        and not cell.outputs
        and not cell.attachments
        and not cell.tags
    )
