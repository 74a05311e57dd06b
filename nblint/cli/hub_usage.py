"""`nblint hub usage`."""

from pathlib import Path

import click
import msgspec

from nblint.cli.hub_options import CONFIG, or_sentence
from nblint.reports.text import count


@click.command()
@CONFIG
@click.option("--collect", is_flag=True, help="Count what the journal has since the last time.")
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    default=30,
    metavar="N",
    help="Report the last N days, today included (default: 30).",
)
@click.option("--person", metavar="NAME", help="Report one person's usage.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="The format of the report (default: text).",
)
def usage(config: Path, collect: bool, days: int, person: str | None, output_format: str) -> None:
    """Report who came, and which notebooks they opened and ran.

    People's servers say it to the host's journal, from where a timer counts it hourly with
    --collect. The counts are root's: run it on the host, as root. It is usage, and no audit: who
    wants to stay uncounted does.

    Examples:
      nblint hub usage --config /etc/jupyterhub/hub.toml
      nblint hub usage --days 90 --output-format json
      nblint hub usage --person alice
    """
    from nblint.hub.settings import HubFile
    from nblint.hub.usage.counts import Counts
    from nblint.hub.usage.journal import collect as collect_entries
    from nblint.hub.usage.report import report, text

    file = or_sentence(lambda: HubFile.read(config.absolute()))
    counts = Counts(file / file.settings.state / "usage.sqlite")
    if collect:
        counted = or_sentence(lambda: collect_entries(file, counts))
        click.echo(f"Counted {count(counted, 'event')}")
        return
    said = or_sentence(lambda: report(counts, days, person))
    if output_format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(said)).decode())
    else:
        click.echo("\n".join(text(said)))
