"""`nblint env`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec.structs import replace

from nblint.cli import options
from nblint.cli.commands import Command
from nblint.cli.tally import complain
from nblint.credentials.masking.redaction import Redaction
from nblint.discovery import Discovery
from nblint.document.model import Notebook, Unreadable
from nblint.document.write import write_atomically, writing
from nblint.errors import SettingsError
from nblint.paths import display_path
from nblint.project.catalogue.model import Catalogue
from nblint.project.inventory import Inventory
from nblint.project.project import Project
from nblint.reading.environment.environment import Environment
from nblint.reading.parts import Reading
from nblint.reports.inventory import FORMATS, as_catalogue, as_dotenv
from nblint.reports.terminal import printable
from nblint.settings_files import OncePerFile, SettingsFile, SettingsFinder


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
    survey = _Survey(config, declared=not (example or catalogue))
    inventory = survey.of(paths or (Path(),))
    status = 2 if survey.faults else 3 if survey.empty else 0
    if example or catalogue:
        text = (as_dotenv if example else as_catalogue)(inventory.variables)
        target = output_file or Path(".env.example" if example else "environment.toml")
        sys.exit(status or _write(text, target, overwrite=output_file is not None))
    present = frozenset(os.environ)
    variables = inventory.missing(present) if missing else inventory.variables
    click.echo(FORMATS[output_format](variables, present), nl=False)
    sys.exit(status or (1 if missing and variables else 0))


class _Survey:
    """Reads notebooks, and remembers what could not be read."""

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
            click.echo(f"nblint: {printable(str(folder))}: no notebook in this folder", err=True)
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
        # A catalogue that is yet to be written cannot be read.
        known = settings.settings.environment.known
        return replace(Project(settings), catalogue=Catalogue({}, known=known))

    def _fault(self, sentence: str) -> None:
        self.faults += 1
        complain(sentence)


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
        complain(f"{target}: cannot be written: {error.strerror or error}")
        return 2
    click.echo(f"Written: {target}", err=True)
    return 0
