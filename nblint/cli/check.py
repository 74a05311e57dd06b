"""`nblint check`."""

import sys
from pathlib import Path
from typing import Any

import click

from nblint.cli import check_run
from nblint.cli.arguments import CheckArguments
from nblint.cli.check_options import check_options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import NonEmptyPath


@click.command(cls=SectionedCommand)
@click.argument("paths", nargs=-1, type=NonEmptyPath(allow_dash=True))
@check_options
def check(**given: Any) -> None:
    """Check notebooks.

    PATHS are notebooks, and folders to search for notebooks (default: the current folder). What git
    ignores and what the settings exclude is skipped.

    By default, the rules NBL0 to NBL4 run: the file, the header, credentials, environment
    variables, parameters. NBL5, whether somebody else can run the notebook, runs if the settings or
    --extend-select select it. Which variables may be read (NBL301) is checked if there is a
    catalogue, environment.toml; `nblint env --catalogue` writes a first one. `nblint rules` lists
    all rules.

    With `-`, the notebook is read from standard input; --fix then prints the fixed notebook, and
    the report goes to stderr.

    Exit status: 0 if there are no errors, 1 if there are, 2 if something could not be checked, 3 if
    a folder contains no notebooks.

    Examples:
      nblint check notebooks/
      nblint check --statistics
      nblint check --diff
      nblint check --staged
      nblint check --select NBL2 triage.ipynb
      nblint check --output-format json --output-file findings.json
      nblint check --output-format html --output-file report.html
    """
    arguments = CheckArguments(**given)
    if wrong := arguments.usage_error():
        raise click.UsageError(wrong)
    if arguments.watch:
        from nblint.cli.watch import watch

        watch(lambda: check_run.check(arguments), arguments.paths or (Path(),), arguments.config)
    if arguments.show_files:
        sys.exit(check_run.list_files(arguments))
    sys.exit(check_run.check(arguments))
