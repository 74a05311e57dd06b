"""`nblint gate`."""

import os
import sys
from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import OneOf
from nblint.cli.status import Status, print_report, report_hidden
from nblint.errors import SettingsError
from nblint.git.repository import Repository
from nblint.linting.gate import Gate
from nblint.reports import FOR_PEOPLE, formats, render_for_people, renderer
from nblint.reports.terminal import COLORS, ColorChoice, style_of

# `pre-commit run --from-ref` says so which commits it is about.
_BASE = "PRE_COMMIT_FROM_REF"


@click.command(cls=SectionedCommand)
@click.option(
    "--base",
    metavar="REV",
    help="The branch, tag or commit that HEAD is to be merged into, e.g. origin/main "
    f"(default: ${_BASE}).",
)
@click.option(
    "--output-format",
    type=OneOf(formats),
    default="text",
    help=f"Output format: {', '.join(formats())} (default: text).",
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the report to this file instead of stdout.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print one line per finding, and no summary.")
@click.option(
    "--color",
    type=OneOf(COLORS, "color choice"),
    metavar="WHEN",
    default="auto",
    help="auto (default), always, or never.",
)
@options.status()
@options.trust_plugins()
def gate(
    base: str | None,
    output_format: str,
    output_file: Path | None,
    quiet: bool,
    color: ColorChoice,
    strict: bool,
    exit_zero: bool,
    trust_plugins: bool,
) -> None:
    """Check what the commits of a branch bring, for pipelines.

    Only findings that the base does not have fail. Everything is read from git's objects, and
    judged by the settings and baselines of the base, so that a branch cannot hide a finding:
    credentials are found in every commit of the branch, also if a later one removes them. What
    the branch changes in settings, hooks and pipelines is listed for a reviewer.

    Exit status: 0 if there are no new errors, 1 if there are, 2 if something could not be checked,
    e.g. since the clone is shallow.

    Examples:
      nblint gate --base origin/main
      nblint gate --base HEAD~1 --output-format github
    """
    base = base or os.environ.get(_BASE)
    if not base:
        raise click.UsageError(f"--base is required unless ${_BASE} is set")
    status = Status()
    try:
        with Repository(Path()) as repository:
            gate = Gate(
                repository,
                base,
                status.fault,
                trust_plugins=trust_plugins,
                with_hidden=output_format == "sarif",
            )
            results = status.tally.counted(gate.check())
            if output_format in FOR_PEOPLE:
                style = style_of(None if output_file else sys.stdout, color, quiet=quiet)
                pieces = render_for_people(output_format, results, style)
            else:
                pieces = renderer(output_format, with_notes=True)(results)
            print_report(pieces, output_file, status)
    except SettingsError as error:
        status.fail(str(error))
    if not quiet:
        report_hidden(status.tally, known="old")
    sys.exit(status.code(is_empty=False, exit_zero=exit_zero, strict=strict))
