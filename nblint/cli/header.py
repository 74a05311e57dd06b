"""`nblint header`."""

from pathlib import Path

import click

from nblint.adding.notebook import new_notebook
from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.status import complain
from nblint.errors import SettingsError
from nblint.reading.header.skeleton import skeletons
from nblint.settings_files import SettingsFinder


@click.command(cls=SectionedCommand)
@click.option("--notebook", is_flag=True, help="Print a new notebook that starts with the header.")
@options.config(start="the current folder")
def header(notebook: bool, config: Path | None) -> None:
    """Print a header for a new notebook.

    The header has the sections that the settings require, for an author to fill in. It is printed
    as markdown to paste into a notebook's first cell, or as a whole notebook.

    Examples:
      nblint header
      nblint header --notebook > triage.ipynb
    """
    try:
        settings = SettingsFinder(config).of(Path.cwd()).settings
    except SettingsError as error:
        complain(str(error))
        raise SystemExit(2) from error
    text = skeletons(settings.header)
    # Bytes, so that line ends and encoding are the same everywhere.
    printed = new_notebook(text) if notebook else f"{text}\n".encode()
    click.echo(printed, nl=False)
