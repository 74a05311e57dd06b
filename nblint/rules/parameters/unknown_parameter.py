from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.parameters import Parameters
from nblint.suggestions import Suggestions, nearest


class UnknownParameter(Rule):
    """The header documents a parameter that the parameters cell does not assign.

    Setting it has no effect: papermill only logs a warning about an unknown parameter. Correct the
    name, or remove the row.

    The rule is silent if no cell is tagged `parameters`, which NBL403 reports, and if that cell
    cannot be parsed.

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
                    f"parameter {row.name!r} is not assigned in the parameters cell"
                    f"{suggestions.of(row.name)}",
                    subject=row.name,
                    help="use a name that the cell tagged 'parameters' assigns, or remove the row",
                )
