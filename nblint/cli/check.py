"""`nblint check`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import click

from nblint.document.write import writing
from nblint.linting.baseline import Baseline
from nblint.linting.examining import Fixing
from nblint.linting.results import Result
from nblint.linting.run import Run
from nblint.linting.selection import is_selector, unknown_selector
from nblint.reports import diff, formats, renderer
from nblint.reports.terminal import printable
from nblint.reports.text import count
from nblint.settings import SettingsFinder
from nblint.toml import SettingsError, nearest


class Selectors(click.ParamType[tuple[str, ...]]):
    """Beginnings of codes, separated by commas."""

    name = "codes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the selectors; one that holds for no rule is a usage error."""
        selectors = tuple(part.strip() for part in str(value).split(",") if part.strip())
        for selector in selectors:
            if not is_selector(selector):
                self.fail(unknown_selector(selector), param, ctx)
        return selectors


class Tally:
    """Counts what decides the exit status while results pass by."""

    def __init__(self) -> None:
        self.errors = self.warnings = self.fixes = self.fixed_notebooks = 0
        self.recorded = self.faults = 0
        self.stale: dict[str, Counter[str]] = {}

    def fault(self, sentence: str) -> None:
        """Say what could not be done, on stderr, and go on."""
        self.faults += 1
        click.echo(f"nblint: {printable(sentence)}", err=True)

    def counted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results as they are."""
        for result in results:
            for reported in result.findings:
                self.errors += reported.finding.severity == "error"
                self.warnings += reported.finding.severity == "warning"
            self.fixes += result.fixes
            self.fixed_notebooks += result.fixes > 0
            self.recorded += result.recorded
            for entry in result.stale:
                self.stale.setdefault(result.path or entry.path, Counter())[entry.code] += 1
            yield result


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--select", type=Selectors(), help="Run only these rules: NBL1,NBL201, or ALL.")
@click.option("--extend-select", type=Selectors(), help="Run these rules as well.")
@click.option("--ignore", type=Selectors(), help="Do not run these rules.")
@click.option("--fix", "fix", is_flag=True, help="Mend what can be mended, in place.")
@click.option(
    "--unsafe-fixes",
    is_flag=True,
    help="With --fix or --diff: also mend where the notebook may mean something else afterwards.",
)
@click.option(
    "--diff", "show_diff", is_flag=True, help="Show what --fix would change; write nothing."
)
@click.option("--output-format", metavar="FORMAT", help=f"One of: {', '.join(formats())}.")
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report to this file instead of the terminal.",
)
@click.option(
    "--baseline",
    "baseline_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Pass over the findings that this file records, instead of the settings' baseline.",
)
@click.option("--no-baseline", is_flag=True, help="Report what the baseline records as well.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--strict", is_flag=True, help="Let warnings fail the run like errors.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing when nothing is wrong.")
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    help="What the notebook on standard input (`-`) is called; its settings are looked up there.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A settings file for all notebooks, instead of the nearest one to each.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="How many processes check notebooks; by default as many as pay. --fix uses one.",
)
@click.option(
    "--trust-plugins",
    is_flag=True,
    help="Run the detect-secrets plugins that settings name; they are code of that repository.",
)
def check(
    paths: tuple[Path, ...],
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    fix: bool,
    unsafe_fixes: bool,
    show_diff: bool,
    output_format: str | None,
    output_file: Path | None,
    baseline_file: Path | None,
    no_baseline: bool,
    exit_zero: bool,
    strict: bool,
    quiet: bool,
    stdin_filename: Path | None,
    config: Path | None,
    jobs: int | None,
    trust_plugins: bool,
) -> None:
    """Check notebooks, and the notebooks in folders; without PATHS, those below this folder.

    With `-`, check the notebook on standard input; --fix then prints it, mended.
    """
    if unsafe_fixes and not (fix or show_diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if output_file and output_file.suffix == ".ipynb":  # one too many: `--output-file *.ipynb`
        raise click.UsageError(
            f"--output-file: {output_file} would be overwritten; it is a notebook"
        )
    if baseline_file and no_baseline:
        raise click.UsageError("--baseline and --no-baseline exclude each other")
    given = {"select": select, "extend_select": extend_select, "ignore": ignore}
    overrides: dict[str, object] = {k: v for k, v in given.items() if v is not None}
    if baseline_file or no_baseline:
        overrides["baseline"] = None
    tally = Tally()
    try:
        baseline = Baseline.load(baseline_file) if baseline_file else None
        finder = SettingsFinder(config, overrides)
        chosen = output_format or _configured_format(finder)
    except SettingsError as error:
        tally.fault(str(error))
        sys.exit(2)
    if chosen not in formats():
        raise click.UsageError(f"there is no output format {chosen!r}{nearest(chosen, formats())}")
    fixing = Fixing(unsafe_fixes, write=not show_diff) if fix or show_diff else None
    run = Run(
        finder,
        tally.fault,
        fixing=fixing,
        trust_plugins=trust_plugins,
        baseline=baseline,
        jobs=jobs,
    )

    if Path("-") in paths:
        if len(paths) > 1:
            raise click.UsageError("'-' stands alone: standard input is one notebook")
        path = stdin_filename or Path("stdin.ipynb")
        results = run.check_stdin(sys.stdin.buffer.read(), path)
    else:
        results = run.check(paths or (Path(),))

    counted = tally.counted(results)
    pieces = diff.render(counted) if show_diff else renderer(chosen)(counted)
    _print(pieces, output_file, tally, quiet=quiet)
    if fixing and tally.fixes:
        verb = "mended" if fixing.write else "would be mended"
        notebooks = count(tally.fixed_notebooks, "notebook")
        click.echo(f"{count(tally.fixes, 'finding')} {verb} in {notebooks}.", err=True)
    if not quiet:
        _say_what_the_baseline_did(tally, stale=not show_diff)
    for folder in run.empty:
        click.echo(f"nblint: {printable(str(folder))}: no notebook in this folder", err=True)
    sys.exit(_status(tally, bool(run.empty), exit_zero=exit_zero, strict=strict))


def _say_what_the_baseline_did(tally: Tally, *, stale: bool) -> None:
    if tally.recorded:
        click.echo(f"{count(tally.recorded, 'recorded finding')} not shown.", err=True)
    # A difference shows notebooks as they would be, and those have not lost anything yet.
    for path, codes in tally.stale.items() if stale else ():
        gone = ", ".join(f"{code} ({number})" for code, number in sorted(codes.items()))
        click.echo(
            f"nblint: {printable(path)}: recorded but not found any more: {gone};"
            " 'nblint baseline update' drops it",
            err=True,
        )


def _configured_format(finder: SettingsFinder) -> str:
    return finder.of(Path.cwd()).settings.output_format


def _print(pieces: Iterable[str], output_file: Path | None, tally: Tally, *, quiet: bool) -> None:
    if output_file is None:
        _write(pieces, sys.stdout, tally, quiet=quiet)
        return
    try:
        with writing(output_file) as file:
            _write(pieces, file, tally, quiet=False)
    except OSError as error:
        tally.fault(f"{output_file}: cannot be written: {error.strerror or error}")


def _write(pieces: Iterable[str], stream: TextIO, tally: Tally, *, quiet: bool) -> None:
    for piece in pieces:
        if not quiet or tally.errors or tally.warnings:
            stream.write(piece)


def _status(tally: Tally, empty: bool, *, exit_zero: bool, strict: bool) -> int:
    if tally.faults:
        return 2
    if (tally.errors or (strict and tally.warnings)) and not exit_zero:
        return 1
    return 3 if empty else 0
