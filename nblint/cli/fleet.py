"""`nblint fleet`."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from nblint.cli import options
from nblint.cli.arguments import selection_overrides
from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import PositiveInteger
from nblint.cli.progress import is_interactive
from nblint.cli.status import Status
from nblint.credentials.masking.redaction import mask
from nblint.errors import SettingsError
from nblint.linting.baseline import SALT_VARIABLE, Baseline
from nblint.linting.examining import Examiner
from nblint.linting.selection import Selection
from nblint.project.project import Project
from nblint.reports.terminal import printable
from nblint.reports.text import count
from nblint.settings_files import SettingsFile, SettingsFinder

if TYPE_CHECKING:
    from nblint.fleet.work import Outcome

RULES, WORKERS, STATUS = "Rule selection", "Workers", "Exit status"
# What the extra `fleet` installs, by import names.
_LIBRARIES = ("cryptography", "dask", "distributed", "fsspec", "pyarrow")
# How many notebooks that could not be checked are named on stderr; the dataset names all of them.
_MOST_NAMED = 10


@click.command(cls=SectionedCommand)
@click.argument("source")
@click.argument("target")
@options.config(RULES, start="the current folder")
@options.selection(RULES)
@options.option(
    "--workers",
    type=PositiveInteger(),
    metavar="NUMBER",
    heading=WORKERS,
    help="Number of processes on this machine (default: one per processor).",
)
@options.option(
    "--scheduler",
    metavar="ADDRESS",
    heading=WORKERS,
    help="Use the workers of a Dask cluster, e.g. tcp://dask:8786. They need the same version of "
    "nblint, and access to SOURCE and TARGET.",
)
@options.status(STATUS)
@options.option(
    "--overwrite",
    is_flag=True,
    help="Replace the dataset at TARGET once the new one is complete.",
)
def fleet(
    source: str,
    target: str,
    config: Path | None,
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    workers: int | None,
    scheduler: str | None,
    overwrite: bool,
    strict: bool,
    exit_zero: bool,
) -> None:
    """Check millions of notebooks in a bucket, on many machines.

    SOURCE is a folder (searched recursively), a notebook, or a quoted glob. TARGET is a folder for
    a Parquet dataset: `findings` has one row per finding, with the keys of `--output-format json`;
    `notebooks` has one row per notebook, with the reason if it could not be checked; `_SUCCESS` is
    written last. Both are paths, or URLs that fsspec supports: s3://, gs://, abfs://.

    One settings file applies to all notebooks: that of the current folder, or --config. Its paths
    and globs are relative to SOURCE. Findings in a baseline are reported, too, and rules about a
    whole repository (NBL308) do not run. Credentials have fingerprints if NBLINT_BASELINE_SALT is
    set or the settings name a baseline.

    Exit status: 0 if there are no errors, 1 if there are, 2 if something could not be checked, 3 if
    there are no notebooks.

    Examples:
      nblint fleet notebooks findings
      nblint fleet s3://analyses s3://reports/nblint --scheduler tcp://dask:8786
      nblint fleet "analyses/**/*.ipynb" findings --select NBL2 --overwrite
    """
    if workers and scheduler:
        raise click.UsageError("--workers cannot be combined with --scheduler")
    status = Status()
    total = _Total()
    try:
        finder = SettingsFinder(config, selection_overrides(select, extend_select, ignore))
        examiner = _examiner(finder.of(Path.cwd()))
        for sentence in examiner.selection.faults:
            status.fault(sentence)
        with closing(
            _outcomes()(
                source, target, examiner, scheduler=scheduler, workers=workers, overwrite=overwrite
            )
        ) as outcomes:
            for outcome in outcomes:
                total.add(outcome)
    except SettingsError as error:
        status.fault(str(error))
        sys.exit(2)
    total.conclude(status, mask(target))
    sys.exit(status.code(is_empty=not total.notebooks, exit_zero=exit_zero, strict=strict))


def _outcomes() -> "Callable[..., Generator[Outcome, None, None]]":
    """Return `check_fleet`; raise an error where what it needs is not installed."""
    try:
        from nblint.fleet.run import check_fleet
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        raise click.ClickException(
            f"nblint fleet needs {error.name}: pip install 'nblint-suite[fleet]'"
        ) from None
    return check_fleet


class _Total:
    """Adds up the outcomes of all batches."""

    def __init__(self) -> None:
        self.notebooks = self.checked = self.unchecked = self.errors = self.warnings = 0
        self._faults: list[str] = []
        self._is_interactive = is_interactive()

    def add(self, outcome: "Outcome") -> None:
        """Add an outcome; on a terminal, show the progress."""
        self.checked += outcome.checked
        self.unchecked += outcome.unchecked
        self.errors += outcome.errors
        self.warnings += outcome.warnings
        self.notebooks = self.checked + self.unchecked
        self._faults += outcome.faults[: _MOST_NAMED - len(self._faults)]
        if self._is_interactive:
            click.echo(f"\r{self.notebooks} ...", nl=False, err=True)

    def conclude(self, status: Status, target: str) -> None:
        """Print the totals, and count them for the exit status."""
        if self._is_interactive:
            click.echo("\r", nl=False, err=True)
        for sentence in self._faults:
            status.fault(sentence)
        status.tally.errors, status.tally.warnings = self.errors, self.warnings
        if not self.notebooks:
            click.echo("No notebooks to check; nothing was written.")
            return
        found = f"{count(self.errors, 'error')}, {count(self.warnings, 'warning')}"
        click.echo(f"{found}, {count(self.checked, 'notebook')} checked: {printable(target)}")
        if self.unchecked:
            click.echo(
                f"nblint: {count(self.unchecked, 'notebook')} could not be checked;"
                " see the column 'fault' of 'notebooks'",
                err=True,
            )


def _examiner(found: SettingsFile) -> Examiner:
    """Return what examines the notebooks; paths in the settings become relative to the source."""
    file = found.baseline
    salt = Baseline.load(file).salt if file else os.environ.get(SALT_VARIABLE)
    moved = SettingsFile(found.settings, Path(), found.path)
    selection = Selection(moved)
    project = Project.load(found, with_requirements=selection.needs("requirements"))
    return Examiner(replace(project, found=moved, salt=salt or None), selection, None)
