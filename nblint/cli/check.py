"""`nblint check`."""

import sys
from pathlib import Path
from typing import Any

import click

from nblint.cli import checking
from nblint.cli.asked import Asked
from nblint.cli.check_options import all_options
from nblint.cli.commands import Command
from nblint.cli.options import Place


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=Place(allow_dash=True))
@all_options
def check(**given: Any) -> None:
    """Check notebooks.

    PATHS are notebooks, and folders whose notebooks are looked for; without PATHS, this folder.
    What git ignores and what the settings exclude is passed over. With `-`, the notebook on
    standard input is checked; with --fix it is printed, mended, and the report goes to stderr.

    Exit status: 0 nothing is wrong, 1 findings, 2 something could not be checked, 3 a folder holds
    no notebook.

    Examples:
      nblint check notebooks/
      nblint check --diff
      nblint check --select NBL2 triage.ipynb
      nblint check --output-format json --output-file findings.json
      nblint check --output-format html --output-file report.html
    """
    asked = Asked(**given)
    if wrong := asked.contradiction():
        raise click.UsageError(wrong)
    if asked.watch:
        from nblint.cli.watch import watch

        watch(lambda: checking.check(asked), asked.paths or (Path(),), asked.config)
    sys.exit(checking.show_files(asked) if asked.show_files else checking.check(asked))
