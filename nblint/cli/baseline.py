"""`nblint baseline`: record what is wrong today, so that only what is new is refused."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from nblint.cli import options
from nblint.cli.commands import Group
from nblint.cli.status import Status
from nblint.credentials.masking.redaction import mask
from nblint.errors import SettingsError, unwritable
from nblint.linting.baseline import DEFAULT_NAME, Baseline, Entry
from nblint.linting.results import Reported, Result
from nblint.linting.run import Run
from nblint.paths import display_path, repository_of
from nblint.reports.terminal import one_line, printable
from nblint.reports.text import count, describe
from nblint.settings_files import SettingsFinder

_LONGEST_REASON = 500
_THERE_ALREADY = (
    "there is a baseline already: 'nblint baseline update' drops what no longer occurs, and --force"
    " adds what is found today"
)


@click.group(cls=Group)
def baseline() -> None:
    """Adopt nblint on old notebooks: refuse only what is new.

    A baseline records what is wrong today; 'nblint check' then passes over it. The record can only
    shrink: 'update' drops what no longer occurs, and nothing but 'create' adds to it. It holds no
    credential; recording one does not make it safe.
    """


def _options(command: options.Command) -> options.Command:
    """Add what all commands can be told."""
    for option in (
        options.trust_plugins(),
        options.config(),
        click.option(
            "--baseline",
            "given",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help=f"The file, instead of the one in the settings, else {DEFAULT_NAME}.",
        ),
    ):
        command = option(command)
    return command


@baseline.command()
@click.argument("paths", nargs=-1, type=options.Place())
@click.option("--force", is_flag=True, help="Add to a baseline that is there; reasons are kept.")
@_options
def create(
    paths: tuple[Path, ...],
    force: bool,
    given: Path | None,
    config: Path | None,
    trust_plugins: bool,
) -> None:
    """Record all findings of the notebooks under PATHS.

    Without PATHS, of all notebooks under the baseline's folder. Commit the file, and name it in the
    settings: baseline = ".nblint-baseline.json".

    Examples:
      nblint baseline create
      nblint baseline create --force notebooks/new-team/
    """
    job = _Job(given, config, trust_plugins=trust_plugins)
    exists = job.file.exists()
    if exists and not force:
        job.fail(f"{job.name}: {_THERE_ALREADY}")
    before = job.load() if exists else Baseline.new(job.file)
    added: list[Entry] = []
    stale: list[Entry] = []
    for result in job.check(before, paths):
        stale += result.stale
        for reported in result.findings:
            if reported.entry is None:
                entry = before.entry(reported.occurrence(result.path))
                if entry is None:
                    job.status.fault(f"{reported.path}: {reported.finding.code} cannot be recorded")
                else:
                    added.append(entry)
    for folder in job.empty:
        job.status.fault(f"{folder}: no notebook in this folder")
    if job.status.faults and not job.checked:
        job.end()  # an empty record would stand in the way of the one that is meant
    after = before.with_entries([*_without(before.entries, stale), *added])
    job.write(after)

    notebooks = len({entry.path for entry in after.entries})
    click.echo(
        f"{job.name} records {count(len(after.entries), 'finding')}"
        f" in {count(notebooks, 'notebook')}."
    )
    credentials = sum(entry.is_credential for entry in after.entries)
    if credentials:
        click.echo(
            f"{count(credentials, 'credential')} among them: revoke what has been committed."
        )
    if job.is_unnamed:
        click.echo(f'Name it in the settings: baseline = "{job.file.name}"')
    job.end()


@baseline.command()
@click.argument("paths", nargs=-1, type=options.Place())
@click.option(
    "--moved",
    nargs=2,
    multiple=True,
    metavar="OLD NEW",
    type=click.Path(path_type=Path),
    help="A notebook that has a new path: its entries follow it. Can be given several times.",
)
@_options
def update(
    paths: tuple[Path, ...],
    moved: tuple[tuple[Path, Path], ...],
    given: Path | None,
    config: Path | None,
    trust_plugins: bool,
) -> None:
    """Drop what is recorded and no longer occurs; add nothing.

    It looks at the notebooks under PATHS; without PATHS, at all notebooks under the baseline's
    folder, and drops what is recorded of those that are gone.

    Examples:
      nblint baseline update
      nblint baseline update --moved old.ipynb notebooks/new.ipynb
    """
    job = _Job(given, config, trust_plugins=trust_plugins)
    loaded = job.load()
    before = job.moved(loaded, moved)
    stale = [entry for result in job.check(before, paths) for entry in result.stale]
    if not paths:
        stale += [entry for entry in before.entries if not (before.root / entry.path).exists()]
    after = before.with_entries(_without(before.entries, stale))
    if after.entries != loaded.entries:
        job.write(after)
    dropped = len(loaded.entries) - len(after.entries)
    entries = f"{dropped} entr{'y' if dropped == 1 else 'ies'}"
    click.echo(f"{job.name}: {entries} dropped, {len(after.entries)} left.")
    job.end()


@baseline.command()
@click.option("--all", "again", is_flag=True, help="Also those that have a reason.")
@_options
def audit(again: bool, given: Path | None, config: Path | None, trust_plugins: bool) -> None:
    """Walk through what is recorded, and say why it may stay.

    Each finding is shown, credentials first; what you answer becomes the entry's reason in the
    file. Every answer is saved at once.
    """
    job = _Job(given, config, trust_plugins=trust_plugins)
    current = job.load()
    asked = sorted(
        {entry for entry in current.entries if again or not entry.reason},
        key=lambda entry: (not entry.is_credential, entry.order),
    )
    if not asked:
        click.echo("Every entry has a reason.")
        return
    paths = dict.fromkeys(current.root / entry.path for entry in asked)
    found = _by_entry(job.check(current, [path for path in paths if path.exists()]))
    for number, entry in enumerate(asked, 1):
        click.echo(f"\n[{number}/{len(asked)}] ", nl=False)
        if entry not in found:
            where = printable(entry.path)
            click.echo(f"{where}: {entry.code} was not found: see 'nblint baseline update'")
            continue
        click.echo("".join(describe(found[entry])), nl=False)
        if entry.reason:
            click.echo(f"  reason: {printable(entry.reason)}")
        answer = _ask()
        if answer is None:
            break
        if reason := one_line(mask(answer), _LONGEST_REASON):
            entries = [
                replace(other, reason=reason) if other == entry else other
                for other in current.entries
            ]
            current = job.write(current.with_entries(entries))
    missing = sum(not entry.reason for entry in current.entries)
    click.echo(f"\n{job.name}: {missing} of {len(current.entries)} without a reason.")
    job.end()


class _Job:
    """What the commands have in common: one baseline, and the notebooks that it is for.

    Args:
        given: The baseline's file, if the command line names it.
        config: The settings for all notebooks, if the command line names them.
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
        self.is_unnamed = named is None
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
            if old.exists() or not new.exists():
                self.fail(f"{display_path(old)} has not become {display_path(new)}")
            try:
                current = current.moved(old, new)
            except SettingsError as error:
                self.fail(str(error))
        return current

    def check(self, current: Baseline, paths: Sequence[Path]) -> Iterator[Result]:
        """Yield all findings; those that are recorded have their entries."""
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
        """Write the file: in the repository, unless the command line says where it is."""
        root = self._finder.of(Path.cwd()).root.absolute()
        top = repository_of(root) or root
        if not self._is_chosen and not self.file.resolve().is_relative_to(top.resolve()):
            self.fail(
                f"{self.name}: cannot be written: the settings name a file outside of the"
                " repository; if you mean it, name it with --baseline"
            )
        try:
            return changed.write()
        except FileExistsError:  # since a moment ago
            self.fail(f"{self.name}: {_THERE_ALREADY}")
        except OSError as error:
            self.fail(unwritable(self.name, error))

    def fail(self, sentence: str) -> NoReturn:
        self.status.fail(sentence)

    def end(self) -> None:
        """Leave with the status that says whether all could be done."""
        sys.exit(2 if self.status.faults else 0)


def _without(entries: Iterable[Entry], dropped: Iterable[Entry]) -> list[Entry]:
    """Return entries without others; of several that are alike, as many go as are dropped."""
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


def _ask() -> str | None:
    """Return a person's answer; None where they want to stop."""
    try:
        answer: str = click.prompt(
            "  why may it stay? (Enter: skip, q: quit)", default="", show_default=False
        )
    except click.Abort:
        click.echo()
        return None
    return None if answer.strip().lower() == "q" else answer
