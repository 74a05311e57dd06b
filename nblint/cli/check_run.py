"""What `nblint check` does, once it is known what is asked.

Imports no click: hooks ask for nothing that has to be parsed.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nblint.cli.asked import Asked
from nblint.cli.echo import echo, say
from nblint.cli.progress import Progress, is_watched
from nblint.cli.tally import Tally
from nblint.discovery import Discovery
from nblint.errors import SettingsError
from nblint.linting.examining import Fixing
from nblint.linting.results import Result
from nblint.linting.run import Run
from nblint.paths import display_path
from nblint.reports import format_of, renderer, text
from nblint.reports.terminal import Style, printable, style_of
from nblint.reports.text import count
from nblint.settings_files import SettingsFinder

if TYPE_CHECKING:
    from nblint.linting.baseline import Baseline


def check(asked: Asked) -> int:
    """Check once, print what is found, and return the exit status."""
    started = time.perf_counter()
    tally = Tally()
    try:
        baseline = _baseline(asked)
        finder = SettingsFinder(asked.config, asked.overrides)
        chosen = _format(asked, finder)
    except SettingsError as error:
        tally.fault(str(error))
        return 2
    if asked.with_statistics and (asked.show_diff or chosen not in ("text", "json")):
        import click

        raise click.UsageError("--statistics goes with the output formats text and json")
    fixing = (
        Fixing(asked.unsafe_fixes, write=not asked.show_diff)
        if asked.fix or asked.show_diff
        else None
    )
    progress = Progress(lambda: run.total) if is_watched() and not asked.verbose else None

    def fault(sentence: str) -> None:
        if progress:
            progress.hide()
        tally.fault(sentence)

    run = Run(
        finder,
        fault,
        fixing=fixing,
        trust_plugins=asked.trust_plugins,
        baseline=baseline,
        jobs=asked.jobs,
        on_note=_note if asked.verbose else None,
        with_cache=not asked.no_cache,
    )
    notebook = b""
    if asked.is_stdin:
        notebook = sys.stdin.buffer.read()
        results = run.check_stdin(notebook, asked.stdin_filename or Path("stdin.ipynb"))
    else:
        results = run.check(asked.paths or (Path(),))
    if progress:
        results = progress.counting(results)

    pieces = _rendered(tally.counted(results), asked, chosen)
    _print(progress.beside(pieces) if progress else pieces, asked, tally)
    if asked.prints_notebook:
        sys.stdout.flush()
        sys.stdout.buffer.write(run.mended or notebook)
    _conclude(asked, tally, run, fixing)
    if asked.verbose:
        _note(f"{count(run.total, 'notebook')} in {time.perf_counter() - started:.2f} s")
    return tally.status(is_empty=bool(run.empty), exit_zero=asked.exit_zero, strict=asked.strict)


def _baseline(asked: Asked) -> "Baseline | None":
    """Load the baseline that the command line names, if it names one."""
    if asked.baseline_file is None:
        return None
    from nblint.linting.baseline import Baseline

    return Baseline.load(asked.baseline_file)


def show_files(asked: Asked) -> int:
    """Print which notebooks would be checked, and return the exit status."""
    tally = Tally()
    try:
        finder = SettingsFinder(asked.config, asked.overrides)
    except SettingsError as error:
        tally.fault(str(error))
        return 2
    discovery = Discovery(finder, tally.fault, _note if asked.verbose else None)
    for path, _ in discovery.notebooks(asked.paths or (Path(),)):
        echo(printable(display_path(path)) + "\n")
    _say_what_is_empty(discovery.empty)
    return tally.status(is_empty=bool(discovery.empty), exit_zero=False, strict=False)


def _note(sentence: str) -> None:
    say(f"nblint: {printable(sentence)}")


def _format(asked: Asked, finder: SettingsFinder) -> str:
    """Return the output format: what the command line says, else the settings of this folder."""
    return asked.output_format or format_of(finder.of(Path.cwd()))


def _rendered(results: Iterable[Result], asked: Asked, chosen: str) -> Iterator[str]:
    """Return the pieces of the report that is asked for, or of the differences."""
    if asked.show_diff:
        from nblint.reports import diff

        return diff.render(results)
    # Colours are for who looks; a file gets them only on request.
    style = (
        style_of(_stream(asked), asked.color, quiet=asked.quiet)
        if asked.output_file is None
        else Style(asked.quiet, asked.color == "always")
    )
    if asked.with_statistics:
        from nblint.reports import statistics

        return statistics.render(results, chosen, style)
    return text.render(results, style) if chosen == "text" else renderer(chosen)(results)


def _stream(asked: Asked) -> TextIO:
    return sys.stderr if asked.prints_notebook else sys.stdout


def _print(pieces: Iterable[str], asked: Asked, tally: Tally) -> None:
    if asked.output_file is None:
        for piece in pieces:
            echo(piece, _stream(asked))
        return
    from nblint.document.write import writing

    try:
        with writing(asked.output_file) as file:
            file.writelines(pieces)
    except OSError as error:
        tally.fault(f"{asked.output_file}: cannot be written: {error.strerror or error}")


def _conclude(asked: Asked, tally: Tally, run: Run, fixing: Fixing | None) -> None:
    """Say, beside the report, what became of the findings that it does not show."""
    if fixing and tally.fixes:
        verb = "mended" if fixing.write else "would be mended"
        notebooks = count(tally.fixed_notebooks, "notebook")
        say(f"{count(tally.fixes, 'finding')} {verb} in {notebooks}.")
    if not asked.quiet:
        _say_what_the_baseline_did(tally, stale=not asked.show_diff)
    _say_what_is_empty(run.empty)


def _say_what_the_baseline_did(tally: Tally, *, stale: bool) -> None:
    if tally.recorded:
        say(f"{count(tally.recorded, 'recorded finding')} not shown.")
    # A difference shows notebooks as they would be, and those have not lost anything yet.
    for path, codes in tally.stale.items() if stale else ():
        gone = ", ".join(f"{code} ({number})" for code, number in sorted(codes.items()))
        say(
            f"nblint: {printable(path)}: recorded but not found any more: {gone};"
            " 'nblint baseline update' drops it"
        )


def _say_what_is_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        say(f"nblint: {printable(str(folder))}: no notebook in this folder")
