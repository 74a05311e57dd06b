from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import EVERYTHING


class ExposedValue(Rule):
    """A secret's value gets into the notebook's outputs.

    Outputs are saved with the notebook, and travel with it: into the repository, into the copy of
    every scheduled run, to everybody who opens it. Print whether the variable is set, or how long
    it is, never the value or a part of it.

    Values are followed through plain names, f-strings, slices and containers, from cell to cell,
    to `print`, `display`, logging, a cell's last expression and `!echo`. Passing a secret to a
    client or into a header is fine.

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
                    f"{exposure.name} is a secret, and {exposure.by} shows it",
                    help="show whether it is set, not what it is",
                )
