"""What the command line asks of a check."""

from pathlib import Path

from msgspec import Struct

from nblint.reports.terminal import ColorChoice


class Asked(Struct, frozen=True, kw_only=True):
    """What the command line asks for; the options say what each is.

    The defaults are those of the options, as a test holds: they are what a call without options
    asks for.
    """

    paths: tuple[Path, ...] = ()
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    show_diff: bool = False
    show_files: bool = False
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
        """Whether the notebook is on standard input: it is, too, where only its name is given."""
        return Path("-") in self.paths or (self.stdin_filename is not None and not self.paths)

    @property
    def prints_notebook(self) -> bool:
        """Whether standard output is for the notebook, mended, and not for the report."""
        return self.is_stdin and self.fix and not self.show_diff

    @property
    def overrides(self) -> dict[str, object]:
        """The settings that the command line overrides."""
        given = overridden(self.select, self.extend_select, self.ignore)
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


def overridden(
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
) -> dict[str, object]:
    """Return the settings that these options override, by their names in `Settings`."""
    given = {"select": select, "extend_select": extend_select, "ignore": ignore}
    return {name: value for name, value in given.items() if value is not None}
