"""Which rules there are: every `Rule` in a module under `nblint.rules`."""

import importlib
import os
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType

import nblint.rules
from nblint.findings import Rule

# The hundreds of the codes: selectors that always hold, and the names of the hooks.
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


@lru_cache(maxsize=1)
def rules() -> MappingProxyType[str, Rule]:
    """Return all rules by their codes, in order."""
    found: dict[str, Rule] = {}
    for name in _modules():
        module = importlib.import_module(name)
        for value in vars(module).values():
            # Only classes with a code of their own: several rules may share an abstract one.
            if isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value):
                found[value.code] = value()
    return MappingProxyType(dict(sorted(found.items())))


def _modules() -> Iterator[str]:
    """Yield the names of the modules with rules; `pkgutil` would load `inspect` to find them."""
    for top in nblint.rules.__path__:
        for family in os.scandir(top):
            if family.is_dir():
                for file in os.scandir(family):
                    if file.name.endswith(".py"):
                        yield f"nblint.rules.{family.name}.{file.name.removesuffix('.py')}"
