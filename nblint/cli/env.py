"""`nblint env`."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import NonEmptyPath, OneOf
from nblint.cli.status import Status, complain, report_empty
from nblint.cli.written import write_file
from nblint.credentials.masking.redaction import Redaction, mask_path
from nblint.errors import SettingsError
from nblint.linting.run import Run
from nblint.project.catalogue.model import Catalogue
from nblint.project.inventory import Inventory
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.idioms import mentions_environment, mentions_source
from nblint.reading.parts import Reading
from nblint.reading.python.cells import PythonCells
from nblint.reports.inventory import FORMATS, as_catalogue, as_dotenv, as_text
from nblint.settings_files import SettingsFinder


@click.command(cls=SectionedCommand)
@click.argument("paths", nargs=-1, type=NonEmptyPath())
@click.option(
    "--output-format",
    type=OneOf(tuple(FORMATS)),
    default="text",
    help=f"Output format: {', '.join(FORMATS)} (default: text).",
)
@click.option(
    "--missing",
    is_flag=True,
    help="Print only variables that these notebooks need and that are not set now; exit with 1 if "
    "there are any.",
)
@click.option("--example", is_flag=True, help="Write a .env.example with these variables.")
@click.option(
    "--catalogue", is_flag=True, help="Write a first environment.toml with these variables."
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="With --example or --catalogue: the file to write, or `-` for stdout.",
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

    PATHS are notebooks, and folders to search for notebooks (default: the current folder). Values
    are never printed. --missing is for schedulers, before they run a notebook.

    Exit status: 0 on success, 1 with --missing if variables are missing, 2 if something could not
    be read, 3 if a folder contains no notebooks.

    Examples:
      nblint env
      nblint env --missing notebooks/triage.ipynb
      nblint env --catalogue
    """
    _refuse_contradictions(missing, example, catalogue, output_file)
    status = Status()
    try:
        # A catalogue that is yet to be written cannot be read.
        finder, with_files = SettingsFinder(config), not (example or catalogue)
    except SettingsError as error:
        status.fail(str(error))
    run = Run(finder, status.fault, with_files=with_files)
    inventory = _inventory(run, paths or (Path(),))
    report_empty(run.empty)
    failed = status.code(is_empty=bool(run.empty))
    if example or catalogue:
        text = (as_dotenv if example else as_catalogue)(inventory.variables)
        target = output_file or Path(".env.example" if example else "environment.toml")
        # What the others read is known, also where one notebook could not be read.
        written = 0 if run.empty else write_file(text, target, overwrite=output_file is not None)
        sys.exit(failed or written)
    present = frozenset(os.environ)
    variables = inventory.missing(present) if missing else inventory.variables
    if output_format == "text" and sys.stdout.isatty():
        click.echo(as_text(variables, present, shutil.get_terminal_size().columns), nl=False)
    else:
        click.echo(FORMATS[output_format](variables, present), nl=False)
    sys.exit(failed or (1 if missing and variables else 0))


def _refuse_contradictions(
    missing: bool, example: bool, catalogue: bool, output_file: Path | None
) -> None:
    if missing + example + catalogue > 1:
        raise click.UsageError("--missing, --example and --catalogue cannot be combined")
    if output_file is not None and not (example or catalogue):
        raise click.UsageError("--output-file requires --example or --catalogue")


def _inventory(run: Run, paths: Sequence[Path]) -> Inventory:
    """Return what notebooks read; whoever asks for a key by its value does not show it."""
    inventory = Inventory()
    for notebook, reading in run.readings(paths):
        environment = reading.get(Environment)
        if unread := _unparsed(reading):
            noun = "cell" if len(unread) == 1 else "cells"
            numbers = ", ".join(map(str, unread))
            complain(f"{notebook.path}: {noun} {numbers} cannot be parsed, searched as text")
        if environment.reads:
            shown = reading.get(Redaction).mask
            inventory.add(mask_path(notebook.path), environment, reading.get(Catalogue), shown)
    return inventory


def _unparsed(reading: Reading) -> list[int]:
    """Return the cells that may use the environment and cannot be parsed."""
    return [
        python.cell.index
        for python in reading.get(PythonCells)
        if (mentions_environment(python.cell) or mentions_source(python.cell)) and python.error
    ]
