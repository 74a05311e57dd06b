"""Which environment variables the notebooks of a repository need."""

from __future__ import annotations

from collections.abc import Callable, Set

from msgspec import Struct

from nblint.project.catalogue.model import Catalogue
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import Read


class NeededVariable(Struct):
    """A variable that notebooks read and do not set themselves.

    Attributes:
        name: Its name.
        declared: "yes", "no", or "elsewhere" for names that the system sets or `known` covers.
        secret: Whether its value is a secret.
        required: Whether a notebook fails, or does something else than it says, without it.
        help: What the catalogue says about it.
        notebooks: The notebooks that read it, in order.
    """

    name: str
    declared: str
    secret: bool
    required: bool = False
    help: str = ""
    notebooks: list[str] = []


class Inventory:
    """The variables that notebooks read and do not set themselves, by name."""

    def __init__(self) -> None:
        self._variables: dict[str, NeededVariable] = {}

    @property
    def variables(self) -> list[NeededVariable]:
        """The variables, sorted by name."""
        return [self._variables[name] for name in sorted(self._variables)]

    def add(
        self,
        notebook: str,
        environment: Environment,
        catalogue: Catalogue,
        shown: Callable[[str], str],
    ) -> None:
        """Add what a notebook reads.

        Args:
            notebook: The notebook's name in reports.
            environment: What the notebook does with the environment.
            catalogue: What is declared for the notebook.
            shown: Hides credentials: people ask the environment for the key instead of its name.
        """
        for read in environment.reads:
            if read.name is None or environment.sets_before(read):
                continue
            name = shown(read.name)
            variable = self._variables.get(name)
            if variable is None:
                variable = self._variables[name] = _needed(name, catalogue)
            variable.required = variable.required or _is_required(read, catalogue)
            if notebook not in variable.notebooks:
                variable.notebooks.append(notebook)

    def missing(self, present: Set[str]) -> list[NeededVariable]:
        """Return the required variables that are not among those present."""
        return [found for found in self.variables if found.required and found.name not in present]


def _needed(name: str, catalogue: Catalogue) -> NeededVariable:
    variable = catalogue.variables.get(name)
    elsewhere = "elsewhere" if catalogue.knows(name) else "no"
    declared = "yes" if variable else elsewhere
    text = variable.declaration.help if variable else ""
    return NeededVariable(name, declared, catalogue.is_secret(name), help=text)


def _is_required(read: Read, catalogue: Catalogue) -> bool:
    """Tell whether a notebook cannot do without what it reads."""
    if read.name is None or catalogue.is_optional(read.name):
        return False
    if read.guarded or read.asks or read.fallback is not None:
        return False
    return read.required or read.name in catalogue.variables
