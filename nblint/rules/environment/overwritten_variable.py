from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment


class OverwrittenVariable(Rule):
    """The notebook sets or removes a variable that the catalogue declares.

    The hub sets declared variables. A notebook that overwrites one works with other data than its
    readers expect, and often holds a credential. Leave the variable alone, or keep the notebook's
    own value under another name.

    Setting a variable only where it is missing is not reported: with `os.environ.setdefault`, or
    behind `if "X" not in os.environ`. Neither is `X=1 command` in a shell line, which affects only
    that command. `!export X=1` is reported although it has no effect: each `!` line runs in its own
    shell.

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
                message = (
                    f"catalogue variable {write.name!r} is set in a shell line, without effect"
                )
                advice = "remove the line: each '!' line runs in its own shell"
            else:
                done = "removed" if write.removes else "overwritten"
                message = f"catalogue variable {write.name!r} is {done}"
                advice = "use the value that the hub sets, or another name"
            how = "lost" if write.lost else "removed" if write.removes else "set"
            yield self.at(write.place, message, subject=f"{write.name} {how}", help=advice)
