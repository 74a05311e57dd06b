"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from nblint.cli.click_classes import SectionedOption
from nblint.cli.parameter_types import RuleSelectors

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]


def option(*arguments: Any, **keywords: Any) -> Decorator:
    """Return a decorator that adds an option, which the help lists under `heading`."""
    return click.option(*arguments, cls=SectionedOption, **keywords)


def config(heading: str = "Options", *, start: str = "each notebook") -> Decorator:
    """Return a decorator that adds `--config`.

    Args:
        heading: The heading in the help.
        start: Where the search for settings starts without the option, for the help.
    """
    return option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        heading=heading,
        help=f"Use this settings file (default: the nearest one, upwards from {start}).",
    )


def trust_plugins(heading: str = "Options") -> Decorator:
    """Return a decorator that adds `--trust-plugins`."""
    return option(
        "--trust-plugins",
        is_flag=True,
        heading=heading,
        help="Run the detect-secrets plugins that the settings name; plugins execute code from "
        "that repository.",
    )


def selection(heading: str = "Options") -> Decorator:
    """Return a decorator that adds the options for which rules run."""
    added = (
        option(
            "--select",
            type=RuleSelectors(),
            heading=heading,
            help="Run only these rules: rule code prefixes, e.g. NBL1,NBL201, or ALL.",
        ),
        option(
            "--extend-select",
            type=RuleSelectors(),
            heading=heading,
            help="Run these rules as well.",
        ),
        option("--ignore", type=RuleSelectors(), heading=heading, help="Do not run these rules."),
    )

    def add(command: Function) -> Function:
        for one in reversed(added):
            command = one(command)
        return command

    return add


def status(heading: str = "Options") -> Decorator:
    """Return a decorator that adds the options for which findings fail a run."""
    strict = option(
        "--strict",
        is_flag=True,
        heading=heading,
        help="Exit with status 1 for warnings as well as errors.",
    )
    exit_zero = option(
        "--exit-zero",
        is_flag=True,
        heading=heading,
        help="Exit with 0 even if there are findings.",
    )
    return lambda command: strict(exit_zero(command))
