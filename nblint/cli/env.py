"""`nblint env`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.commands import Command
from nblint.cli.status import Status, complain, say_what_is_empty
from nblint.credentials.masking.redaction import Redaction
from nblint.document.write import write_atomically, writing
from nblint.errors import SettingsError, unwritable
from nblint.linting.run import Run
from nblint.project.catalogue.model import Catalogue
from nblint.project.inventory import Inventory
from nblint.reading.environment.environment import Environment
from nblint.reports.inventory import FORMATS, as_catalogue, as_dotenv
from nblint.settings_files import SettingsFinder


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=options.Place())
@click.option(
    "--output-format",
    type=options.OneOf(tuple(FORMATS)),
    default="text",
    help=f"How to print the list: {', '.join(FORMATS)}.",
)
@click.option(
    "--missing",
    is_flag=True,
    help="Print only what these notebooks need and is not set now; exit with 1 if there is any.",
)
@click.option(
    "--example", is_flag=True, help="Write a .env.example with what these notebooks read."
)
@click.option(
    "--catalogue", is_flag=True, help="Write a first environment.toml from what they read."
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="With --example or --catalogue: where to write; `-` prints it.",
)
@options.config()
def env(
    paths: tuple[Path, ...],
    output_format: str,
    missing: bool,
    example: bool,
    catalogue: bool,
    output_file: Path | None,
    config: Path | None,
) -> None:
    """List the environment variables that notebooks read.

    PATHS are notebooks, and folders whose notebooks are looked for; without PATHS, this folder.
    Names only: values are never printed. A scheduler asks with --missing before it runs a notebook.

    Exit status: 0, 1 with --missing if a variable is, 2 something could not be read, 3 a folder
    holds no notebook.

    Examples:
      nblint env
      nblint env --missing notebooks/triage.ipynb
      nblint env --catalogue
    """
    if missing + example + catalogue > 1:
        raise click.UsageError("--missing, --example and --catalogue exclude each other")
    if output_file is not None and not (example or catalogue):
        raise click.UsageError("--output-file goes with --example or --catalogue")
    status = Status()
    try:
        # A catalogue that is yet to be written cannot be read.
        finder, with_catalogue = SettingsFinder(config), not (example or catalogue)
    except SettingsError as error:
        status.fail(str(error))
    run = Run(finder, status.fault, with_catalogue=with_catalogue)
    inventory = _inventory(run, paths or (Path(),))
    say_what_is_empty(run.empty)
    failed = status.code(is_empty=bool(run.empty))
    if example or catalogue:
        text = (as_dotenv if example else as_catalogue)(inventory.variables)
        target = output_file or Path(".env.example" if example else "environment.toml")
        sys.exit(failed or _write(text, target, overwrite=output_file is not None))
    present = frozenset(os.environ)
    variables = inventory.missing(present) if missing else inventory.variables
    click.echo(FORMATS[output_format](variables, present), nl=False)
    sys.exit(failed or (1 if missing and variables else 0))


def _inventory(run: Run, paths: Sequence[Path]) -> Inventory:
    """Return what notebooks read; whoever asks for a key by its value does not show it."""
    inventory = Inventory()
    for notebook, reading in run.readings(paths):
        environment = reading.get(Environment)
        if environment.reads:
            shown = reading.get(Redaction).mask
            inventory.add(notebook.path, environment, reading.get(Catalogue), shown)
    return inventory


def _write(text: str, target: Path, *, overwrite: bool) -> int:
    """Write a file that is not there yet; return the exit status."""
    if str(target) == "-":
        click.echo(text, nl=False)
        return 0
    try:
        if overwrite:
            with writing(target) as file:
                file.write(text)
        else:
            write_atomically(target, text.encode(), new=True)
    except FileExistsError:
        click.echo(
            f"nblint: {target}: is there already; name another file with --output-file, "
            "or print with --output-file -",
            err=True,
        )
        return 2
    except OSError as error:
        complain(unwritable(target, error))
        return 2
    click.echo(f"Written: {target}", err=True)
    return 0
