"""`nblint server`."""

import os
import sys

import click

from nblint.cli.commands import Command


@click.command(cls=Command)
@click.option(
    "--stdio",
    is_flag=True,
    expose_value=False,
    help="Speak over standard input and output: what it does in any case; some editors add it.",
)
def server() -> None:
    """Run the language server that editors start.

    It shows findings while a notebook is written. It speaks the Language Server Protocol over
    standard input and output, executes nothing of a notebook and opens no connection.

    Exit status: 0 after the editor has asked it to end, else 1.
    """
    try:
        from nblint.server.app import server as new_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("lsprotocol", "pygls"):
            raise
        raise click.ClickException(
            "the language server needs pygls: pip install 'nblint-suite[server]'"
        ) from None
    app = new_server()
    # pygls closes what it writes to; standard output is not its own.
    app.start_io(stdout=os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    sys.exit(0 if app.was_shut_down else 1)
