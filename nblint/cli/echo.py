"""Prints what commands have to say."""

import sys
from typing import TextIO


def echo(text: str, stream: TextIO | None = None) -> None:
    """Print a text immediately; it may hold escape sequences for colours.

    Args:
        text: The text, with its line ends.
        stream: The stream; None: stdout.
    """
    stream = stream or sys.stdout
    if sys.platform == "win32" and stream.isatty():
        import click  # translates escape sequences for the console

        click.echo(text, stream, nl=False, color=True)
        return
    stream.write(text)
    stream.flush()


def say(sentence: str) -> None:
    """Print a sentence on stderr."""
    echo(f"{sentence}\n", sys.stderr)
