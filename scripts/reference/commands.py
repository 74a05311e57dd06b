"""The page of the commands, made from the commands themselves."""

import inspect
from collections.abc import Iterator

import click

from nblint.cli import main

OPENING = """\
# Commands

`nblint --help` and `nblint COMMAND --help` say the same in a terminal. `python -m nblint` is
`nblint`."""


def page() -> str:
    """Return the page, as markdown."""
    parts = [OPENING]
    context = click.Context(main, info_name="nblint")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command
        parts += _command(command, click.Context(command, info_name=name, parent=context))
    return "\n\n".join(parts) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## `{context.command_path}`"
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {pieces}\n```"
    # \b marks paragraphs whose lines stay as they are:
    # https://click.palletsprojects.com/en/stable/documentation/#escaping-click-s-wrapping
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        kept = paragraph.startswith("\b\n")
        yield f"```text\n{paragraph[2:]}\n```" if kept else paragraph
    options = [option for option in command.get_params(context) if isinstance(option, click.Option)]
    rows = [row for option in options if (row := option.get_help_record(context))]
    escaped = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    yield "\n".join(
        ["option | what it does", "--- | ---", *(f"`{name}` | {text}" for name, text in escaped)]
    )
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))
