"""`nblint hub`: a JupyterHub for everybody's notebooks."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from nblint.cli.click_classes import OrderedGroup
from nblint.cli.hub_backup import backup, restore
from nblint.cli.hub_disk import disk
from nblint.cli.hub_options import CONFIG, need, or_sentence
from nblint.cli.hub_runs import begin_run, end_run, notify, owners, run
from nblint.cli.hub_upgrades import upgrades
from nblint.cli.hub_usage import usage
from nblint.cli.status import complain
from nblint.errors import SettingsError
from nblint.reports.terminal import printable
from nblint.reports.text import count
from nblint.suggestions import nearest

# The distributions of the extras, by what they are imported as.
_LIBRARIES = ("jupyterhub", "jupyterhub_idle_culler", "oauthenticator", "packaging")
_OF_THE_DEMO = ("configurable_http_proxy", "cookiecutter", "jupyterlab", "oidc_provider_mock")


@click.group(cls=OrderedGroup)
def hub() -> None:
    """Check, try and serve a JupyterHub for everybody.

    The hub itself is JupyterHub; `from nblint.hub import configure` in its jupyterhub_config.py
    takes hub.toml.
    """


@hub.command()
@CONFIG
@click.option(
    "--without-host",
    is_flag=True,
    help="Leave out what only the hub's host has: secrets, installed notebooks, their Python, and "
    "a way to the provider. For a pipeline.",
)
def check(config: Path, without_host: bool) -> None:
    """Check all that can be known before a deploy.

    It reads hub.toml and what that names: the catalogue and its secrets, the landing page, the
    locked packages, what the installed notebooks need. It prints no value of a secret.

    Exit status: 0 nothing is wrong, 2 something is.

    Examples:
      nblint hub check
      nblint hub check --without-host
      nblint hub check --config /etc/jupyterhub/hub.toml
    """
    need(("packaging",), "hub")
    from nblint.hub.checks import check as check_hub
    from nblint.hub.settings import HubFile

    checked = or_sentence(lambda: check_hub(HubFile.read(config), on_host=not without_host))
    for note in checked.notes:
        click.echo(f"note: {printable(note)}")
    for problem in checked.problems:
        complain(problem)
    if checked.problems:
        click.echo(f"{count(len(checked.problems), 'problem')}.", err=True)
        sys.exit(2)
    for sentence in checked.passed:
        click.echo(f"ok: {printable(sentence)}")


@hub.command()
@CONFIG
def index(config: Path) -> None:
    """Write the landing page.

    Its text is the organisation's, and its table what the headers of the installed notebooks say.
    Whatever installs notebooks calls it afterwards.

    Example:
      nblint hub index --config /etc/jupyterhub/hub.toml
    """
    from nblint.hub.notebooks.index import write_index
    from nblint.hub.settings import HubFile

    file = or_sentence(lambda: HubFile.read(config))
    written = or_sentence(lambda: write_index(file))
    page = printable(str(file / file.settings.landing.page))
    said = f"Wrote {page}" if written.is_new else f"{page} is up to date"
    click.echo(f"{said} ({count(written.notebooks, 'notebook')})", err=True)


@hub.command()
@CONFIG
@click.option(
    "--check", "is_check", is_flag=True, help="Say what would change, and change nothing."
)
def install(config: Path, is_check: bool) -> None:
    """Install the packages of notebooks.toml, and no others.

    It asks dnf's repositories for exactly these versions, older ones than installed as well, and
    locks them (`dnf versionlock`), so that nothing else changes them. Schedules become timers of
    systemd. What cannot be installed, or would not run here, is refused before anything is changed.
    Run it on the host, as root.

    Exit status: 0 all is as notebooks.toml says, 2 something cannot be.

    Examples:
      nblint hub install --check
      nblint hub install --config /etc/jupyterhub/hub.toml
    """
    need(("packaging", "jinja2"), "hub")
    from nblint.hub.notebooks.packages import changes
    from nblint.hub.notebooks.packages import install as install_packages
    from nblint.hub.schedules.timers import changes as schedule_changes
    from nblint.hub.settings import HubFile

    try:
        file = HubFile.read(config.absolute())
        found = changes(file)
        said = [*map(str, found), *schedule_changes(file)]
        if not is_check:
            install_packages(file, found)
    except SettingsError as error:
        for problem in str(error).splitlines():
            complain(problem)
        sys.exit(2)
    for change in said:
        click.echo(f"{'Would change' if is_check else 'Changed'}: {printable(change)}")


for command in (run, begin_run, end_run, notify, owners, usage, backup, restore, upgrades, disk):
    hub.add_command(command)


@hub.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@CONFIG
def render(folder: Path, config: Path) -> None:
    """Write the units and rules that the hub's host has beside it.

    DIR gets them as a host has them below /: etc/systemd/system/jupyterhub.service and so on. Other
    files there stay. A deploy copies them, so that they are always those of the hub's nblint.

    Examples:
      nblint hub render build/host
      nblint hub render --config /etc/jupyterhub/hub.toml /run/host
    """
    need(("jinja2",), "hub")
    from nblint.hub.host.render import render as render_files
    from nblint.hub.settings import HubFile

    written = or_sentence(lambda: render_files(HubFile.read(config.absolute()), folder))
    _say_written(written)


@hub.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@CONFIG
@click.option(
    "--registry",
    required=True,
    metavar="PREFIX",
    help="What stands before the names of the images, e.g. registry.example.com/hub.",
)
def kubernetes(folder: Path, config: Path, registry: str) -> None:
    """Write the hub for a cluster: values, images, jobs.

    DIR gets values.yaml with comments that say where each value came from, the Dockerfiles below
    images/, a Job and CronJobs for the notebooks, rules for alerts, and in secrets.txt the commands
    that make the Secrets. No file holds the value of a secret. Other files in DIR stay, but for
    those of the images hub, user and notebooks.

    Example:
      nblint hub kubernetes --registry registry.example.com/hub build/kubernetes
    """
    need(("jinja2",), "hub")
    from nblint.hub.kubernetes.render import notes
    from nblint.hub.kubernetes.render import render as render_files
    from nblint.hub.settings import HubFile

    file = or_sentence(lambda: HubFile.read(config))
    written = or_sentence(lambda: render_files(file, registry, folder))
    for note in notes(file):
        click.echo(f"note: {printable(note)}", err=True)
    _say_written(written)


def _say_written(paths: Iterable[Path]) -> None:
    for path in paths:
        click.echo(f"Wrote {printable(str(path))}", err=True)


@hub.command()
@CONFIG
def migrate(config: Path) -> None:
    """Bring the hub's database to the installed JupyterHub.

    The hub's unit calls it before each start. An upgrade keeps the database of before beside the
    new one; an older JupyterHub gets it back. It is never half done. The hub must not run.

    Exit status: 0 the hub can start, 2 it cannot.

    Example:
      nblint hub migrate --config /etc/jupyterhub/hub.toml
    """
    need(("jupyterhub",), "hub")
    from nblint.hub.database import migrate as migrate_database
    from nblint.hub.settings import HubFile

    def bring() -> str:
        file = HubFile.read(config.absolute())
        return migrate_database(file / file.settings.state / "jupyterhub.sqlite")

    if done := or_sentence(bring):
        click.echo(printable(done), err=True)


@hub.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The hub.toml of your hub, whose text, examples, catalogue and groups are shown "
    "(default: what `nblint new --hub` generates).",
)
@click.option(
    "--check",
    "play",
    is_flag=True,
    help="Let a browser without a window do what people do, print what it met, and end. Needs "
    "playwright and chromium.",
)
@click.option(
    "--screenshot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --check: where to put a picture of the landing page.",
)
def demo(config: Path | None, play: bool, screenshot: Path | None) -> None:
    """Run a hub on this machine, to try it.

    A provider, a hub, two people (alice has a second factor, mallory has none) and an installed
    notebook, made by the notebook template. Nothing of it listens outside of this machine, and
    nothing is left when it ends, by Ctrl-C.

    Examples:
      nblint hub demo
      nblint hub demo --check
    """
    need((*_LIBRARIES, *_OF_THE_DEMO, *(("playwright",) if play else ())), "hub-demo")
    from nblint.hub.demo.run import run as run_demo

    if screenshot is not None and not play:
        raise click.UsageError("--screenshot requires --check")
    or_sentence(lambda: run_demo(config, click.echo, play=play, screenshot=screenshot))


@hub.command()
@click.argument("file", metavar="[FILE]", default="hub.toml")
def schema(file: str) -> None:
    """Print the JSON schema of hub.toml or notebooks.toml.

    FILE is hub.toml (default) or notebooks.toml.

    Examples:
      nblint hub schema > hub.schema.json
      nblint hub schema notebooks.toml
    """
    from nblint.cli.schema import HUB_FILES, hub_schema

    if file not in HUB_FILES:
        hint = nearest(file, HUB_FILES) or f"; choose from {', '.join(HUB_FILES)}"
        raise click.UsageError(f"unknown file {file!r}{hint}")
    click.echo(json.dumps(hub_schema(file), indent=2))
