"""Says what may be meant by a rule code or selector that nothing has."""

import re

from nblint.findings import ALL
from nblint.linting.plugins import installed
from nblint.linting.registry import FAMILIES, family_of, own_rules
from nblint.suggestions import nearest

_PLUGINS_CODE = re.compile("[A-Z]{2,10}[0-9]{0,3}")


def hint_for(given: str) -> str:
    """Return what follows the message about an unknown code: a suggestion, by its family if any.

    Args:
        given: A rule's code or name, or a selector, which is unknown.

    Returns:
        A phrase that begins with a semicolon; an empty string where nothing is near.
    """
    code = given.upper()
    named = [rule.code for rule in own_rules().values() if rule.name == given.lower()]
    if code in FAMILIES or code in own_rules():  # in lower case
        named = [code]
    if named:
        return f"; did you mean {named[0]!r}?"
    if re.fullmatch("NBL[0-9]+", code):
        return _by_family(code)
    prefixes = [plugin.prefix for plugin in installed().plugins]
    if code in prefixes:  # in lower case
        return f"; did you mean {code!r}?"
    names = {name for rule in own_rules().values() for name in (rule.code, rule.name)}
    hint = nearest(code, [*own_rules(), *FAMILIES, ALL, *prefixes]) or nearest(given.lower(), names)
    if hint or not _PLUGINS_CODE.fullmatch(given):
        return hint
    prefix = given.rstrip("0123456789")
    return (
        f"; no installed package has rules {prefix}: install it in the environment of nblint"
        " (for a hook of pre-commit, name it in additional_dependencies)"
    )


def _by_family(code: str) -> str:
    family = family_of(code)
    if family not in FAMILIES:
        families = ", ".join(f"{prefix} {name}" for prefix, name in FAMILIES.items())
        return f"; no family {family}: the families are {families}"
    codes = [one for one in own_rules() if one.startswith(family)]
    hint = nearest(code, codes) or ";"
    return f"{hint} {family} ({FAMILIES[family]}) has codes from {codes[0]} to {codes[-1]}"
