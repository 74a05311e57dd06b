"""Prints what commands say."""

import sys
from typing import TextIO


def echo(text: str, stream: TextIO | None = None) -> None:
    """Print a text, at once, with the escapes for a terminal that it may hold.

    Args:
        text: The text, with its line ends.
        stream: Where it is printed; None: on stdout.
    """
    stream = stream or sys.stdout
    if sys.platform == "win32" and stream.isatty():
        import click  # makes the terminal read escapes

        click.echo(text, stream, nl=False, color=True)
        return
    stream.write(text)
    stream.flush()


def say(sentence: str) -> None:
    """Print a sentence on stderr."""
    echo(f"{sentence}\n", sys.stderr)
