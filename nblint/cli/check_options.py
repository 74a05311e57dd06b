"""The options of `nblint check`."""

from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.parameter_types import OneOf, PositiveInteger
from nblint.reports import formats
from nblint.reports.terminal import COLORS

# The headings of the help.
RULES, FIXES, FILES, EXECUTION, OUTPUT, BASELINE, STATUS = (
    "Rule selection",
    "Fixes",
    "File selection",
    "Execution",
    "Output",
    "Baseline",
    "Exit status",
)


def check_options(command: options.Function) -> options.Function:
    """Add the options of `nblint check`, in the order of its help."""
    added = (
        options.selection(RULES),
        options.option("--fix", is_flag=True, heading=FIXES, help="Apply safe fixes in place."),
        options.option(
            "--unsafe-fixes",
            is_flag=True,
            heading=FIXES,
            help="With --fix or --diff: include fixes that may change what the notebook does.",
        ),
        options.option(
            "--diff",
            "show_diff",
            is_flag=True,
            heading=FIXES,
            help="Show what --fix would change, without writing anything.",
        ),
        options.option(
            "--show-files",
            is_flag=True,
            heading=FILES,
            help="List the notebooks that would be checked, and exit.",
        ),
        options.option(
            "--staged",
            is_flag=True,
            heading=FILES,
            help="Check what `git commit` would commit, not the files here; without PATHS, the "
            "notebooks that the commit adds or changes.",
        ),
        options.option(
            "--stdin-filename",
            type=click.Path(path_type=Path),
            metavar="PATH",
            heading=FILES,
            help="The path of the notebook on standard input (`-`): reports name it, and its "
            "settings apply.",
        ),
        options.config(FILES),
        options.option(
            "-j",
            "--jobs",
            type=PositiveInteger(),
            metavar="NUMBER",
            heading=EXECUTION,
            help="Number of processes (default: chosen automatically; --fix uses one).",
        ),
        options.option(
            "--no-cache",
            is_flag=True,
            heading=EXECUTION,
            help="Check every notebook, even if it is unchanged since it was last found clean.",
        ),
        options.trust_plugins(EXECUTION),
        options.option(
            "--output-format",
            type=OneOf(formats),
            heading=OUTPUT,
            help=f"Output format: {', '.join(formats())} (default: the format in the settings).",
        ),
        options.option(
            "--output-file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            heading=OUTPUT,
            help="Write the report to this file instead of stdout.",
        ),
        options.option(
            "--statistics",
            "with_statistics",
            is_flag=True,
            heading=OUTPUT,
            help="Count the findings of each rule instead of listing them; as text or json.",
        ),
        options.option(
            "-q",
            "--quiet",
            is_flag=True,
            heading=OUTPUT,
            help="Print one line per finding, like the format concise, and nothing else.",
        ),
        options.option(
            "--color",
            type=OneOf(COLORS, "colour mode"),
            metavar="WHEN",
            default="auto",
            heading=OUTPUT,
            help="When to use colours: auto (default: on a terminal, unless NO_COLOR or "
            "FORCE_COLOR is set), always, never.",
        ),
        options.option(
            "-v",
            "--verbose",
            is_flag=True,
            heading=OUTPUT,
            help="Also print, on stderr, which settings apply, what is skipped and why, and how "
            "long each notebook takes.",
        ),
        options.option(
            "-w",
            "--watch",
            is_flag=True,
            heading=OUTPUT,
            help="Check again whenever a notebook, the settings, or a file they name changes.",
        ),
        options.option(
            "--baseline",
            "baseline_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            heading=BASELINE,
            help="Use this baseline instead of the one in the settings.",
        ),
        options.option(
            "--no-baseline",
            is_flag=True,
            heading=BASELINE,
            help="Ignore the baseline: also report recorded findings.",
        ),
        options.status(STATUS),
    )
    for option in reversed(added):
        command = option(command)
    return command
