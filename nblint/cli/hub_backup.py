"""`nblint hub backup` and `nblint hub restore`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.hub_options import CONFIG, need, or_sentence
from nblint.cli.status import complain
from nblint.reports.terminal import printable
from nblint.reports.text import count

if TYPE_CHECKING:
    from nblint.hub.backup.restoring import Restored


@click.command(cls=SectionedCommand)
@CONFIG
@click.option(
    "--test",
    "is_test",
    is_flag=True,
    help="Bring the last backup's databases and some of its files back, and compare.",
)
def backup(config: Path, is_test: bool) -> None:
    """Back up the homes and the hub, or test the last backup.

    restic copies /home, the hub's state with its databases, and the folder of hub.toml to the
    repository that `[backup]` of hub.toml names, and removes copies that are older than is kept.
    How it ended is told to Prometheus. The host's timers run both; run it as root.

    Exit status: 0 it was made, or is in order, 2 it could not be, or is not.

    Examples:
      nblint hub backup --config /etc/jupyterhub/hub.toml
      nblint hub backup --config /etc/jupyterhub/hub.toml --test
    """
    need(("prometheus_client",), "hub")
    from nblint.hub.backup.making import back_up, self_test
    from nblint.hub.metrics import recording
    from nblint.hub.settings import HubFile

    file = or_sentence(lambda: HubFile.read(config.absolute()))

    def test() -> None:
        with recording(file, "backup_test"):
            click.echo(f"ok: {printable(self_test(file))}")

    def make() -> None:
        with recording(file, "backup") as told:
            made = back_up(file)
            told["incomplete"] = float(made.unread)
            click.echo(f"Made backup {made.snapshot} of {count(made.files, 'file')}")
            if made.unread:
                click.echo("note: some files could not be read, or went away meanwhile")

    or_sentence(test if is_test else make)


@click.command(cls=SectionedCommand)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@CONFIG
@click.option("--hub", "is_hub", is_flag=True, help="The hub itself, which must be stopped.")
@click.option("--list", "is_list", is_flag=True, help="List the backups that there are.")
@click.option(
    "--at",
    default="latest",
    metavar="WHEN",
    help="The backup: latest (default), a day such as 2026-11-29, or its id.",
)
@click.option("--replace", is_flag=True, help="Put it where something else is now, which is kept.")
def restore(
    paths: tuple[Path, ...], config: Path, is_hub: bool, is_list: bool, at: str, replace: bool
) -> None:
    """Bring files, folders and homes back from a backup, or the hub.

    Each PATH is brought back to where it was, as the user whose home it lies in. Where something
    else is now, it is put into the folder restored-DATE of that home; with --replace, it takes the
    place, and what was there is kept in the folder replaced-DATE.

    --hub brings back its databases, its state and its secrets, and keeps what was there beside. Run
    it as root.

    Exit status: 0 all is back, 2 something is not.

    Examples:
      nblint hub restore /home/ada/notes.ipynb --at 2026-11-29
      nblint hub restore --replace /home/ada
      nblint hub restore --hub
    """
    if bool(paths) + is_hub + is_list != 1:
        raise click.UsageError("name what to restore, or use one of --hub and --list")
    from nblint.hub.backup.restic import Restic
    from nblint.hub.backup.restoring import restore as restore_paths
    from nblint.hub.backup.restoring import restore_hub
    from nblint.hub.settings import HubFile

    file = or_sentence(lambda: HubFile.read(config.absolute()))
    if is_list:
        for snapshot in or_sentence(Restic(file).snapshots):
            click.echo(f"{snapshot.id[:8]}  {snapshot.time.astimezone():%Y-%m-%d %H:%M}")
        return
    found = or_sentence(
        lambda: (
            [restore_hub(file, at)] if is_hub else restore_paths(file, paths, at, replace=replace)
        )
    )
    for restored in found:
        _say(restored)
    if any(restored.left for restored in found):
        sys.exit(2)


def _say(restored: Restored) -> None:
    """Print what was brought back, and where it is."""
    for path in restored.placed:
        click.echo(f"Restored {printable(str(path))} from {restored.snapshot}")
    for path in restored.beside:
        click.echo(f"{printable(str(path))} is there; restored into {restored.folder}")
    if restored.replaced:
        click.echo(f"What was there is in {printable(str(restored.replaced))}")
    if restored.left:
        complain(f"something is not as it was: {restored.left}")
