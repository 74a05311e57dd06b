"""Finds the rules: nblint's own, by their index, and those of plugins."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from nblint.errors import SettingsError
from nblint.findings import ALL, OWN, Rule, covers
from nblint.rules.index import INDEX

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


@lru_cache(maxsize=1)
def own_rules() -> MappingProxyType[str, Rule]:
    """Return nblint's own rules by their codes, in order."""
    return MappingProxyType({entry.code: entry.rule for entry in INDEX})


def rules() -> Mapping[str, Rule]:
    """Return all rules by their codes: nblint's own, then those of the installed plugins."""
    from nblint.linting.plugins import load_plugins

    return {**own_rules(), **{rule.code: rule for rule in load_plugins((ALL,)).rules}}


def are_about_plugins(selectors: Iterable[str]) -> bool:
    """Tell whether any of the selectors may be about rules of plugins.

    Looking for installed ones takes longer than checking a notebook.
    """
    return any(one == ALL or not covers(one[: len(OWN)], OWN) for one in selectors)


def rule_of(code: str) -> Rule:
    """Return the rule that has a code, loading no other of nblint's own.

    Raises:
        SettingsError: No rule has it.
    """
    if code[:4] in FAMILIES:
        found = next((entry.rule for entry in INDEX if entry.code == code), None)
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
