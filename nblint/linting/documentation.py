"""What a rule says of itself: its docstring is its documentation."""

import inspect

from nblint.findings import Rule

_SITE = "https://nblint.readthedocs.io/en/stable/rules"


def url(code: str) -> str:
    """Return the address of a rule's documentation."""
    return f"{_SITE}/{code}/"


def summary(rule: Rule) -> str:
    """Return what is wrong when a rule finds something, in one sentence."""
    return explanation(rule).partition("\n")[0]


def explanation(rule: Rule) -> str:
    """Return a rule's documentation as markdown."""
    return inspect.getdoc(rule) or ""
