"""`nblint server`."""

import os
import sys

import click

from nblint.cli.click_classes import SectionedCommand


@click.command(cls=SectionedCommand)
@click.option(
    "--stdio",
    is_flag=True,
    expose_value=False,
    help="Use standard input and output. This is the default; some editors pass it anyway.",
)
def server() -> None:
    """Run the language server for editors.

    It shows findings while you edit a notebook. It speaks the Language Server Protocol over
    standard input and output, executes no code of a notebook, and opens no connections.

    Exit status: 0 if the editor requested the shutdown, else 1.
    """
    try:
        from nblint.server.app import server as new_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("lsprotocol", "pygls"):
            raise
        raise click.ClickException(
            "nblint server needs pygls: pip install 'nblint-suite[server]'"
        ) from None
    app = new_server()
    # A copy of stdout, because pygls closes the stream that it writes to.
    app.start_io(stdout=os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    sys.exit(0 if app.was_shut_down else 1)
