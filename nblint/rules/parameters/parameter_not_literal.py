from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.header.parameters import Parameters


class ParameterNotLiteral(Rule):
    """A parameter's value is none that papermill can infer or replace.

    Papermill replaces a parameter by text, a number, a boolean, None, a list or a mapping. Where
    the notebook has `Path("data")` it then gets a plain string, and `end = start + 7` keeps the
    value that it was given from the old `start`.

    Assign literals in the parameters cell, one name a line, and compute the rest in the next cell:
    `data = "data"` there, `data_path = Path(data)` here.

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
                    f"the parameter {parameter.name!r} {parameter.obstacle}",
                    help="assign a literal here, one name a line; compute with it in the next cell",
                )
