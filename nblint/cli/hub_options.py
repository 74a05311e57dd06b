"""What the commands of `nblint hub` share."""

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import click

from nblint.cli.status import complain
from nblint.errors import SettingsError

Answer = TypeVar("Answer")

CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("hub.toml"),
    metavar="FILE",
    help="The hub's settings (default: hub.toml).",
)


def need(libraries: Sequence[str], extra: str) -> None:
    """End with what to install where a library is missing."""
    if missing := [library for library in libraries if find_spec(library) is None]:
        raise click.ClickException(
            f"{', '.join(missing)}: not installed: pip install 'nblint-suite[{extra}]'"
        )


def or_sentence(action: Callable[[], Answer]) -> Answer:
    """Do something; end with a sentence, and status 2, where it cannot be done."""
    try:
        return action()
    except SettingsError as error:
        complain(str(error))
        sys.exit(2)
