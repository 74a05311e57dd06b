"""`nblint header`: prints a header, or inserts what notebooks lack of it."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nblint.adding.notebook import new_notebook
from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import NonEmptyPath
from nblint.cli.status import Status, complain, report_empty
from nblint.errors import SettingsError
from nblint.linting.examining import Fixing
from nblint.reading.header.skeleton import skeletons
from nblint.reports.text import count
from nblint.rules.header.missing_section import MissingSection
from nblint.settings_files import SettingsFinder


@click.command(cls=SectionedCommand)
@click.argument("paths", nargs=-1, type=NonEmptyPath())
@click.option("--notebook", is_flag=True, help="Print a new notebook that starts with the header.")
@click.option(
    "--insert",
    is_flag=True,
    help="Insert the sections that notebooks lack into them, recorded in a baseline or not.",
)
@options.config(start="the current folder, or each notebook")
def header(paths: tuple[Path, ...], notebook: bool, insert: bool, config: Path | None) -> None:
    """Print a header, or insert what notebooks lack of it.

    The header has the sections that the settings require, for an author to fill in. It is printed
    as markdown to paste into a notebook's first cell, or as a whole notebook.

    With --insert, PATHS are notebooks and folders. What is there stays as it is: missing sections
    are inserted where they belong.

    Examples:
      nblint header
      nblint header --notebook > triage.ipynb
      nblint header --insert notebooks/triage.ipynb
    """
    if insert and notebook:
        raise click.UsageError("--insert cannot be combined with --notebook")
    if insert != bool(paths):
        raise click.UsageError("--insert requires PATHS" if insert else "PATHS require --insert")
    if insert:
        sys.exit(_insert(paths, config))
    try:
        settings = SettingsFinder(config).of(Path.cwd()).settings
    except SettingsError as error:
        complain(str(error))
        raise SystemExit(2) from error
    text = skeletons(settings.header)
    # Bytes, so that line ends and encoding are the same everywhere.
    printed = new_notebook(text) if notebook else f"{text}\n".encode()
    click.echo(printed, nl=False)


def _insert(paths: Sequence[Path], config: Path | None) -> int:
    """Insert what notebooks lack, and return the exit status."""
    from nblint.linting.run import Run

    status = Status()
    # Whatever else is wrong stays as it is, and so does what the settings ignore elsewhere.
    only: dict[str, object] = {"select": (MissingSection.code,), "extend_select": (), "ignore": ()}
    everywhere: dict[str, object] = {"per_file_ignores": {}, "baseline": None}
    try:
        finder = SettingsFinder(config, only | everywhere)
    except SettingsError as error:
        status.fault(str(error))
        return 2
    run = Run(finder, status.fault, fixing=Fixing(unsafe=True), with_files=False)
    inserted = complete = 0
    for result in run.check(paths):
        inserted += result.fixes > 0
        complete += not (result.fixes or result.findings)
        for reported in result.findings:
            # Other rules always run: that a file is no notebook, say.
            found = reported.finding
            left = found.code == MissingSection.code
            said = f"not inserted: {found.message}; {found.help}" if left else found.message
            status.fault(f"{reported.path}: {said}")
    others = f"; {complete} had them all" if complete else ""
    click.echo(f"Missing sections inserted into {count(inserted, 'notebook')}{others}.")
    if inserted:
        click.echo(
            "Replace their prompts with your text: `nblint check` lists those that are left."
        )
    report_empty(run.empty)
    return status.code(is_empty=bool(run.empty), exit_zero=True)
