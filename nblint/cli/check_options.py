"""What `nblint check` can be told."""

from pathlib import Path

import click

from nblint.cli import options
from nblint.reports import formats
from nblint.reports.terminal import COLORS

# The headings of the help.
RULES, FIXES, FILES, REPORT, BASELINE, STATUS = (
    "Which rules run",
    "Fixes",
    "Which notebooks",
    "What is printed",
    "The baseline",
    "Exit status",
)


def all_options(command: options.Command) -> options.Command:
    """Add the options of `nblint check`, in the order of its help."""
    added = (
        options.selection(RULES),
        options.option(
            "--fix", is_flag=True, heading=FIXES, help="Mend what can be mended, in place."
        ),
        options.option(
            "--unsafe-fixes",
            is_flag=True,
            heading=FIXES,
            help="With --fix or --diff: also mend where the notebook may mean something else "
            "afterwards.",
        ),
        options.option(
            "--diff",
            "show_diff",
            is_flag=True,
            heading=FIXES,
            help="Show what --fix would change; write nothing.",
        ),
        options.option(
            "--show-files",
            is_flag=True,
            heading=FILES,
            help="Only list the notebooks that would be checked, one a line.",
        ),
        options.option(
            "--stdin-filename",
            type=click.Path(path_type=Path),
            metavar="PATH",
            heading=FILES,
            help="What the notebook on standard input (`-`) is called; its settings are those that "
            "hold there.",
        ),
        options.config(FILES),
        options.option(
            "-j",
            "--jobs",
            type=options.Positive(),
            metavar="NUMBER",
            heading=FILES,
            help="How many processes check notebooks; by default as many as pay. --fix uses one.",
        ),
        options.option(
            "--no-cache",
            is_flag=True,
            heading=FILES,
            help="Also check notebooks that have not changed since nothing was found in them.",
        ),
        options.trust_plugins(FILES),
        options.option(
            "--output-format",
            type=options.OneOf(formats),
            heading=REPORT,
            help=f"How to print findings, instead of the settings' format: {', '.join(formats())}.",
        ),
        options.option(
            "--output-file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            heading=REPORT,
            help="Write the report to this file instead of the terminal.",
        ),
        options.option(
            "--statistics",
            "with_statistics",
            is_flag=True,
            heading=REPORT,
            help="Count the findings of each rule instead of printing them; as text or json.",
        ),
        options.option(
            "-q",
            "--quiet",
            is_flag=True,
            heading=REPORT,
            help="One line a finding; nothing when nothing is wrong.",
        ),
        options.option(
            "--color",
            type=options.OneOf(COLORS, "choice of colours"),
            metavar="WHEN",
            default="auto",
            heading=REPORT,
            help="auto (default): on a terminal, which NO_COLOR and FORCE_COLOR override; always; "
            "never.",
        ),
        options.option(
            "-v",
            "--verbose",
            is_flag=True,
            heading=REPORT,
            help="Also say, on stderr, which settings hold, what is passed over and why, and how "
            "long each notebook takes.",
        ),
        options.option(
            "-w",
            "--watch",
            is_flag=True,
            heading=REPORT,
            help="Check again whenever a notebook, the settings, or a file that they name changes.",
        ),
        options.option(
            "--baseline",
            "baseline_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            heading=BASELINE,
            help="Pass over the findings that this file records, instead of those in the settings' "
            "baseline.",
        ),
        options.option(
            "--no-baseline",
            is_flag=True,
            heading=BASELINE,
            help="Report what the baseline records as well.",
        ),
        options.status(STATUS),
    )
    for option in reversed(added):
        command = option(command)
    return command
