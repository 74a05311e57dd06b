"""`nblint env`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec.structs import replace

from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import NonEmptyPath, OneOf
from nblint.cli.tally import complain
from nblint.credentials.masking.redaction import Redaction
from nblint.discovery import Discovery
from nblint.document.model import Notebook, Unreadable
from nblint.document.write import write_atomically, writing
from nblint.errors import SettingsError
from nblint.paths import display_path
from nblint.project.catalogue.model import Catalogue
from nblint.project.inventory import (
    Inventory,
    as_catalogue,
    as_csv,
    as_dotenv,
    as_json,
    as_markdown,
    as_rows,
    as_text,
)
from nblint.project.project import Project
from nblint.reading.environment.environment import Environment
from nblint.reading.parts import Reading
from nblint.reports.terminal import printable
from nblint.settings_files import OncePerFile, SettingsFile, SettingsFinder

_FORMATS = ("text", "json", "csv", "markdown")


@click.command(cls=SectionedCommand)
@click.argument("paths", nargs=-1, type=NonEmptyPath())
@click.option(
    "--output-format",
    type=OneOf(_FORMATS),
    default="text",
    help=f"Output format: {', '.join(_FORMATS)} (default: text).",
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
    if missing + example + catalogue > 1:
        raise click.UsageError("--missing, --example and --catalogue cannot be combined")
    if output_file is not None and not (example or catalogue):
        raise click.UsageError("--output-file requires --example or --catalogue")
    survey = _Survey(config, declared=not (example or catalogue))
    inventory = survey.of(paths or (Path(),))
    status = 2 if survey.faults else 3 if survey.empty else 0
    if example or catalogue:
        text = (as_dotenv if example else as_catalogue)(inventory.entries)
        target = output_file or Path(".env.example" if example else "environment.toml")
        sys.exit(status or _write(text, target, overwrite=output_file is not None))
    entries = inventory.missing(os.environ) if missing else inventory.entries
    rows = [tuple(map(printable, row)) for row in as_rows(entries, os.environ)]
    if output_format == "json":
        click.echo(as_json(entries, os.environ), nl=False)
    elif output_format == "csv":
        click.echo(as_csv(rows), nl=False)
    elif output_format == "markdown":
        click.echo(as_markdown(rows), nl=False)
    elif rows:
        click.echo(as_text(rows), nl=False)
    sys.exit(status or (1 if missing and entries else 0))


class _Survey:
    """Reads notebooks, and counts what could not be read."""

    def __init__(self, config: Path | None, *, declared: bool) -> None:
        self.faults = 0
        self.empty = False
        self._declared = declared
        self._projects = OncePerFile(self._load, self._fault)
        try:
            self._finder = SettingsFinder(config)
        except SettingsError as error:
            self._fault(str(error))
            sys.exit(2)

    def of(self, paths: tuple[Path, ...]) -> Inventory:
        inventory = Inventory()
        discovery = Discovery(self._finder, self._fault)
        for path, settings in discovery.notebooks(paths):
            project = self._projects.of(settings)
            if project is None:
                continue
            for notebook in self._notebook(path):
                given = (notebook, project, project.settings, *project.settings.sections)
                reading = Reading(given)
                environment = reading.get(Environment)
                if environment.reads:
                    shown = reading.get(Redaction).mask
                    inventory.add(notebook.path, environment, project.catalogue, shown)
        self.empty = bool(discovery.empty)
        for folder in discovery.empty:
            click.echo(f"nblint: {printable(str(folder))}: no notebooks in this folder", err=True)
        return inventory

    def _notebook(self, path: Path) -> Iterator[Notebook]:
        try:
            yield Notebook.parse(display_path(path), path.read_bytes())
        except OSError as error:
            self._fault(f"{path}: cannot be read: {error.strerror or error}")
        except MemoryError:
            self._fault(f"{path}: too large for the memory that there is")
        except Unreadable as error:
            self._fault(f"{path}: {error.reason}")

    def _load(self, settings: SettingsFile) -> Project:
        if self._declared:
            return Project.load(settings)
        # The catalogue is about to be written, so there is none to read.
        known = settings.settings.environment.known
        return replace(Project(settings), catalogue=Catalogue({}, known=known))

    def _fault(self, sentence: str) -> None:
        self.faults += 1
        complain(sentence)


def _write(text: str, target: Path, *, overwrite: bool) -> int:
    """Write a file, which must not exist unless `overwrite` is set; return the exit status."""
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
            f"nblint: {target}: already exists; name another file with --output-file, "
            "or print it with --output-file -",
            err=True,
        )
        return 2
    except OSError as error:
        complain(f"{target}: cannot be written: {error.strerror or error}")
        return 2
    click.echo(f"Wrote {target}", err=True)
    return 0
