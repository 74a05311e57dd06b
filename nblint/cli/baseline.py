"""`nblint baseline`: record today's findings, so that only new ones fail a run."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from nblint.cli import options
from nblint.cli.click_classes import OrderedGroup
from nblint.cli.parameter_types import NonEmptyPath
from nblint.cli.settings_edit import add_setting
from nblint.cli.status import Status
from nblint.credentials.masking.redaction import mask, mask_path
from nblint.errors import SettingsError, unwritable
from nblint.files import is_file
from nblint.linting.baseline import DEFAULT_NAME, Baseline, Entry
from nblint.linting.registry import rules
from nblint.linting.results import Reported, Result
from nblint.linting.run import Run
from nblint.paths import display_path, repository_of
from nblint.reports.terminal import FIX, Style, one_line, printable
from nblint.reports.text import count, describe
from nblint.settings_files import NAMES, SettingsFile, SettingsFinder

_LONGEST_REASON = 500
_UNCHECKED = ": nothing in the file is checked; repair it, or name it in the setting `exclude`"
_ALREADY_EXISTS = (
    "already exists: `nblint baseline update` drops stale entries, `nblint baseline create --force`"
    " adds today's findings"
)


@click.group(cls=OrderedGroup)
def baseline() -> None:
    """Adopt nblint on existing notebooks: report only new findings.

    A baseline records today's findings, and `nblint check` then leaves them out. A baseline only
    shrinks: `update` drops stale entries, and nothing but `create` adds any. It holds no
    credentials; recording a credential does not make it safe.
    """


def _options(command: options.Function) -> options.Function:
    """Add the options that all commands have."""
    for option in (
        options.trust_plugins(),
        options.config(),
        click.option(
            "--baseline",
            "given",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help=f"The baseline (default: the one in the settings, else {DEFAULT_NAME}).",
        ),
    ):
        command = option(command)
    return command


@baseline.command()
@click.argument("paths", nargs=-1, type=NonEmptyPath())
@click.option("--force", is_flag=True, help="Add to an existing baseline; keeps its reasons.")
@_options
def create(
    paths: tuple[Path, ...],
    force: bool,
    given: Path | None,
    config: Path | None,
    trust_plugins: bool,
) -> None:
    """Record all findings.

    PATHS are notebooks and folders (default: the baseline's folder). The settings get a line that
    names the file, unless --baseline chooses it. Commit both.

    Examples:
      nblint baseline create
      nblint baseline create --force notebooks/new-team/
    """
    job = _Job(given, config, trust_plugins=trust_plugins)
    exists = job.file.exists()
    if exists and not force:
        job.fail(f"{job.name}: {_ALREADY_EXISTS}")
    before = job.load() if exists else Baseline.new(job.file)
    added: list[Entry] = []
    stale: list[Entry] = []
    recorded: list[str] = []
    for result in job.check(before, paths):
        stale += result.stale
        added += (new := [*_new_entries(result, before, job.status)])
        recorded += [result.path] * bool(new)
    for folder in job.empty:
        job.status.fault(f"{folder}: no notebooks in this folder")
    if job.status.faults and not job.checked:
        job.end()  # an empty baseline would have to be deleted before the next attempt
    after = before.with_entries([*_without(before.entries, stale), *added])
    job.write(after)
    _report_created(job, after)
    job.name_in_settings(recorded)
    job.end()


def _new_entries(result: Result, before: Baseline, status: Status) -> Iterator[Entry]:
    """Yield entries for the findings that have none."""
    for reported in result.findings:
        if reported.entry is None:
            entry = before.entry(reported.occurrence(result.path))
            if entry is None:
                code = reported.finding.code
                why = _UNCHECKED if rules()[code].always_on else ""
                status.fault(f"{reported.path}: {code} cannot be recorded{why}")
            else:
                yield entry


def _report_created(job: "_Job", created: Baseline) -> None:
    notebooks = len({entry.path for entry in created.entries})
    click.echo(
        f"{job.name} records {count(len(created.entries), 'finding')}"
        f" in {count(notebooks, 'notebook')}."
    )
    if credentials := sum(entry.is_credential for entry in created.entries):
        click.echo(
            f"{count(credentials, 'credential')} among them:"
            " revoke any that ever left this machine."
        )


@baseline.command()
@click.argument("paths", nargs=-1, type=NonEmptyPath())
@click.option(
    "--moved",
    nargs=2,
    multiple=True,
    metavar="OLD NEW",
    type=click.Path(path_type=Path),
    help="Move a renamed notebook's entries to its new path. Can be repeated.",
)
@_options
def update(
    paths: tuple[Path, ...],
    moved: tuple[tuple[Path, Path], ...],
    given: Path | None,
    config: Path | None,
    trust_plugins: bool,
) -> None:
    """Drop stale entries, and add none.

    An entry is stale when its finding no longer occurs. PATHS are notebooks and folders; without
    PATHS, all notebooks in the baseline's folder are checked, and the entries of deleted notebooks
    are dropped, too.

    Examples:
      nblint baseline update
      nblint baseline update --moved old.ipynb notebooks/new.ipynb
    """
    job = _Job(given, config, trust_plugins=trust_plugins)
    loaded = job.load()
    before = job.moved(loaded, moved)
    stale = [entry for result in job.check(before, paths) for entry in result.stale]
    gone: list[Entry] = []
    if not paths:
        gone = [entry for entry in before.entries if not (before.root / entry.path).exists()]
    stale += gone
    after = before.with_entries(_without(before.entries, stale))
    if after.entries != loaded.entries:
        job.write(after)
    dropped = len(loaded.entries) - len(after.entries)
    entries = "entry" if dropped == 1 else "entries"
    click.echo(f"{job.name}: {dropped} stale {entries} dropped, {len(after.entries)} left.")
    if missing := len({entry.path for entry in gone}):
        # A notebook that was renamed looks like one that was deleted.
        click.echo(
            f"{count(missing, 'recorded notebook')} not found. Findings of a renamed notebook are"
            f" now new: restore {job.name} and run `nblint baseline update --moved OLD NEW`."
        )
    job.end()


@baseline.command()
@click.option("--all", "again", is_flag=True, help="Include entries that have a reason already.")
@_options
def audit(again: bool, given: Path | None, config: Path | None, trust_plugins: bool) -> None:
    """Review the recorded findings, and note why each may stay.

    Shows one finding after the other, credentials first. Your answer becomes the reason in the
    finding's entry, and is saved immediately.
    """
    job = _Job(given, config, trust_plugins=trust_plugins)
    current = job.load()
    reviewed = sorted(
        {entry for entry in current.entries if again or not entry.reason},
        key=lambda entry: (not entry.is_credential, entry.order),
    )
    if not reviewed:
        click.echo("Every entry has a reason.")
        return
    paths = dict.fromkeys(current.root / entry.path for entry in reviewed)
    found = _by_entry(job.check(current, [path for path in paths if path.exists()]))
    for number, entry in enumerate(reviewed, 1):
        click.echo(f"\n[{number}/{len(reviewed)}] ", nl=False)
        if entry not in found:
            where = printable(mask_path(entry.path))
            click.echo(f"{where}: {entry.code} no longer occurs: run `nblint baseline update`")
            continue
        answer = _reason_for(entry, found[entry])
        if answer is None:
            break
        if reason := one_line(mask(answer), _LONGEST_REASON):
            current = job.write(_with_reason(current, entry, reason))
    missing = sum(not entry.reason for entry in current.entries)
    click.echo(f"\n{job.name}: {missing} of {len(current.entries)} without a reason.")
    job.end()


def _reason_for(entry: Entry, reported: Reported) -> str | None:
    """Show a finding, and return a person's answer; None where they want to stop."""
    # `--fix` alone leaves what is recorded as it is.
    style = Style(fix_command=f"{FIX} --no-baseline")
    click.echo("".join(describe(reported, style)), nl=False)
    if entry.reason:
        click.echo(f"  reason: {printable(entry.reason)}")
    try:
        answer: str = click.prompt(
            "  Why may it stay? (Enter to skip, q to quit)", default="", show_default=False
        )
    except click.Abort:
        click.echo()
        return None
    return None if answer.strip().lower() == "q" else answer


def _with_reason(current: Baseline, entry: Entry, reason: str) -> Baseline:
    return current.with_entries(
        replace(other, reason=reason) if other == entry else other for other in current.entries
    )


class _Job:
    """What the commands have in common: a baseline, and the notebooks that it is for.

    Args:
        given: The baseline's file; None: the one in the settings.
        config: The settings file for all notebooks; None: the nearest one of each.
        trust_plugins: Whether plugins that the settings name may run.
    """

    def __init__(self, given: Path | None, config: Path | None, *, trust_plugins: bool) -> None:
        self.status = Status()
        self._is_chosen = given is not None or config is not None
        self._trust_plugins = trust_plugins
        try:
            self._finder = SettingsFinder(config)
            settings = self._finder.of(Path.cwd())
        except SettingsError as error:
            self.fail(str(error))
        named = given or settings.baseline
        self.file = (named or settings.root / DEFAULT_NAME).absolute()
        self.name = display_path(self.file)
        self._is_given = given is not None
        self.empty: Sequence[Path] = ()
        self.checked = 0

    def load(self) -> Baseline:
        try:
            return Baseline.load(self.file)
        except SettingsError as error:
            self.fail(str(error))

    def moved(self, current: Baseline, paths: Iterable[tuple[Path, Path]]) -> Baseline:
        """Return a baseline in which entries follow notebooks to their new paths."""
        for old, new in paths:
            if old.exists():
                self.fail(f"{display_path(old)}: not moved: it still exists")
            if not new.exists():
                self.fail(f"{display_path(new)}: no such file or folder")
            try:
                current = current.moved(old, new)
            except SettingsError as error:
                self.fail(str(error))
        return current

    def check(self, current: Baseline, paths: Sequence[Path]) -> Iterator[Result]:
        """Yield all findings; those that the baseline records have their entries."""
        run = Run(
            self._finder,
            self.status.fault,
            trust_plugins=self._trust_plugins,
            baseline=current,
            with_recorded=True,
        )
        for result in run.check(paths or (Path(display_path(current.root)),)):
            self.checked += result.notebooks
            yield result
        self.empty = run.empty

    def write(self, changed: Baseline) -> Baseline:
        """Write the file; outside the repository, only if the command line chooses it."""
        if not self._is_ours(self.file):
            self.fail(
                f"{self.name}: not written: the settings name a file outside the repository;"
                " pass --baseline to write it anyway"
            )
        try:
            return changed.write()
        except FileExistsError:  # created in the meantime
            self.fail(f"{self.name}: {_ALREADY_EXISTS}")
        except OSError as error:
            self.fail(unwritable(self.name, error))

    def name_in_settings(self, notebooks: Iterable[str]) -> None:
        """Add the baseline to the settings that decide here and for notebooks, if they name none.

        Args:
            notebooks: Their paths.
        """
        if self._is_given:
            return
        folders = dict.fromkeys([Path.cwd(), *(Path(path).absolute().parent for path in notebooks)])
        unnamed = (found for found in map(self._finder.of, folders) if found.baseline is None)
        for found in {found.path or found.root: found for found in unnamed}.values():
            self._name_in(found)

    def _name_in(self, found: SettingsFile) -> None:
        # A pyproject.toml that has no settings yet, or a new file.
        new = next(filter(is_file, (found.root / name for name in NAMES)), found.root / NAMES[0])
        file = found.path or new
        value = Path(os.path.relpath(self.file, found.root)).as_posix()
        name = printable(mask_path(display_path(file)))
        try:
            is_added = self._is_ours(file) and add_setting(file, "baseline", value)
        except (OSError, SettingsError):
            is_added = False
        where = "" if file.name != "pyproject.toml" or is_added else " (below [tool.nblint])"
        verb = "Added" if is_added else "Add"
        click.echo(f'{verb} to {name}{where}: baseline = "{value}"')

    def _is_ours(self, file: Path) -> bool:
        """Tell whether a file is in the repository, or chosen on the command line."""
        root = self._finder.of(Path.cwd()).root.absolute()
        top = repository_of(root) or root
        return self._is_chosen or file.resolve().is_relative_to(top.resolve())

    def fail(self, sentence: str) -> NoReturn:
        self.status.fail(sentence)

    def end(self) -> None:
        """Exit with the status that tells whether everything could be done."""
        sys.exit(2 if self.status.faults else 0)


def _without(entries: Iterable[Entry], dropped: Iterable[Entry]) -> list[Entry]:
    """Return entries without others; of equal entries, only as many as are dropped."""
    left = Counter(dropped)
    kept = []
    for entry in entries:
        if left[entry]:
            left[entry] -= 1
        else:
            kept.append(entry)
    return kept


def _by_entry(results: Iterable[Result]) -> dict[Entry, Reported]:
    found: dict[Entry, Reported] = {}
    for result in results:
        for reported in result.findings:
            if reported.entry is not None:
                found.setdefault(reported.entry, reported)
    return found
