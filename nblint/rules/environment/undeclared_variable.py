from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.suggestions import Suggestions

_LOST = "set it with %env or os.environ: each '!' line, such as !export, runs in its own shell"


class UndeclaredVariable(Rule):
    """The notebook reads an environment variable that no catalogue declares.

    On the hub, notebooks find the variables of the catalogue and no others. A misspelt name, or a
    variable that only the author's machine sets, gives everyone else None or a KeyError. Correct
    the name, or have the variable declared in the catalogue.

    Names that the system, Jupyter, JupyterHub, Python and CI services set are known, and so are
    those that match the globs in the setting `known`. A variable that the notebook sets before it
    reads it is not reported. The rule is silent without a catalogue.

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
                f"environment variable {use.name!r} is not in the catalogue"
                + (f"; did you mean {nearest!r}?" if nearest else ""),
                subject=use.name,
                help=_LOST if use.name in lost else _advice(catalogue, is_misspelt=bool(nearest)),
            )


def _advice(catalogue: Catalogue, *, is_misspelt: bool) -> str:
    correct = "correct the name, or " if is_misspelt else ""
    if catalogue.own:
        return f"{correct}add it to {catalogue.own[0]} (and `git add` that file)"
    return f"{correct or 'use a name that is there, or '}have it added to {catalogue.described}"
