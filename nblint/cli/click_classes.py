"""click's classes, with more helpful help: options under headings, examples, suggestions."""

import importlib
import re
from collections.abc import Mapping
from typing import Any

import click

from nblint.cli.process import guarded
from nblint.suggestions import nearest

# The width of the first column under every heading, so that a page of help has two columns.
_COLUMN = 26


class SectionedOption(click.Option):
    """An option that the help lists under a heading.

    Args:
        arguments: As for `click.Option`.
        heading: The heading.
        keywords: As for `click.Option`.
    """

    def __init__(self, *arguments: Any, heading: str = "Options", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.heading = heading


class _WithExamples(click.Command):
    """A command whose docstring may end with `Examples:`, one per line."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the docstring, and keep the line breaks of the examples."""
        whole = self.help
        self.help = re.sub(r"^( *)(Examples?:)$", "\\1\b\n\\1\\2", whole or "", flags=re.M)
        super().format_help_text(ctx, formatter)
        self.help = whole


class SectionedCommand(_WithExamples):
    """A command whose help lists options under headings."""

    def headings(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        """Return the options and their help texts, by heading."""
        found: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record:
                heading = getattr(parameter, "heading", "Options")
                found.setdefault(heading, []).append(record)
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        for heading, records in self.headings(ctx).items():
            with formatter.section(heading):
                rows = [(names.ljust(_COLUMN), text) for names, text in records]
                formatter.write_dl(rows, col_max=_COLUMN)


class OrderedGroup(_WithExamples, click.Group):
    """A group that lists its commands in the order in which they are defined."""

    command_class = SectionedCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; raise a usage error for an unknown one."""
        names = self.list_commands(ctx)
        if not ctx.resilient_parsing and args[0] not in names and not args[0].startswith("-"):
            ctx.fail(f"unknown command {args[0]!r}{nearest(args[0], names)}")
        return super().resolve_command(ctx, args)


class LazyGroup(OrderedGroup):
    """A group whose commands are imported when they are used.

    Args:
        arguments: As for `click.Group`.
        modules: The module of each command in `nblint.cli`, by the command's name.
        keywords: As for `click.Group`.
    """

    def __init__(self, *arguments: Any, modules: Mapping[str, str], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._modules = modules

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; raise usage errors without the tokens that paths may hold."""
        try:
            return guarded(lambda: super(LazyGroup, self).invoke(ctx))
        except click.UsageError as error:
            from nblint.credentials.masking.redaction import mask_path

            masked = mask_path(error.message)
            if masked == error.message:
                raise
            raise click.UsageError(masked, error.ctx) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which a new user needs them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None if there is none of this name."""
        if cmd_name not in self._modules:
            return None
        module = importlib.import_module(f"nblint.cli.{self._modules[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command
