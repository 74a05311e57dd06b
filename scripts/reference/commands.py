"""Generate the page of the commands from the commands themselves."""

import inspect
import textwrap
from collections.abc import Iterator

import click

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.main import main

OPENING = """\
# Commands

`nblint --help` and `nblint COMMAND --help` print the same in a terminal. `python -m nblint` is the
same as `nblint`."""


def page() -> str:
    """Return the page as Markdown."""
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
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        label, _, rows = paragraph.partition("\n")
        if label.startswith("Example"):
            yield f"{label}\n\n```console\n{textwrap.indent(textwrap.dedent(rows), '$ ')}\n```"
        else:
            yield paragraph
    if isinstance(command, SectionedCommand):
        for heading, records in command.headings(context).items():
            yield f"**{heading}**"
            yield _table(records)
    else:
        options = (o for o in command.get_params(context) if isinstance(o, click.Option))
        yield _table([row for option in options if (row := option.get_help_record(context))])
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))


def _table(records: list[tuple[str, str]]) -> str:
    rows = [(names.replace("|", "\\|"), text.replace("|", "\\|")) for names, text in records]
    lines = [f"`{names}` | {text}" for names, text in rows]
    return "\n".join(["option | what it does", "--- | ---", *lines])
