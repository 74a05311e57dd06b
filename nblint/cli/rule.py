"""`nblint rule` and `nblint rules`."""

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any, TypeVar

import click

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import OneOf, RuleCode
from nblint.cli.status import complain
from nblint.findings import ALL
from nblint.linting.documentation import (
    RuleDocumentation,
    documentation,
    explanation,
    rule_documentation,
)
from nblint.linting.plugins import load_plugins
from nblint.linting.registry import family_of, rule_of

# Longer lines are hard to read, however wide the terminal is.
_WIDEST = 100

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FIXES = {None: "", "safe": "fix", "unsafe": "fix!"}


def _output_format(*more: str) -> Callable[[_Function], _Function]:
    """Return a decorator that adds `--output-format`, for text, json and more formats."""
    formats = ("text", "json", *more)
    named = f"{', '.join(('text (default)', *formats[1:-1]))} or {formats[-1]}"
    return click.option(
        "--output-format",
        type=OneOf(formats),
        default="text",
        help=f"Output format: {named}.",
    )


@click.command(cls=SectionedCommand)
@click.argument("code", type=RuleCode())
@_output_format("markdown")
def rule(code: str, output_format: str) -> None:
    """Explain a rule.

    CODE is the rule's code or name. The explanation covers what the rule refuses and why, an
    example, whether it runs by default, whether it has a fix, and which settings affect it.

    Examples:
      nblint rule NBL102
      nblint rule missing-section
    """
    found = rule_documentation(rule_of(code))
    if output_format == "json":
        click.echo(json.dumps(asdict(found), indent=2))
        return
    if output_format == "markdown":
        click.echo("\n".join(_as_markdown(found)))
        return
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    click.echo("\n".join(_explained(found, width)))


@click.command(cls=SectionedCommand)
@_output_format()
def rules(output_format: str) -> None:
    """List all rules, with their defaults and fixes.

    Rules of installed packages follow nblint's own; they are off until they are selected.

    `error` fails a run, `warning` only with --strict; `off` runs only if it is selected, in the
    settings or with --select. `fix` is applied by --fix, `fix!` by --fix --unsafe-fixes. `nblint
    rule CODE` explains a rule.
    """
    found = documentation().values()
    faults = load_plugins((ALL,)).faults
    if output_format == "json":
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        _list(found)
    for sentence in faults:
        complain(sentence)
    sys.exit(2 if faults else 0)


def _list(found: Iterable[RuleDocumentation]) -> None:
    # A program that reads the table gets one line per rule; lines are only wrapped for people.
    width = max(80, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None
    for code, family in groupby(found, lambda one: family_of(one.code)):
        for number, one in enumerate(family):
            if not number:
                click.echo(f"{code} {one.family}")
            default = one.severity if one.default else "off"
            start = f"  {one.code}  {one.name:<24}  {default:<7}  {_FIXES[one.fixable]:<4}  "
            row = f"{start}{one.summary}"
            indent = " " * len(start)
            click.echo(textwrap.fill(row, width, subsequent_indent=indent) if width else row)


def _as_markdown(found: RuleDocumentation) -> Iterator[str]:
    """Yield the lines of a page about a rule."""
    yield f"# {found.code} {found.name}"
    yield ""
    yield explanation(rule_of(found.code))
    yield ""
    yield from (f"- {name}: {fact}" for name, fact in _facts(found).items())


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
    for name, fact in _facts(found).items():
        yield f"{name + ':':<10}{fact}"


def _facts(found: RuleDocumentation) -> dict[str, str]:
    """Return what else there is to know of a rule, in words."""
    return {
        "severity": found.severity,
        "default": _default(found),
        "fix": {
            None: "none",
            "safe": "nblint check --fix",
            "unsafe": "nblint check --fix --unsafe-fixes",
        }[found.fixable],
        "settings": ", ".join(found.settings) or "none",
        **({"more": found.url} if found.url else {}),
    }


def _default(found: RuleDocumentation) -> str:
    if found.default:
        return "on"
    if found.explicit:
        return f'off; enable it with extend-select = ["{found.code}"] (a prefix is not enough)'
    family = family_of(found.code)
    return f'off; enable it with extend-select = ["{found.code}"], its family with ["{family}"]'
