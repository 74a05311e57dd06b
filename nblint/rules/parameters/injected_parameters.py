from collections.abc import Iterator

from nblint.document.edit import DeleteCell
from nblint.document.model import Cell, Place
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.assigned import assigned_in
from nblint.reading.header.parameters import Parameters
from nblint.reading.python.cells import PythonCell

# https://github.com/nteract/papermill/blob/main/papermill/parameterize.py
_COMMENT = "# Parameters"


class InjectedParameters(Rule):
    """The notebook contains the parameters that papermill injected for one run.

    Papermill writes a run's values to a cell of their own, tagged `injected-parameters`, in the
    copy of the notebook that it creates. In the notebook itself, they override its defaults for
    everyone.

    The fix deletes the cell. It needs `--unsafe-fixes` unless the cell is as papermill writes it: a
    comment, then literals for names that the parameters cell assigns, too. There is none for a cell
    with other statements, which an author has written.

    Refused:

    ```python
    # %% tags=["parameters"]
    days = 7

    # %% tags=["injected-parameters"]
    days = 30
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    days = 7
    ```
    """

    code = "NBL406"
    fixable = "safe"

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        defaults = {parameter.name for parameter in parameters.assigned}
        for cell in parameters.injected:
            yield self.at(
                Place(cell.index, "metadata"),
                "cell contains parameters that papermill injected for one run",
                help="delete the cell, and keep papermill's output notebooks out of the repository",
                fix=_deletion(cell, defaults),
            )


def _deletion(cell: Cell, defaults: set[str]) -> Fix | None:
    """Return the fix that deletes a cell; None where an author has written in it."""
    edits = (DeleteCell(cell.index),)
    if cell.language != "python":
        return Fix("delete the cell", edits, safe=False)
    python = PythonCell(cell)
    tree = python.tree
    if tree is None or python.magics:
        return None
    assigned = list(assigned_in(python))
    if len(assigned) != len(tree.body) or any(one.obstacle for one in assigned):
        return None
    comments = [row for row in cell.rows if row.lstrip().startswith("#")]
    is_as_written = cell.rows[:1] == (_COMMENT,) and len(comments) == 1
    is_overridden = {one.name for one in assigned} <= defaults
    has_comments = any(one.comment for one in assigned)
    safe = is_as_written and is_overridden and not has_comments
    return Fix("delete the cell", edits, safe=safe)
