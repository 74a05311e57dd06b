from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Gathered, RepositoryRule
from nblint.project.catalogue.model import Catalogue
from nblint.project.project import Project
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import Read, Write


class UnusedDeclaration(RepositoryRule):
    """The repository's own catalogue declares a variable that none of its notebooks reads.

    Somebody provides, stores and rotates its value for nothing, or a notebook reads a misspelt
    name. Remove the declaration, or correct the name.

    Only catalogues in the repository are checked: an organisation's shared catalogue declares what
    other repositories read. The rule runs only if it is selected by its full code or by `ALL`, and
    only if all notebooks of the repository are checked.

    Refused:

    ```environment.toml
    [environment.DATADOG_SITE]
    [environment.DATADOG_REGION]
    ```

    Instead:

    ```environment.toml
    [environment.DATADOG_SITE]
    ```
    """

    code = "NBL308"
    explicit = True
    settings = ("environment.catalogues",)

    def gather(self, environment: Environment) -> frozenset[str]:
        """Return the variables that a notebook uses; `*` if it may use any."""
        uses: list[Read | Write] = [*environment.reads, *environment.writes]
        return frozenset("*" if use.name is None else use.name for use in uses)

    def conclude(
        self, gathered: Gathered, catalogue: Catalogue, project: Project
    ) -> Iterator[Finding]:
        """Yield a finding for each declared variable that no notebook uses."""
        used: frozenset[str] = frozenset().union(*gathered)
        for variable in catalogue.variables.values():
            if variable.source in catalogue.own and variable.name not in used and "*" not in used:
                place = Place(surface="file", row=variable.row, column=1)
                yield self.at(
                    place,
                    f"declared variable {variable.name!r} is not read by any notebook",
                    subject=variable.name,
                    help="remove the declaration, or correct the name",
                    path=project.root / variable.source,
                )
