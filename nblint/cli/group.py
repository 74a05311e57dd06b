"""All commands: one module each, imported when the command is used."""

import click

from nblint._version import __version__
from nblint.cli.commands import LazyGroup
from nblint.cli.running import print_leniently

# The command's module, by its name, in the order of the help.
_MODULES = {
    "check": "check",
    "rule": "rule",
    "rules": "rule",
    "config": "config",
    "header": "header",
    "env": "env",
    "baseline": "baseline",
    "new": "new",
    "server": "server",
    "fleet": "fleet",
    "hub": "hub",
    "completion": "completion",
}


@click.group(
    cls=LazyGroup, modules=_MODULES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, "-V", "--version", prog_name="nblint")
def main() -> None:
    """Keep notebooks explainable, free of credentials, and runnable by somebody else.

    `nblint check` looks at the notebooks in this folder and changes nothing; `nblint COMMAND
    --help` says more about a command.

    Examples:
      nblint check
      nblint check --fix notebooks/triage.ipynb
      nblint rule NBL102

    Exit status: 0 nothing is wrong, 1 findings, 2 something could not be checked, 3 a folder holds
    no notebook.
    """
    print_leniently()
