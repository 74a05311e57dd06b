"""`nblint hub run`, and what units of systemd call."""

import os
import sys
from pathlib import Path

import click

from nblint.cli.hub_options import CONFIG, or_sentence
from nblint.cli.status import complain
from nblint.reports.terminal import printable


@click.command()
@click.argument("notebook", metavar="NOTEBOOK")
@CONFIG
def run(notebook: str, config: Path) -> None:
    """Run a scheduled notebook now, and wait for its end.

    NOTEBOOK is PACKAGE/SCHEDULE as notebooks.toml has them, or PACKAGE if that has one schedule.
    Run it on the host, as root.

    Exit status: 0 it succeeded, 1 it failed, 2 it could not be started.

    Examples:
      nblint hub run failed-logins
      nblint hub run failed-logins/daily --config /etc/jupyterhub/hub.toml
    """
    from nblint.hub.schedules.one_run import run as run_now
    from nblint.hub.settings import HubFile

    scheduled, failed = or_sentence(lambda: run_now(HubFile.read(config.absolute()), notebook))
    for line in failed:
        complain(line)
    results = printable(str(scheduled.results))
    if failed:
        click.echo(f"Executed copies are in {results}", err=True)
        sys.exit(1)
    click.echo(f"{printable(str(scheduled))} succeeded: {results}")


@click.command(hidden=True)
@click.argument("place")
@CONFIG
def begin_run(place: str, config: Path) -> None:
    """Write what a scheduled run is told; its unit calls this before.

    PLACE is the folder of its results, such as failed-logins@daily.
    """
    from nblint.hub.schedules.one_run import begin
    from nblint.hub.settings import HubFile

    or_sentence(lambda: begin(HubFile.read(config), place))


@click.command(hidden=True)
@click.argument("place")
@CONFIG
def end_run(place: str, config: Path) -> None:
    """Note what became of a scheduled run; its unit calls this afterwards.

    PLACE is the folder of its results, such as failed-logins@daily.
    """
    from nblint.hub.schedules.one_run import end
    from nblint.hub.settings import HubFile

    result = os.environ.get("SERVICE_RESULT", "unknown")
    or_sentence(lambda: end(HubFile.read(config), place, result))


@click.command(hidden=True)
@click.argument("unit")
@CONFIG
def notify(unit: str, config: Path) -> None:
    """Tell those whom hub.toml names that a unit failed; systemd calls this by OnFailure=.

    UNIT is the unit that failed.
    """
    from nblint.hub.notify import notify as notify_of
    from nblint.hub.settings import HubFile

    # Of systemd 251 and newer.
    result = os.environ.get("MONITOR_SERVICE_RESULT", "failed")
    invocation = os.environ.get("MONITOR_INVOCATION_ID", "")
    if not or_sentence(lambda: notify_of(HubFile.read(config), unit, result, invocation)):
        click.echo(f"{printable(str(config))}: notify: names nobody, so nobody is told", err=True)


@click.command(hidden=True)
@click.argument("socket", type=click.Path(path_type=Path))
def owners(socket: Path) -> None:
    """Answer the web server's question whether a browser may reach somebody's server.

    SOCKET is where it asks.
    """
    import asyncio

    from nblint.hub.login.owners import answer

    asyncio.run(answer(socket))
