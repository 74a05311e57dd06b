"""Commands with help worth reading, and groups that name the nearest command."""

import importlib
import re
from collections.abc import Mapping
from typing import Any

import click

from nblint.cli.running import guarded
from nblint.suggestions import nearest

# Options stand this far in, whatever their heading, so that a page of help has two columns.
_COLUMN = 26


class Option(click.Option):
    """An option that the help lists under a heading.

    Args:
        heading: The heading.
        arguments: As of click's options.
    """

    def __init__(self, *arguments: Any, heading: str = "Options", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.heading = heading


class _Explained(click.Command):
    """A command whose docstring may end with examples, a row each under `Examples:`."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the docstring; examples keep their rows."""
        whole = self.help
        self.help = re.sub(r"^( *)(Examples?:)$", "\\1\b\n\\1\\2", whole or "", flags=re.M)
        super().format_help_text(ctx, formatter)
        self.help = whole


class Command(_Explained):
    """A command whose options stand under headings."""

    def headings(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        """Return the options and what they do, by the heading that they stand under."""
        found: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record:
                heading = parameter.heading if isinstance(parameter, Option) else "Options"
                found.setdefault(heading, []).append(record)
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        for heading, records in self.headings(ctx).items():
            with formatter.section(heading):
                rows = [(names.ljust(_COLUMN), text) for names, text in records]
                formatter.write_dl(rows, col_max=_COLUMN)


class Group(_Explained, click.Group):
    """A group of commands, listed in the order in which they are used."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; one that is not there is a usage error."""
        names = self.list_commands(ctx)
        if not ctx.resilient_parsing and args[0] not in names and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], names)}")
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """A group whose commands are imported when they are used.

    Args:
        modules: The command's module, by its name; what each does is said once, by itself.
        arguments: As of click's groups.
    """

    def __init__(self, *arguments: Any, modules: Mapping[str, str], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._modules = modules

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        return guarded(lambda: super(LazyGroup, self).invoke(ctx))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in the order in which a new user meets them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None if there is none of that name."""
        if cmd_name not in self._modules:
            return None
        module = importlib.import_module(f"nblint.cli.{self._modules[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command
