"""`nblint hub upgrades`."""

from pathlib import Path

import click

from nblint.cli.hub_options import need, or_sentence
from nblint.reports.terminal import printable
from nblint.reports.text import count

_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
def upgrades(old: Path, new: Path) -> None:
    """Say which packages two folders of locks have differently.

    OLD and NEW hold hub.txt, user.txt and others, as `make lock` of a hub's repository writes them.
    What closes a known hole comes first. `make upgrade` runs it.

    Example:
      nblint hub upgrades before requirements
    """
    need(("packaging",), "hub")
    from nblint.hub.upgrades import upgrades as found

    changed = or_sentence(lambda: found(old, new))
    for each in changed:
        click.echo(printable(str(each)))
    click.echo(f"{count(len(changed), 'package')} changed", err=True)
