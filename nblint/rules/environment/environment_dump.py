from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import EVERYTHING


class EnvironmentDump(Rule):
    """The notebook shows the values of all environment variables.

    On the hub, the environment holds every shared credential. `%env`, `!env`, `!printenv`, `!set`
    and a displayed `os.environ` write them all into the saved outputs; newer versions of IPython
    hide some of them by their names, and none of the others do. Show the one variable that you
    want to see, if it is no secret, or the names alone: `sorted(os.environ)`.

    Refused:

    ```python
    %env
    ```

    Instead:

    ```python
    import os

    sorted(os.environ)
    ```
    """

    code = "NBL305"

    def check(self, environment: Environment) -> Iterator[Finding]:
        for exposure in environment.exposures:
            if exposure.name == EVERYTHING:
                yield self.at(
                    exposure.place,
                    f"{exposure.by} shows the values of all environment variables",
                    help="show single variables that are no secrets, or names: sorted(os.environ)",
                )
