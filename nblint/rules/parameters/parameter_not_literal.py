from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.parameters import Parameters


class ParameterNotLiteral(Rule):
    """Papermill cannot infer or replace a parameter's value.

    Papermill replaces a parameter with a string, a number, a boolean, None, a list or a mapping.
    Where the notebook has `Path("data")`, it gets a plain string instead, and `end = start + 7` is
    still computed from the default `start`, not from the value that the run was given.

    Assign literals in the parameters cell, one name per line (`data = "data"`), and compute the
    rest in the next cell (`data_path = Path(data)`).

    Refused:

    ```python
    # %% tags=["parameters"]
    from pathlib import Path

    data = Path("data")
    ```

    Instead:

    ```python
    # %% tags=["parameters"]
    data = "data"

    # %%
    from pathlib import Path

    data_path = Path(data)
    ```
    """

    code = "NBL405"

    def check(self, parameters: Parameters) -> Iterator[Finding]:
        for parameter in parameters.assigned:
            if parameter.obstacle:
                yield self.at(
                    parameter.place,
                    f"parameter {parameter.name!r} {parameter.obstacle}",
                    subject=parameter.name,
                    help="assign a literal here, one name per line, "
                    "and compute the rest in the next cell",
                )
