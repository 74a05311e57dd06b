"""Which rules there are: every `Rule` in a module under `nblint.rules`."""

import importlib
import pkgutil
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
    for module_info in pkgutil.walk_packages(nblint.rules.__path__, "nblint.rules."):
        module = importlib.import_module(module_info.name)
        for value in vars(module).values():
            # Only classes with a code of their own: several rules may share an abstract one.
            if isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value):
                found[value.code] = value()
    return MappingProxyType(dict(sorted(found.items())))
