"""The arguments of `nblint check`, and what they change in the settings."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from nblint.reports.terminal import ColorChoice

# Options that contradict each other, or of which one would be ignored.
_CONFLICTS = (
    ("--diff", "--output-format"),
    ("--baseline", "--no-baseline"),
    ("'-'", "--watch"),
    ("'-'", "--show-files"),
    ("--watch", "--fix"),  # Jupyter would ask at each save which version to keep
    ("--staged", "--fix"),  # what is staged cannot be edited
    ("--staged", "'-'"),
    ("--staged", "--watch"),
    ("--staged", "--show-files"),
    ("--show-files", "--fix"),
    ("--show-files", "--diff"),
    ("--show-files", "--output-format"),
    ("--show-files", "--output-file"),
    ("--show-files", "--statistics"),
    ("--show-files", "--watch"),
)


class CheckArguments(Struct, frozen=True, kw_only=True):
    """The arguments of `nblint check`.

    A call without options is not parsed by click, so the defaults are stated here as well as in
    `check_options`, which says what each argument means; a test compares them. This is also what
    gives the arguments their types: click hands them over as a dictionary of anything.
    """

    paths: tuple[Path, ...] = ()
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    show_diff: bool = False
    show_files: bool = False
    staged: bool = False
    stdin_filename: Path | None = None
    config: Path | None = None
    jobs: int | None = None
    trust_plugins: bool = False
    no_cache: bool = False
    output_format: str | None = None
    output_file: Path | None = None
    with_statistics: bool = False
    quiet: bool = False
    color: ColorChoice = "auto"
    verbose: bool = False
    watch: bool = False
    baseline_file: Path | None = None
    no_baseline: bool = False
    strict: bool = False
    exit_zero: bool = False

    @property
    def is_stdin(self) -> bool:
        """Whether the notebook is on standard input: `-`, or a --stdin-filename without paths."""
        return Path("-") in self.paths or (self.stdin_filename is not None and not self.paths)

    @property
    def prints_notebook(self) -> bool:
        """Whether standard output is for the fixed notebook, and not for the report."""
        return self.is_stdin and self.fix and not self.show_diff

    @property
    def overrides(self) -> dict[str, object]:
        """The settings that the command line overrides."""
        given = selection_overrides(self.select, self.extend_select, self.ignore)
        return given | ({"baseline": None} if self.baseline_file or self.no_baseline else {})

    @property
    def is_first_look(self) -> bool:
        """Whether folders are checked without any option, as by those who try nblint out."""
        plain = CheckArguments(paths=self.paths, color=self.color)
        return self == plain and not any(path.is_file() for path in self.paths)

    def usage_error(self) -> str | None:
        """Return what is wrong with the arguments taken together; None where nothing is."""
        return next(self._usage_errors(), None)

    def _usage_errors(self) -> Iterator[str]:
        if self.select == ():  # `--select "$RULES"`, and RULES is not set
            yield "--select is empty: no rule would run"
        if self.unsafe_fixes and not (self.fix or self.show_diff):
            yield "--unsafe-fixes requires --fix or --diff"
        if self.output_file and self.output_file.suffix == ".ipynb":  # `--output-file *.ipynb`
            yield f"--output-file must not be a notebook: {self.output_file}"
        if self.is_stdin and len(self.paths) > 1:
            yield "'-' cannot be combined with other paths"
        if self.stdin_filename and not self.is_stdin:
            yield "--stdin-filename requires '-' instead of paths"
        given = self._given()
        for one, other in _CONFLICTS:
            if given[one] and given[other]:
                yield f"{one} cannot be combined with {other}"

    def _given(self) -> dict[str, bool]:
        return {
            "'-'": self.is_stdin,
            "--baseline": self.baseline_file is not None,
            "--diff": self.show_diff,
            "--fix": self.fix,
            "--no-baseline": self.no_baseline,
            "--output-file": self.output_file is not None,
            "--output-format": self.output_format is not None,
            "--show-files": self.show_files,
            "--staged": self.staged,
            "--statistics": self.with_statistics,
            "--watch": self.watch,
        }


def selection_overrides(
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
) -> dict[str, object]:
    """Return the settings that --select, --extend-select and --ignore override, by their names."""
    given = {"select": select, "extend_select": extend_select, "ignore": ignore}
    return {name: value for name, value in given.items() if value is not None}
