from collections.abc import Iterator

from nblint.document.edit import DeleteCell
from nblint.document.model import Place
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.parameters import Parameters, assigned_in
from nblint.reading.python.cells import PythonCell


class InjectedParameters(Rule):
    """The parameters of one run were committed with the notebook.

    Papermill puts a run's values into a cell of its own, tagged `injected-parameters`, in the copy
    that it writes. In the notebook itself they overwrite its defaults, for everybody.

    The fix deletes the cell. Where the parameters cell does not assign all that it assigns, the
    notebook would miss a name, so that the fix needs `--unsafe-fixes`.

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
            injected = {parameter.name for parameter in assigned_in(PythonCell(cell))}
            yield self.at(
                Place(cell.index, "metadata"),
                "papermill's parameters of one run were committed",
                help="delete the cell; keep papermill's output out of the repository",
                fix=Fix("delete the cell", (DeleteCell(cell.index),), safe=injected <= defaults),
            )
