from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import EVERYTHING


class ExposedValue(Rule):
    """A secret's value is written to the notebook's outputs.

    Outputs are saved with the notebook and go wherever it goes: into the repository, into the copy
    of every scheduled run, to everyone who opens it. Print whether the variable is set, or how long
    it is, but never the value or a part of it.

    Values are followed through variables, f-strings, slices and containers, from cell to cell, to
    `print`, `display`, logging, a cell's last expression and `!echo`. Passing a secret to a client
    or in a header is fine.

    Refused:

    ```python
    import os

    print(os.environ["DATADOG_API_KEY"])
    ```

    Instead:

    ```python
    import os

    print("DATADOG_API_KEY" in os.environ)
    ```
    """

    code = "NBL304"
    settings = ("environment.catalogues",)

    def check(self, environment: Environment, catalogue: Catalogue) -> Iterator[Finding]:
        for exposure in environment.exposures:
            if exposure.name != EVERYTHING and catalogue.is_secret(exposure.name):
                yield self.at(
                    exposure.place,
                    f"secret {exposure.name!r} is shown by {exposure.by}",
                    subject=f"{exposure.name} {exposure.by}",
                    help=f'show whether it is set instead: "{exposure.name}" in os.environ',
                )
