"""`nblint hub disk`."""

import sys
from pathlib import Path

import click

from nblint.cli.hub_options import CONFIG, or_sentence
from nblint.cli.status import complain
from nblint.reports.terminal import printable


@click.command()
@CONFIG
def disk(config: Path) -> None:
    """Say how full the hub's disks are.

    These are the file systems of the homes, of the hub's state, and of the host. A timer runs it
    each day, and whoever `notify` in hub.toml names hears of one that is nearly full. People see it
    on the landing page.

    Exit status: 0 there is room, 1 one is at least 90% full, 2 hub.toml cannot be read.

    Example:
      nblint hub disk --config /etc/jupyterhub/hub.toml
    """
    from nblint.hub.disks import disks
    from nblint.hub.settings import HubFile

    found = list(disks(or_sentence(lambda: HubFile.read(config.absolute()))))
    for each in found:
        if each.is_nearly_full:
            complain(str(each))
        else:
            click.echo(printable(str(each)))
    if any(each.is_nearly_full for each in found):
        sys.exit(1)
