"""The languages of cells that a shell runs."""

SHELL_LANGUAGES = frozenset(["bash", "sh", "shell", "zsh"])
