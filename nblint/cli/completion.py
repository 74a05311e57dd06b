"""`nblint completion`."""

import click
from click.shell_completion import get_completion_class

from nblint.cli.click_classes import SectionedCommand
from nblint.cli.parameter_types import OneOf


@click.command(cls=SectionedCommand)
@click.argument("shell", type=OneOf(("bash", "zsh", "fish"), "shell"))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    SHELL is bash, zsh or fish. Tab then completes commands, options, paths, rule codes and output
    formats. Write the script to where your shell looks for completions (the folder must exist), and
    open a new terminal. For zsh, ~/.zshrc must have `fpath=(~/.zfunc $fpath)` before `compinit`.

    Examples:
      nblint completion bash > ~/.local/share/bash-completion/completions/nblint
      nblint completion zsh > ~/.zfunc/_nblint
      nblint completion fish > ~/.config/fish/completions/nblint.fish
    """
    from nblint.cli.main import main

    complete = get_completion_class(shell)
    assert complete is not None, "click supports these three"
    script = complete(main, {}, "nblint", "_NBLINT_COMPLETE").source()
    # Fish would take the comma between two codes for the one that follows the completion's type.
    click.echo(script.replace('string split ","', 'string split --max 1 ","'))
