"""`nblint rule` and `nblint rules`."""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict

import click

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import OneOf, RuleCode
from nblint.linting.documentation import RuleDocumentation, documentation
from nblint.linting.registry import FAMILIES

# Longer lines are hard to read, however wide the terminal is.
_WIDEST = 100

_FIXES = {None: "", "safe": "fix", "unsafe": "fix!"}

_output_format = click.option(
    "--output-format",
    type=OneOf(("text", "json")),
    default="text",
    help="Output format: text (default) or json.",
)


@click.command(cls=SectionedCommand)
@click.argument("code", type=RuleCode())
@_output_format
def rule(code: str, output_format: str) -> None:
    """Explain a rule.

    CODE is the rule's code or name. The explanation covers what the rule refuses and why, an
    example, whether it runs by default, whether it has a fix, and which settings affect it.

    Examples:
      nblint rule NBL102
      nblint rule missing-section
    """
    found = documentation()[code]
    if output_format == "json":
        click.echo(json.dumps(asdict(found), indent=2))
        return
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    click.echo("\n".join(_explained(found, width)))


@click.command(cls=SectionedCommand)
@_output_format
def rules(output_format: str) -> None:
    """List all rules, with their defaults and fixes.

    `error` fails a run, `warning` only with --strict; `off` runs only if it is selected, in the
    settings or with --select. `fix` is applied by --fix, `fix!` by --fix --unsafe-fixes. `nblint
    rule CODE` explains a rule.
    """
    found = documentation().values()
    if output_format == "json":
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
        return
    # A program that reads the table gets one line per rule; lines are only wrapped for people.
    width = max(80, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None
    for code, family in FAMILIES.items():
        click.echo(f"{code} {family}")
        for one in found:
            if one.family == family:
                default = one.severity if one.default else "off"
                start = f"  {one.code}  {one.name:<24}  {default:<7}  {_FIXES[one.fixable]:<4}  "
                row = f"{start}{one.summary}"
                indent = " " * len(start)
                click.echo(textwrap.fill(row, width, subsequent_indent=indent) if width else row)


def _explained(found: RuleDocumentation, width: int) -> Iterator[str]:
    """Yield the lines that explain a rule, wrapped to a width in columns."""
    yield f"{found.code} {found.name}"
    yield ""
    for paragraph in (found.summary, *found.explanation.split("\n\n")):
        yield textwrap.fill(paragraph, width, break_on_hyphens=False, break_long_words=False)
        yield ""
    for label, example in (("Refused:", found.refused), ("Instead:", found.instead)):
        if example is not None:
            yield label
            yield ""
            yield textwrap.indent(example.text, "    ")
    facts = {
        "severity": found.severity,
        "default": _default(found),
        "fix": {
            None: "none",
            "safe": "nblint check --fix",
            "unsafe": "nblint check --fix --unsafe-fixes",
        }[found.fixable],
        "settings": ", ".join(found.settings) or "none",
        "more": found.url,
    }
    for name, fact in facts.items():
        yield f"{name + ':':<10}{fact}"


def _default(found: RuleDocumentation) -> str:
    if found.default:
        return "on"
    if found.explicit:
        return f'off; enable it with extend-select = ["{found.code}"] (a prefix is not enough)'
    family = found.code[:4]
    return f'off; enable it with extend-select = ["{found.code}"], its family with ["{family}"]'
