"""What `nblint check` can be told."""

from dataclasses import dataclass
from pathlib import Path

import click

from nblint.cli import options
from nblint.reports import formats
from nblint.reports.terminal import COLORS, ColorChoice

# The headings of the help.
RULES, FIXES, FILES, REPORT, BASELINE, STATUS = (
    "Which rules run",
    "Fixes",
    "Which notebooks",
    "What is printed",
    "The baseline",
    "Exit status",
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line asks for; the options say what each is."""

    paths: tuple[Path, ...]
    select: tuple[str, ...] | None
    extend_select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    fix: bool
    unsafe_fixes: bool
    show_diff: bool
    show_files: bool
    stdin_filename: Path | None
    config: Path | None
    jobs: int | None
    trust_plugins: bool
    no_cache: bool
    output_format: str | None
    output_file: Path | None
    with_statistics: bool
    quiet: bool
    color: ColorChoice
    verbose: bool
    watch: bool
    baseline_file: Path | None
    no_baseline: bool
    strict: bool
    exit_zero: bool

    @property
    def is_stdin(self) -> bool:
        """Whether the notebook is on standard input: it is, too, where only its name is given."""
        return Path("-") in self.paths or (self.stdin_filename is not None and not self.paths)

    @property
    def prints_notebook(self) -> bool:
        """Whether standard output is for the notebook, mended, and not for the report."""
        return self.is_stdin and self.fix and not self.show_diff

    @property
    def overrides(self) -> dict[str, object]:
        """The settings that the command line overrides."""
        given = options.overrides(self.select, self.extend_select, self.ignore)
        return given | ({"baseline": None} if self.baseline_file or self.no_baseline else {})

    def contradiction(self) -> str | None:
        """Return what is wrong with the options together; None if nothing is."""
        if self.select == ():  # `--select "$RULES"`, and RULES is not set
            return "--select names no rule, so that nothing would be checked"
        if self.unsafe_fixes and not (self.fix or self.show_diff):
            return "--unsafe-fixes goes with --fix or --diff"
        if self.show_diff and self.output_format:
            return "--diff is an output of its own: it does not go with --output-format"
        if self.output_file and self.output_file.suffix == ".ipynb":  # `--output-file *.ipynb`
            return f"--output-file: {self.output_file} would be overwritten; it is a notebook"
        if self.baseline_file and self.no_baseline:
            return "--baseline and --no-baseline exclude each other"
        if self.is_stdin and len(self.paths) > 1:
            return "'-' stands alone: standard input is one notebook"
        if self.is_stdin and (self.watch or self.show_files):
            return "'-' goes with neither --watch nor --show-files"
        if self.stdin_filename and not self.is_stdin:
            return "--stdin-filename goes with '-', the notebook on standard input"
        if self.watch and self.fix:
            # Jupyter would ask the author, at each save, whose version is to stay.
            return "--watch only looks: it does not go with --fix"
        if self.show_files:
            return self._beside_show_files()
        return None

    def _beside_show_files(self) -> str | None:
        """Return which option means nothing where notebooks are only listed."""
        others = {
            "--fix": self.fix,
            "--diff": self.show_diff,
            "--output-format": self.output_format,
            "--output-file": self.output_file,
            "--statistics": self.with_statistics,
            "--watch": self.watch,
        }
        named = [name for name, given in others.items() if given]
        return f"--show-files only lists: it does not go with {named[0]}" if named else None


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
