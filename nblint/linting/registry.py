"""Finds the rules: every `Rule` with a code in a module under `nblint.rules`."""

import importlib
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from nblint.findings import Rule, covers

# The families by the prefixes of their codes. Their folders and hooks have the same names.
FAMILIES = MappingProxyType(
    {
        "NBL0": "file",
        "NBL1": "header",
        "NBL2": "credentials",
        "NBL3": "environment",
        "NBL4": "parameters",
        "NBL5": "reproducibility",
    }
)

CREDENTIALS = "NBL2"
# The family of the rules that are always on.
_ABOUT_FILES = "NBL0"


def rules() -> MappingProxyType[str, Rule]:
    """Return all rules by their codes, in order."""
    return _by_code(tuple(FAMILIES))


def rules_about(selectors: Collection[str]) -> Iterable[Rule]:
    """Return the rules of the families that selectors are about, in order, loading no others.

    Rules that are always on are included.
    """
    families = (
        family
        for family in FAMILIES
        if family == _ABOUT_FILES
        or any(covers(selector, family) or covers(family, selector) for selector in selectors)
    )
    return _by_code(tuple(families)).values()


@lru_cache(maxsize=16)
def _by_code(families: tuple[str, ...]) -> MappingProxyType[str, Rule]:
    return MappingProxyType({rule.code: rule for family in families for rule in _family(family)})


@lru_cache(maxsize=len(FAMILIES))
def _family(family: str) -> tuple[Rule, ...]:
    """Return the rules in a family's folder, in the order of their codes.

    Not by `pkgutil`, which would load `inspect`.
    """
    package = importlib.import_module(f"nblint.rules.{FAMILIES[family]}")
    files = [file for file in Path(package.__path__[0]).iterdir() if file.suffix == ".py"]
    modules = [importlib.import_module(f"{package.__name__}.{file.stem}") for file in files]
    # Only classes with a code of their own: several rules may share an abstract base class.
    classes = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value)
    }
    return tuple(sorted((rule() for rule in classes), key=lambda rule: rule.code))
