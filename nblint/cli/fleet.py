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
from nblint.cli.asked import overridden
from nblint.cli.commands import Command
from nblint.cli.progress import is_watched
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

RULES, WORK, STATUS = "Which rules run", "Who does the work", "Exit status"
# The distributions of the extra, by what they are imported as.
_LIBRARIES = ("cryptography", "dask", "distributed", "fsspec", "pyarrow")
# How many of the notebooks that could not be checked are named; the dataset names them all.
_SAID = 10


@click.command(cls=Command)
@click.argument("source")
@click.argument("target")
@options.config(RULES, start="this folder")
@options.selection(RULES)
@options.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    heading=WORK,
    help="How many processes of this machine; by default as many as it has processors.",
)
@options.option(
    "--scheduler",
    metavar="ADDRESS",
    heading=WORK,
    help="Let the workers of this Dask cluster do it, such as tcp://dask:8786. They need the "
    "same nblint, and the same access to SOURCE and TARGET.",
)
@options.option(
    "--overwrite",
    is_flag=True,
    help="Replace the dataset at TARGET, once the new one is whole.",
)
@options.status(STATUS)
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

    SOURCE is a folder with all that is below it, one notebook, or a glob in quotes. TARGET is a
    folder for the findings, as Parquet: in `findings` a row a finding, with the keys of
    `--output-format json`; in `notebooks` a row a notebook, with what kept it from being checked;
    `_SUCCESS` when all is there. Both are paths, or URLs that fsspec knows: s3://, gs://, abfs://.

    One settings file holds for all notebooks: that of this folder, or --config. Its paths and globs
    are relative to SOURCE. It reports what a baseline records, and runs no rule about a repository
    as a whole (NBL308). With NBLINT_BASELINE_SALT, or a baseline, credentials have fingerprints.

    Exit status: 0 nothing is wrong, 1 findings, 2 something could not be checked, 3 there is no
    notebook.

    Examples:
      nblint fleet notebooks findings
      nblint fleet s3://analyses s3://reports/nblint --scheduler tcp://dask:8786
      nblint fleet "analyses/**/*.ipynb" findings --select NBL2 --overwrite
    """
    if workers and scheduler:
        raise click.UsageError("--workers is for this machine: it does not go with --scheduler")
    status = Status()
    total = _Total()
    try:
        finder = SettingsFinder(config, overridden(select, extend_select, ignore))
        examiner = _examiner(finder.of(Path.cwd()))
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
    """Return `check_fleet`, if all is there that it needs."""
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
    """What came of all parts so far."""

    def __init__(self) -> None:
        self.notebooks = self.checked = self.unchecked = self.errors = self.warnings = 0
        self._said: list[str] = []
        self._is_watched = is_watched()

    def add(self, outcome: "Outcome") -> None:
        """Add a part; on a terminal, say how far the run is."""
        self.checked += outcome.checked
        self.unchecked += outcome.unchecked
        self.errors += outcome.errors
        self.warnings += outcome.warnings
        self.notebooks = self.checked + self.unchecked
        self._said += outcome.faults[: _SAID - len(self._said)]
        if self._is_watched:
            click.echo(f"\r{self.notebooks} ...", nl=False, err=True)

    def conclude(self, status: Status, target: str) -> None:
        """Say what came of the run, and count it for the exit status."""
        if self._is_watched:
            click.echo("\r", nl=False, err=True)
        for sentence in self._said:
            status.fault(sentence)
        status.tally.errors, status.tally.warnings = self.errors, self.warnings
        if not self.notebooks:
            click.echo("No notebook to check; nothing was written.")
            return
        found = f"{count(self.errors, 'error')}, {count(self.warnings, 'warning')}"
        click.echo(f"{found}, {count(self.checked, 'notebook')} checked: {printable(target)}")
        if self.unchecked:
            click.echo(
                f"nblint: {count(self.unchecked, 'notebook')} could not be checked;"
                " the column 'fault' of 'notebooks' says why",
                err=True,
            )


def _examiner(found: SettingsFile) -> Examiner:
    """Return what examines the notebooks: the settings' folder becomes that of the source."""
    file = found.baseline
    salt = Baseline.load(file).salt if file else os.environ.get(SALT_VARIABLE)
    moved = SettingsFile(found.settings, Path(), found.path)
    selection = Selection(moved)
    project = Project.load(found, with_requirements=selection.needs("requirements"))
    return Examiner(replace(project, found=moved, salt=salt or None), selection, None)
