"""What rules and settings say of themselves: their docstrings are the documentation.

`nblint rule`, the reports, the editors' hovers and the reference in `docs/` all read it here.
"""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from nblint.findings import Rule
from nblint.linting.registry import FAMILIES, rules
from nblint.linting.selection import Selection
from nblint.patterns import lazy_pattern
from nblint.settings import Settings, Severity
from nblint.settings_files import SettingsFile

_SITE = "https://nblint.readthedocs.io/en/stable/reference/rules"

# How a docstring gives its examples: a label on a row of its own, then a fenced block.
_EXAMPLE = lazy_pattern(r"^(Refused|Instead):\n\n```([\w.]+)\n(.*?)^```$\n*", re.M | re.S)


def url(code: str) -> str:
    """Return the address of a rule's documentation."""
    return f"{_SITE}/{code}/"


def summary(rule: Rule) -> str:
    """Return what is wrong when a rule finds something, in one sentence."""
    return explanation(rule).partition("\n")[0]


def explanation(rule: Rule) -> str:
    """Return a rule's documentation as markdown, its examples included."""
    return inspect.getdoc(rule) or ""


@dataclass(frozen=True, slots=True)
class Example:
    """A notebook, or a part of one.

    Attributes:
        language: "python": a code cell, or cells under `# %%` as jupytext writes them; "markdown":
            a markdown cell; "json": the file.
        text: What it holds.
    """

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleDocumentation:
    """All that there is to know of a rule; `dataclasses.asdict` gives the JSON of `nblint rules`.

    Attributes:
        code: `NBL` and three digits.
        name: Its name, in kebab-case.
        family: The family's name: "header".
        summary: What is wrong when it finds something, in one sentence.
        explanation: Why that matters and what to write instead: markdown, without the examples.
        severity: "error" or "warning".
        default: Whether it runs without settings.
        explicit: Whether it runs only when it is selected by its full code or by `ALL`.
        fixable: "safe", "unsafe" where every fix needs `--unsafe-fixes`, or None.
        settings: The keys of the settings that decide what it finds: "header.sections".
        refused: A notebook that it refuses; None where its docstring shows none.
        instead: The same notebook, fixed.
        url: The address of this documentation.
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
    url: str


def documentation() -> dict[str, RuleDocumentation]:
    """Return the documentation of every rule, by their codes, in order."""
    return {code: rule_documentation(rule) for code, rule in rules().items()}


@cache
def _default_codes() -> frozenset[str]:
    return frozenset(rule.code for rule in Selection(SettingsFile(Settings(), Path())).rules)


def rule_documentation(rule: Rule) -> RuleDocumentation:
    """Return all that there is to know of a rule."""
    text = explanation(rule)
    examples = {match[1]: Example(match[2], match[3]) for match in _EXAMPLE.finditer(text)}
    first, _, rest = _EXAMPLE.sub("", text).partition("\n")
    return RuleDocumentation(
        code=rule.code,
        name=rule.name,
        family=FAMILIES[rule.code[:4]],
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
