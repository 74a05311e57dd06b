from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import EVERYTHING


class EnvironmentDump(Rule):
    """The notebook shows the values of all environment variables.

    On the hub, the environment holds every shared credential. `%env`, `!env`, `!printenv`, `!set`
    and a displayed `os.environ` write all of them to the saved outputs. Newer versions of IPython
    hide some variables by name in `%env`; the other commands hide none. Show one variable that is
    not a secret, or only the names: `sorted(os.environ)`.

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
                    f"all environment variables are shown by {exposure.by}",
                    subject=exposure.by,
                    help="show one variable that is not a secret, or the names: sorted(os.environ)",
                )
