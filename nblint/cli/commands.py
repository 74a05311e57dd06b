"""Commands with help worth reading, and groups that name the nearest command."""

import errno
import importlib
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from nblint.toml import nearest

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
        """Run a command; where the system fails it, say so in a sentence and exit with 2.

        Ctrl-C ends it with the status that shells give it; click's, 1, would mean findings.
        """
        _open_what_is_closed()
        try:
            try:
                return super().invoke(ctx)
            finally:
                if not sys.stdout.closed:  # as an editor's server leaves it
                    sys.stdout.flush()  # later nobody could say any more that it has failed
        except KeyboardInterrupt:
            return ctx.exit(128 + signal.SIGINT)
        except MemoryError:
            failure = "there is not enough memory"
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads has heard enough: click's to handle
                raise
            # Two things have no name: the folder that nblint runs in, and what it prints to.
            is_gone = error.errno == errno.ENOENT
            name = error.filename or ("the current folder" if is_gone else "standard output")
            failure = f"{name}: {error.strerror or error}"
            if not error.filename and not is_gone:
                _drop_what_cannot_be_printed()
        # Reports load what finds credentials, for which completion at a prompt must not wait.
        from nblint.reports.terminal import printable

        click.echo(f"nblint: {printable(failure)}", err=True)
        return ctx.exit(2)

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


def _open_what_is_closed() -> None:
    """Let a stream that the caller has closed (`>&-`) hold nothing, and take what is printed.

    Python sets it to None, and the next file that is opened would get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)


def _drop_what_cannot_be_printed() -> None:
    """Let Python's last flush succeed: its failure would change the exit status.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
