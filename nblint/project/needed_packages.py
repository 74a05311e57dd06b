"""Which packages the notebooks of a repository need."""

from collections.abc import Iterable, Iterator, Set
from functools import lru_cache

from msgspec import Struct

from nblint.patterns import lazy_pattern
from nblint.project.distributions import (
    STANDARD_LIBRARY,
    canonical,
    distributions,
    importable,
    installed_modules,
    is_declared,
    is_listed,
    is_shared,
)
from nblint.project.requirements import Requirements
from nblint.reading.python.imports import Import, Imports

# What follows a "+" in a version says who built it, which no requirement may compare.
# https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers
_PUBLIC_VERSION = lazy_pattern(r"[0-9][0-9a-zA-Z.!]*")
# https://packaging.python.org/en/latest/specifications/name-normalization/
_PACKAGE = lazy_pattern(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class NeededPackage(Struct):
    """A package that notebooks import.

    Attributes:
        name: Its canonical name.
        module: The module that is imported from it.
        version: The version that is installed here; None for a package that is not installed.
        is_known: Whether its name is known, and not only that of the module.
        is_optional: Whether all notebooks can do without: they catch the error.
        notebooks: The notebooks that import it, in order.
    """

    name: str
    module: str
    version: str | None
    is_known: bool
    is_optional: bool = True
    notebooks: list[str] = []

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody should check its name: it is a guess, and a line declares it."""
        return not (self.is_known or self.is_optional or self.requirement is None)

    @property
    def requirement(self) -> str | None:
        """The line that declares it, without a comment; None if no package can have its name.

        The installed version is the lower bound: the notebooks are known to run with it, but not
        with an older one. An exact version belongs in a lock file.
        """
        if not _PACKAGE.fullmatch(self.name):
            return None
        return f"{self.name}>={self.version}" if self.version else self.name


class NeededPackages:
    """The packages that notebooks import and requirements do not declare."""

    def __init__(self) -> None:
        self._packages: dict[str, NeededPackage] = {}

    @property
    def packages(self) -> list[NeededPackage]:
        """The packages, sorted by name."""
        return [self._packages[name] for name in sorted(self._packages)]

    def add(
        self, notebook: str, imports: Imports, requirements: Requirements, declared: Set[str]
    ) -> None:
        """Add what a notebook imports.

        Args:
            notebook: The notebook's name in reports.
            imports: What it imports.
            requirements: What its repository holds.
            declared: The canonical names of what is declared already.
        """
        for module, one in of_packages(imports, requirements):
            if is_declared(module, declared):
                continue
            found = _needed(module)
            package = self._packages.setdefault(found.name, found)
            package.is_optional = package.is_optional and one.is_optional
            if notebook not in package.notebooks:
                package.notebooks.append(notebook)


def of_packages(imports: Imports, requirements: Requirements) -> Iterator[tuple[str, Import]]:
    """Yield the imports from packages: neither Python's own modules nor the repository's.

    Args:
        imports: The imports of a notebook.
        requirements: What its repository holds.

    Yields:
        The module, as `importable` returns it, and its import.
    """
    own = requirements.modules | imports.written
    for one in imports.found:
        module = importable(one.module)
        top = module.partition(".")[0]
        if top not in STANDARD_LIBRARY and top not in own:
            yield module, one


def _needed(module: str) -> NeededPackage:
    candidates = distributions(module)
    for name in (*candidates, *_installed_with(module)):
        if version := _installed_version(name, module):
            public = _PUBLIC_VERSION.match(version)
            return NeededPackage(canonical(name), module, public and public[0], is_known=True)
    # What shares a module with others is named after all of its own: google-cloud-storage.
    return NeededPackage(candidates[0], module, None, is_known=is_listed(module) or "." in module)


def _installed_version(name: str, module: str) -> str | None:
    """Return the installed version of a package that contains a module; None without one."""
    from importlib import metadata

    top = module.partition(".")[0]
    try:
        if not is_shared(module) and top not in installed_modules(name):
            return None
        return metadata.version(name)
    except Exception:  # not installed, or with broken metadata
        return None


def _installed_with(module: str) -> Iterable[str]:
    """Return the installed packages that contain a module, whatever their names are."""
    return () if is_shared(module) else _packages().get(module.partition(".")[0], ())


@lru_cache(maxsize=1)
def _packages() -> dict[str, list[str]]:
    from importlib import metadata

    try:
        return {
            module: sorted(set(names))
            for module, names in metadata.packages_distributions().items()
        }
    except Exception:  # broken metadata of any package
        return {}
