from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.suggestions import Suggestions

_LOST = "!export sets it for that line alone: each ! line runs in a shell of its own"


class UndeclaredVariable(Rule):
    """The notebook reads an environment variable that no catalogue declares.

    On the hub, every notebook finds the variables of the catalogue and no others: a name that is
    misspelt, or that only the author's own machine sets, gives None or a KeyError to everybody
    else. Correct the name, or have the variable declared in the catalogue.

    Names that the system, Jupyter, JupyterHub, Python and CI services set by themselves are known,
    as are the globs in the setting `known`. A variable that the notebook has set itself before is
    not undeclared. Without a catalogue, this rule is silent.

    Refused:

    ```python
    import os

    site = os.environ["DATADOG_STIE"]
    ```

    Instead:

    ```python
    import os

    site = os.environ["DATADOG_SITE"]
    ```
    """

    code = "NBL301"
    settings = ("environment.catalogues", "environment.known")

    def check(self, environment: Environment, catalogue: Catalogue) -> Iterator[Finding]:
        if not catalogue:
            return
        lost = {write.name for write in environment.writes if write.lost}
        suggestions = Suggestions(catalogue.nearest)
        read = {read.name for read in environment.reads if not read.asks}
        for use in environment.reads:
            if use.name is None or catalogue.knows(use.name) or environment.sets_before(use):
                continue
            if use.asks and use.name in read:
                continue  # the read itself is reported
            nearest = suggestions.of(use.name)
            yield self.at(
                use.place,
                f"{use.name} is not in the catalogue"
                + (f"; did you mean {nearest}?" if nearest else ""),
                help=_LOST
                if use.name in lost
                else f"declared in {catalogue.described}; ask the hub's owners for a new one",
            )
