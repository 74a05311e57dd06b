from collections.abc import Iterator

from nblint.document.model import Place
from nblint.findings import Finding, Rule
from nblint.project.distributions import distributions, is_declared
from nblint.project.needed_packages import of_packages
from nblint.project.project import Project
from nblint.reading.python.imports import Imports


class UndeclaredImport(Rule):
    """A module is imported that no requirements file declares.

    The module happens to be installed on the author's machine. On a colleague's machine, in a
    pipeline or on the server after the next update, it is missing or has another version.

    Add the package that provides it to the requirements. Python's own modules, the repository's
    modules, and imports that the notebook can do without (`try: … except ImportError`) need no
    declaration. In a repository without a requirements file, one finding lists all imports.

    Refused:

    ```python
    import numpy as np
    ```

    Instead:

    ```requirements.txt
    numpy==2.1.3
    ```
    """

    code = "NBL505"
    needs = frozenset({"requirements"})
    settings = ("reproducibility.requirements",)

    def check(self, imports: Imports, project: Project) -> Iterator[Finding]:
        requirements = project.requirements
        if requirements is None:
            return
        undeclared: dict[str, tuple[str, Place]] = {}  # by distributions
        for module, one in of_packages(imports, requirements):
            if not one.is_optional and not is_declared(module, requirements.distributions):
                undeclared.setdefault(distributions(module)[0], (module, one.place))
        if undeclared and not requirements.files:
            modules = sorted(module for module, _ in undeclared.values())
            noun = "module" if len(modules) == 1 else "modules"
            yield self.at(
                next(place for _, place in undeclared.values()),
                f"missing requirements file for imported {noun} {', '.join(map(repr, modules))}",
                subject=" ".join(sorted(undeclared)),
                help="declare the packages in a requirements.txt, with versions: "
                + ", ".join(sorted(undeclared)),
            )
            return
        for distribution, (module, place) in undeclared.items():
            file = requirements.files[0].name
            yield self.at(
                place,
                f"imported module {module!r} is not in the requirements",
                subject=distribution,
                help=f"add {distribution}, or another package that provides it, to {file}",
            )
