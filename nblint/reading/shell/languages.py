"""What the languages of cells are called that a shell runs."""

SHELL_LANGUAGES = frozenset(["bash", "sh", "shell", "zsh"])
