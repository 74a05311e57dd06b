from collections.abc import Iterator

from nblint.document.edit import DeleteCell
from nblint.document.model import Place
from nblint.findings import Finding, Fix, Rule
from nblint.reading.header.parameters import Parameters, assigned_in
from nblint.reading.python.cells import PythonCell


class InjectedParameters(Rule):
    """The notebook contains the parameters that papermill injected for one run.

    Papermill writes a run's values to a cell of their own, tagged `injected-parameters`, in the
    copy of the notebook that it creates. In the notebook itself, they override its defaults for
    everyone.

    The fix deletes the cell. It needs `--unsafe-fixes` if the cell assigns a name that the
    parameters cell does not, since the notebook would then lack it.

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
                "cell contains parameters that papermill injected for one run",
                help="delete the cell, and keep papermill's output notebooks out of the repository",
                fix=Fix("delete the cell", (DeleteCell(cell.index),), safe=injected <= defaults),
            )
