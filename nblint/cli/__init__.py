"""The command line: one module a command, imported when the command is used."""

import importlib
import sys

import click

from nblint import __version__
from nblint.toml import nearest

# The command's module, by its name; what each does is said once, by the command itself.
_COMMANDS = {
    "check": "check",
    "header": "header",
    "rule": "rule",
    "rules": "rule",
    "env": "env",
    "new": "new",
    "baseline": "baseline",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in _COMMANDS:
            ctx.fail(f"there is no command {cmd_name!r}{nearest(cmd_name, _COMMANDS)}")
        module = importlib.import_module(f"nblint.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nblint")
def main() -> None:
    """Keep notebooks explainable, free of credentials, and runnable by somebody else.

    Exit status: 0 nothing is wrong, 1 findings, 2 something could not be checked, 3 a folder holds
    no notebook.
    """
    # A name or a text that the terminal's encoding does not have must not end the run.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
