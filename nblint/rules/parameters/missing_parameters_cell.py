from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.reading.header.header import PARAMETERS_TAG
from nblint.reading.header.parameters import Parameters


class MissingParametersCell(Rule):
    """The header documents parameters, but no code cell is tagged `parameters`.

    Without the tag, papermill inserts a run's values at the top of the notebook, where the
    notebook's own assignments overwrite them: a scheduled run silently ignores the values it was
    given.

    Assign the parameters in a code cell of their own and tag it: in JupyterLab under "Property
    Inspector" (the cogwheels), "Cell Tags".

    Refused:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # days | How far back to look

    # %%
    days = 7
    ```

    Instead:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # days | How far back to look

    # %% tags=["parameters"]
    days = 7
    ```
    """

    code = "NBL403"
    settings = ("header.sections",)

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        if any(cell.type == "code" for cell in parameters.tagged):
            return
        advice = f"assign the parameters in one code cell, and tag it {PARAMETERS_TAG!r}"
        for cell in parameters.tagged:
            yield self.at(
                Place(cell.index, "metadata"),
                f"cell tagged {PARAMETERS_TAG!r} is not a code cell",
                subject="tagged",
                help=advice,
            )
            return
        if parameters.documented:
            yield self.at(
                parameters.documented[0].place,
                f"parameters are documented, but no cell is tagged {PARAMETERS_TAG!r}",
                subject="documented",
                help=advice,
            )
