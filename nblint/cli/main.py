"""The command `nblint`, and the list of its subcommands."""

import click

from nblint._version import __version__
from nblint.cli.click_classes import LazyGroup
from nblint.cli.process import escape_unencodable

# The module of each command, in the order of the help.
_MODULES = {
    "check": "check",
    "rule": "rule",
    "rules": "rule",
    "config": "config",
    "header": "header",
    "gate": "gate",
    "env": "env",
    "requirements": "requirements",
    "baseline": "baseline",
    "new": "new",
    "add": "add",
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

    `nblint check` checks the notebooks in the current folder and changes nothing. `nblint COMMAND
    --help` explains a command.

    Examples:
      nblint check
      nblint check --fix notebooks/triage.ipynb
      nblint rule NBL102

    Exit status: 0 if there are no errors, 1 if there are, 2 if something could not be checked, 3 if
    a folder contains no notebooks.
    """
    escape_unencodable()
