"""Reads the documentation of rules from their docstrings.

`nblint rule`, reports, hovers in editors and the reference in `docs/` are all made from it.
"""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from nblint.findings import Rule
from nblint.linting.registry import FAMILIES, family_name, family_of, rules
from nblint.linting.selection import Selection
from nblint.patterns import lazy_pattern
from nblint.settings import Settings, Severity
from nblint.settings_files import SettingsFile

SITE = "https://nblint.readthedocs.io/en/stable/"

# An example in a docstring: a label on a row of its own, then a fenced block.
_EXAMPLE = lazy_pattern(r"^(Refused|Instead):\n\n```([\w.]+)\n(.*?)^```$\n*", re.M | re.S)


def url(code: str) -> str | None:
    """Return the address of a rule's documentation; None for a plugin that names none."""
    if family_of(code) in FAMILIES:
        return f"{SITE}reference/rules/{code}/"
    from nblint.linting.plugins import plugin_of

    plugin = plugin_of(code)
    return plugin.url if plugin else None


def summary(rule: Rule) -> str:
    """Return what is wrong if a rule finds something, in one sentence."""
    return explanation(rule).partition("\n")[0]


def explanation(rule: Rule) -> str:
    """Return a rule's documentation as Markdown, including its examples."""
    return inspect.getdoc(rule) or ""


@dataclass(frozen=True, slots=True)
class Example:
    """A notebook, or a part of one.

    Attributes:
        language: "python" for a code cell, or for cells under `# %%` as jupytext writes them;
            "markdown" for a markdown cell; "json" for the file.
        text: The contents.
    """

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleDocumentation:
    """All documentation of a rule; `dataclasses.asdict` gives the JSON of `nblint rules`.

    Attributes:
        code: `NBL` and three digits; for rules of a plugin, its own prefix and three digits.
        name: Its name, in kebab-case.
        family: The family's name: "header"; for rules of a plugin, the name of its package.
        summary: What is wrong if it finds something, in one sentence.
        explanation: Why that matters and what to write instead, as Markdown without the examples.
        severity: "error" or "warning".
        default: Whether it runs without settings.
        explicit: Whether it runs only when it is selected by its full code or by `ALL`.
        fixable: "safe", "unsafe" if every fix needs `--unsafe-fixes`, or None.
        settings: The keys of the settings that decide what it finds: "header.sections".
        refused: A notebook that it refuses; None if its docstring shows none.
        instead: The same notebook, fixed.
        url: The address of this documentation; for rules of a plugin that of its package, None if
            it names none.
    """

    code: str
    name: str
    family: str
    summary: str
    explanation: str
    severity: Severity
    default: bool
    explicit: bool
    fixable: Literal["safe", "unsafe"] | None
    settings: tuple[str, ...]
    refused: Example | None
    instead: Example | None
    url: str | None


def documentation() -> dict[str, RuleDocumentation]:
    """Return the documentation of every rule by its code, in order."""
    return {code: rule_documentation(rule) for code, rule in rules().items()}


@cache
def _default_codes() -> frozenset[str]:
    return frozenset(rule.code for rule in Selection(SettingsFile(Settings(), Path())).rules)


def rule_documentation(rule: Rule) -> RuleDocumentation:
    """Return all documentation of a rule."""
    text = explanation(rule)
    examples = {match[1]: Example(match[2], match[3]) for match in _EXAMPLE.finditer(text)}
    first, _, rest = _EXAMPLE.sub("", text).partition("\n")
    return RuleDocumentation(
        code=rule.code,
        name=rule.name,
        family=family_name(family_of(rule.code)),
        summary=first,
        explanation=rest.strip(),
        severity=rule.severity,
        default=rule.code in _default_codes(),
        explicit=rule.explicit,
        fixable=rule.fixable,
        settings=rule.settings,
        refused=examples.get("Refused"),
        instead=examples.get("Instead"),
        url=url(rule.code),
    )
