"""`nblint header`."""

import json
from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.status import complain
from nblint.errors import SettingsError
from nblint.reading.header.skeleton import skeletons
from nblint.settings_files import SettingsFinder

# What Jupyter writes for its default kernel.
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


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


def new_notebook(text: str) -> bytes:
    """Return a notebook of one markdown cell, as Jupyter and nbstripout write it.

    Args:
        text: The cell's markdown.
    """
    cell = {
        "cell_type": "markdown",
        "id": "0",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    data = {"cells": [cell], "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"
