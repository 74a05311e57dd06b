from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.parameters import Parameters
from nblint.suggestions import Suggestions, nearest


class UnknownParameter(Rule):
    """The header documents a parameter that the parameters cell does not assign.

    Whoever trusts the table sets it, and nothing changes: papermill passes an unknown parameter on
    with a warning in its log. Mend the name, or drop the row.

    Silent where no cell is tagged `parameters`, which is NBL403's affair, and where that cell
    cannot be read.

    Refused:

    ```python
    # %% [markdown]
    # # Phishing triage
    #
    # ## Parameters
    # Parameter | Description
    # --- | ---
    # dayz | How far back to look

    # %% tags=["parameters"]
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

    code = "NBL402"
    settings = ("header.sections",)

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        if not parameters.readable:
            return
        assigned = dict.fromkeys(parameter.name for parameter in parameters.assigned)
        suggestions = Suggestions(lambda name: nearest(name, assigned))
        for row in parameters.documented or ():
            if row.name not in assigned:
                yield self.at(
                    row.place,
                    f"the parameters cell does not assign {row.name!r}{suggestions.of(row.name)}",
                    help="use the name that the cell tagged 'parameters' assigns, or drop the row",
                )
