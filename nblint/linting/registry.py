"""Finds the rules: nblint's own, one in each module under `nblint.rules`, and those of plugins."""

import importlib
import os
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from nblint.errors import SettingsError
from nblint.findings import ALL, OWN, Rule, covers, overlap

# The families of nblint's own rules by the prefixes of their codes. Their folders and hooks have
# the same names.
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


def own_rules() -> MappingProxyType[str, Rule]:
    """Return nblint's own rules by their codes, in order."""
    return _by_code(tuple(FAMILIES))


def rules() -> Mapping[str, Rule]:
    """Return all rules by their codes: nblint's own, then those of the installed plugins."""
    from nblint.linting.plugins import load_plugins

    return {**own_rules(), **{rule.code: rule for rule in load_plugins((ALL,)).rules}}


def own_rules_about(selectors: Collection[str]) -> Iterable[Rule]:
    """Return nblint's rules of the families that selectors are about, in order, loading no others.

    Rules that are always on are included.
    """
    families = (
        family
        for family in FAMILIES
        if family == _ABOUT_FILES or any(overlap(selector, family) for selector in selectors)
    )
    return _by_code(tuple(families)).values()


def are_about_plugins(selectors: Iterable[str]) -> bool:
    """Tell whether any of the selectors may be about rules of plugins.

    Looking for installed ones takes longer than checking a notebook.
    """
    return any(one == ALL or not covers(one[: len(OWN)], OWN) for one in selectors)


def rule_of(code: str) -> Rule:
    """Return the rule that has a code, loading no others than its family's.

    Raises:
        SettingsError: No rule has it.
    """
    if code[:4] in FAMILIES:
        found = _by_code((code[:4],)).get(code)
    else:
        from nblint.linting.plugins import load_plugins

        found = next((rule for rule in load_plugins((code,)).rules if rule.code == code), None)
    if found is None:
        raise SettingsError(f"unknown rule code {code!r}")
    return found


def family_of(code: str) -> str:
    """Return the prefix that a code has in common with its family: "NBL2", or a plugin's "ACME"."""
    return code[:4] if code.startswith(OWN) else code.rstrip("0123456789")


def family_name(family: str) -> str:
    """Return the name of a family: "credentials", or the package of a plugin's rules."""
    if family in FAMILIES:
        return FAMILIES[family]
    from nblint.linting.plugins import plugin_of

    plugin = plugin_of(family)
    return plugin.package if plugin else family


@lru_cache(maxsize=16)
def _by_code(families: tuple[str, ...]) -> MappingProxyType[str, Rule]:
    return MappingProxyType({rule.code: rule for family in families for rule in _family(family)})


@lru_cache(maxsize=len(FAMILIES))
def _family(family: str) -> tuple[Rule, ...]:
    """Return the rules in a family's folder, in the order of their codes.

    Not by `pkgutil`, which would load `inspect`.
    """
    package = importlib.import_module(f"nblint.rules.{FAMILIES[family]}")
    files = [name for name in os.listdir(package.__path__[0]) if name.endswith(".py")]  # noqa: PTH208
    names = [name.removesuffix(".py") for name in files if not name.startswith("_")]
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    # Only classes with a code of their own: several rules may share an abstract base class.
    classes = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value)
    }
    return tuple(sorted((rule() for rule in classes), key=lambda rule: rule.code))
