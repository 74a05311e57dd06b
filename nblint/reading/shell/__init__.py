"""Shell commands, and the variables that they use."""

# The languages of cells that a shell runs.
SHELL_LANGUAGES = frozenset(["bash", "sh", "shell", "zsh"])
# The names of IPython's magics whose text is a shell's; `!` and `!!` begin lines.
SHELL_MAGICS = frozenset(["!", "!!", "bash", "ksh", "script", "sh", "shell", "sx", "system", "zsh"])
