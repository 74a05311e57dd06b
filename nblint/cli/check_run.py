"""What `nblint check` does with its arguments.

Does not import click: a call without options, as hooks make it, has nothing to parse.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from msgspec.structs import replace

from nblint.cli.arguments import CheckArguments
from nblint.cli.echo import echo, say
from nblint.cli.progress import Progress, is_answering, is_interactive
from nblint.cli.status import Status, print_report, report_empty, report_hidden
from nblint.credentials.masking.redaction import mask_path
from nblint.discovery import Discovery
from nblint.errors import SettingsError
from nblint.linting.examining import Fixing
from nblint.linting.registry import FAMILIES
from nblint.linting.results import Details, Result
from nblint.linting.run import Run
from nblint.linting.tally import Tally
from nblint.paths import display_path
from nblint.reports import (
    FOR_PEOPLE,
    NO_DETAILS,
    details_of,
    format_of,
    render_for_people,
    renderer,
)
from nblint.reports.terminal import FIX, printable, style_of
from nblint.reports.text import count
from nblint.settings_files import SettingsFinder

if TYPE_CHECKING:
    from nblint.linting.baseline import Baseline
    from nblint.linting.staged import Staged

# Findings of a run, from which on old notebooks are being adopted.
_TOO_MANY = 100


def check(arguments: CheckArguments) -> int:
    """Check notebooks once, print the report, and return the exit status."""
    return _check_staged(arguments) if arguments.staged else _check(arguments, Status())


def _check_staged(arguments: CheckArguments) -> int:
    """Check what would be committed, in a folder that stands for the repository."""
    from nblint.linting.staged import staged_files

    status, here = Status(), Path.cwd()
    config, baseline = arguments.config, arguments.baseline_file
    named = [path for path in (config, baseline) if path is not None]
    try:
        with staged_files(arguments.paths, named, status.fault) as staged:
            told = replace(
                arguments,
                paths=staged.notebooks,
                config=config and staged.instead_of(config),
                baseline_file=baseline and staged.instead_of(baseline),
                output_file=arguments.output_file and here / arguments.output_file,
            )
            with staged.as_current_folder():
                return _check(told, status, staged)
    except SettingsError as error:
        status.fault(str(error))
        return 2


def _check(arguments: CheckArguments, status: Status, staged: "Staged | None" = None) -> int:
    started = time.perf_counter()

    def named(sentence: str) -> str:
        return staged.named(sentence) if staged else sentence

    try:
        baseline = _baseline(arguments)
        top = staged.folder if staged else None
        finder = SettingsFinder(arguments.config, arguments.overrides, top=top)
        found = finder.of(Path.cwd())
        output_format = arguments.output_format or format_of(found)
        # The settings choose a format for findings, not for how many there are.
        if arguments.with_statistics and not arguments.output_format and output_format != "json":
            output_format = "text"
    except SettingsError as error:
        status.fault(named(str(error)))
        return 2
    _refuse_statistics_in(output_format, arguments)
    progress = Progress(lambda: run.total) if is_interactive() and not arguments.verbose else None

    def fault(sentence: str) -> None:
        if progress:
            progress.hide()
        status.fault(named(sentence))

    if arguments.fix and not arguments.is_stdin and is_answering():
        _ask(arguments, finder, baseline)
    run = _run(arguments, finder, baseline, fault, output_format)
    given = sys.stdin.buffer.read() if arguments.is_stdin else b""
    results = status.tally.counted(_results(run, arguments, given, progress))
    pieces = _rendered(results, arguments, output_format, found.settings.fix_command or FIX)
    pieces = progress.beside(pieces) if progress else pieces
    print_report(pieces, arguments.output_file, status, _stream(arguments))
    if arguments.prints_notebook:
        sys.stdout.flush()
        sys.stdout.buffer.write(run.fixed or given)
    _conclude(arguments, status.tally, run)
    if arguments.verbose:
        _note(f"{count(run.total, 'notebook')} in {time.perf_counter() - started:.2f} s")
    return status.code(
        is_empty=bool(run.empty), exit_zero=arguments.exit_zero, strict=arguments.strict
    )


def list_files(arguments: CheckArguments) -> int:
    """Print which notebooks would be checked, and return the exit status."""
    status = Status()
    try:
        finder = SettingsFinder(arguments.config, arguments.overrides)
    except SettingsError as error:
        status.fault(str(error))
        return 2
    discovery = Discovery(finder, status.fault, _note if arguments.verbose else None)
    for path, _ in discovery.notebooks(arguments.paths or (Path(),)):
        echo(printable(mask_path(display_path(path))) + "\n")
    report_empty(discovery.empty)
    return status.code(is_empty=bool(discovery.empty))


def _baseline(arguments: CheckArguments) -> "Baseline | None":
    """Load the baseline that the command line names; None where it names none."""
    if arguments.baseline_file is None:
        return None
    from nblint.linting.baseline import Baseline

    return Baseline.load(arguments.baseline_file)


def _ask(arguments: CheckArguments, finder: SettingsFinder, baseline: "Baseline | None") -> None:
    """Ask a person whether outputs may be removed: nothing but another run brings them back.

    Raises:
        click.Abort: They may not; nothing was written.
    """
    rehearsal = replace(arguments, show_diff=True, verbose=False)
    run = _run(rehearsal, finder, baseline, lambda _: None, "text")
    tally = Tally()
    for _ in tally.counted(run.check(arguments.paths or (Path(),))):
        pass
    if tally.removed_outputs:
        import click

        click.confirm(f"{_removal(tally, 'will be removed')}. Continue?", abort=True, err=True)


def _removal(tally: Tally, verb: str) -> str:
    outputs = count(tally.removed_outputs, "output")
    return f"{outputs} in {count(tally.stripped_notebooks, 'notebook')} {verb}"


def _refuse_statistics_in(output_format: str, arguments: CheckArguments) -> None:
    if arguments.with_statistics and (arguments.show_diff or output_format not in ("text", "json")):
        import click

        raise click.UsageError("--statistics requires the output format text or json")


def _run(
    arguments: CheckArguments,
    finder: SettingsFinder,
    baseline: "Baseline | None",
    fault: Callable[[str], None],
    output_format: str,
) -> Run:
    fixing = None
    if arguments.fix or arguments.show_diff:
        fixing = Fixing(arguments.unsafe_fixes, write=not arguments.show_diff)
    return Run(
        finder,
        fault,
        fixing=fixing,
        trust_plugins=arguments.trust_plugins,
        baseline=baseline,
        jobs=arguments.jobs,
        on_note=_note if arguments.verbose else None,
        # What is staged lies in another folder each time, so nothing of it would be found again.
        with_cache=not (arguments.no_cache or arguments.staged),
        with_hidden=output_format == "sarif",
        committed=arguments.staged,
        details=_details(arguments, output_format),
    )


def _details(arguments: CheckArguments, output_format: str) -> Details:
    is_brief = arguments.quiet and output_format == "text"
    if arguments.show_diff or arguments.with_statistics or is_brief:
        return NO_DETAILS
    return details_of(output_format)


def _results(
    run: Run, arguments: CheckArguments, given: bytes, progress: Progress | None
) -> Iterator[Result]:
    """Return the results of a run; `given` is the notebook on standard input, if it is there."""
    if arguments.is_stdin:
        results = run.check_stdin(given, arguments.stdin_filename or Path("stdin.ipynb"))
    else:
        # If no staged file is a notebook, there is nothing to check.
        results = run.check(arguments.paths or (() if arguments.staged else (Path(),)))
    return progress.counting(results) if progress else results


def _note(sentence: str) -> None:
    say(f"nblint: {printable(mask_path(sentence))}")


def _rendered(
    results: Iterable[Result], arguments: CheckArguments, output_format: str, fix_command: str
) -> Iterator[str]:
    """Return the pieces of the report, or of the diff."""
    if arguments.show_diff:
        from nblint.reports import diff

        return diff.render(results)
    stream = None if arguments.output_file else _stream(arguments)
    style = style_of(stream, arguments.color, quiet=arguments.quiet)
    style = replace(style, fix_command=fix_command)
    if arguments.with_statistics:
        from nblint.reports import statistics

        return statistics.render(results, output_format, style)
    if output_format in FOR_PEOPLE:
        return render_for_people(output_format, results, style)
    return renderer(output_format)(results)


def _stream(arguments: CheckArguments) -> TextIO:
    return sys.stderr if arguments.prints_notebook else sys.stdout


def _conclude(arguments: CheckArguments, tally: Tally, run: Run) -> None:
    """Print what became of the findings that the report does not show."""
    if tally.fixes:
        would_be = "would be " if arguments.show_diff else ""
        notebooks = count(tally.fixed_notebooks, "notebook")
        outputs = f"; {_removal(tally, f'{would_be}removed')}" if tally.removed_outputs else ""
        say(f"{count(tally.fixes, 'finding')} {would_be}fixed in {notebooks}{outputs}.")
    if not arguments.quiet:
        # A diff shows notebooks as they would be, and those have no fewer findings yet.
        report_hidden(tally, run.skipped)
        if not arguments.show_diff:
            _report_stale(tally)
            _report_ways(arguments, tally)
    report_empty(run.empty)
    if arguments.is_first_look and is_interactive() and not _is_hook():
        _report_families(run.families_off)


def _is_hook() -> bool:
    """Tell whether git or pre-commit runs this; both say so in the environment."""
    return any(os.environ.get(name) for name in ("GIT_DIR", "GIT_INDEX_FILE", "PRE_COMMIT"))


def _report_families(off: Sequence[str]) -> None:
    """Print which families are off by default, to those who may not know that there are more."""
    if off:
        named = " and ".join(f"{family} ({FAMILIES[family]})" for family in off)
        verb, them = ("is", "it") if len(off) == 1 else ("are", "them")
        option = f"--extend-select {','.join(off)}"
        say(f"{named} {verb} off by default: switch {them} on with {option}")


def _report_stale(tally: Tally) -> None:
    if stale := sum(codes.total() for codes in tally.stale.values()):
        entries = "baseline entry is" if stale == 1 else "baseline entries are"
        say(f"{stale} {entries} stale: run `nblint baseline update`")


def _report_ways(arguments: CheckArguments, tally: Tally) -> None:
    """Print how to go on where old notebooks have more findings than anybody reads at once."""
    found = tally.errors + tally.warnings
    if found < _TOO_MANY or tally.recorded or arguments.no_baseline:
        return
    if not arguments.with_statistics:
        say("`nblint check --statistics` counts the findings of each rule.")
    say("`nblint baseline create` records them, so that only new ones fail.")
