"""What the commands of `nblint hub` share."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click

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
