"""`nblint completion`."""

import click
from click.shell_completion import get_completion_class

from nblint.cli.commands import Command
from nblint.cli.options import OneOf


@click.command(cls=Command)
@click.argument("shell", type=OneOf(("bash", "zsh", "fish"), "shell"))
def completion(shell: str) -> None:
    """Print what makes a SHELL complete nblint.

    SHELL is bash, zsh or fish. Commands, options, paths, codes of rules and formats are then
    completed with Tab. Write the script where your shell looks for it, in a folder that is there,
    and open a new terminal. Of zsh, `fpath=(~/.zfunc $fpath)` has to stand in ~/.zshrc, before
    `compinit`.

    Examples:
      nblint completion bash > ~/.local/share/bash-completion/completions/nblint
      nblint completion zsh > ~/.zfunc/_nblint
      nblint completion fish > ~/.config/fish/completions/nblint.fish
    """
    from nblint.cli.group import main

    complete = get_completion_class(shell)
    assert complete is not None, "click knows these three"
    script = complete(main, {}, "nblint", "_NBLINT_COMPLETE").source()
    # Fish would take the comma between two codes for the one behind the kind of the completion.
    click.echo(script.replace('string split ","', 'string split --max 1 ","'))
