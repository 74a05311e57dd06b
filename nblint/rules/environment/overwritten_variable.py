from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class OverwrittenVariable(Rule):
    """The notebook sets or removes a variable that the catalogue declares.

    The hub gives declared variables their values. A notebook that sets its own works with other
    data than its readers think, and often holds a credential. Leave the variable alone, or keep
    the notebook's own value under another name.

    Setting a variable only where it is missing is fine: `os.environ.setdefault`, or behind
    `if "X" not in os.environ`. So is `X=1 command` in a shell line, which holds for that command.
    `!export X=1` is reported as well, though it sets nothing: each `!` line has a shell of its own.

    Refused:

    ```python
    import os

    os.environ["DATADOG_SITE"] = "datadoghq.eu"
    ```

    Instead:

    ```python
    site = "datadoghq.eu"
    ```
    """

    code = "NBL303"
    settings = ("environment.catalogues",)

    def check(self, environment: Environment, catalogue: Catalogue) -> Iterator[Finding]:
        for write in environment.writes:
            if write.name is None or write.name not in catalogue.variables or write.guarded:
                continue
            if write.lost:
                message = f"{write.name} comes from the catalogue, and is set here to no effect"
                advice = "each ! line has a shell of its own; leave the line out"
            else:
                done = "removed" if write.removes else "overwritten"
                message = f"{write.name} comes from the catalogue, and is {done} here"
                advice = "leave it to the hub, or use a name of your own"
            yield self.at(write.place, message, help=advice)
