"""How notebooks use environment variables: what is called, and the words that say that it may be.

A new way to read or set a variable is a name in one of these sets, and a word of it among the
mentions: a cell without any of those is not parsed.
"""

from __future__ import annotations

import re

from nblint.document.model import Cell
from nblint.patterns import lazy_pattern
from nblint.reading.shell import SHELL_LANGUAGES

# The path of a name that a notebook binds to `dict(os.environ)` and the like.
COPY = "a copy of os.environ"
ENVIRONS = frozenset(["os.environ", "os.environb"])
READABLE = ENVIRONS | {COPY}
# Called with a variable's name, and perhaps a default.
GETTERS = frozenset(["os.getenv", "os.getenvb", *(f"{path}.get" for path in READABLE)])
# Methods that also change the environment.
GIVING = frozenset(["os.environ.pop", "os.environ.setdefault"])
SETTERS = frozenset(["os.putenv", "os.unsetenv"])
# Run a command in a shell.
SHELLS = frozenset(["os.popen", "os.system", "subprocess.getoutput", "subprocess.getstatusoutput"])
# https://docs.python.org/3/library/unittest.mock.html#patch-dict
PATCHES = frozenset(["unittest.mock.patch.dict", "mock.patch.dict"])

# A notebook without any of these words does not use the environment, and is not parsed for it,
_EXPANDING = "expandvars"
# nor one in which these are only parts of `environment` or `env_version`,
_PARTS = ("env", "ENV", "Env")
_WHOLE = lazy_pattern(
    r"environ(?!ment)|environmentvariable|(?:dot|get|print|put|set|set_)env(?!ironment)|\benv\b",
    re.IGNORECASE,
)
# nor one without shell commands, or without any of these words in them: behind a mark, or anywhere
# for a function whose command can stand elsewhere.
_SHELL_PARTS = ("$", "set", "export", "declare")
_SHELL_WORDS = lazy_pattern(r"\$|\b(?:declare|export|set|typeset|unset)\b")
_SHELL_FUNCTION = lazy_pattern(
    r"""\bsystem\b|[%"']\s*shell|\bshell\s*=|popen|getoutput|getstatusoutput"""
)
_SHELL_MARK = lazy_pattern(r"!(?!=)")
_SHELL_MAGIC = lazy_pattern(r"%\s*(?:!|bash|k?sh|script|sx|zsh)")
_ROW_END = lazy_pattern(r"(?<!\\)(?<!\\\r)\n")
# Values from elsewhere: a person, or the store of a platform.
_SOURCES = (
    *("getpass", "askpass", "pwinput"),
    *("userdata", "UserSecrets", "dbutils", "keyring", "getSecret"),
)
_INPUT = lazy_pattern(r"\binput\(", re.IGNORECASE)


def mentions_environment(cell: Cell) -> bool:
    """Tell whether a code cell may use environment variables, or read them from a file."""
    source = cell.source
    if _EXPANDING in source:
        return True
    if any(part in source for part in _PARTS) and _WHOLE.search(source):
        return True
    if not (any(part in source for part in _SHELL_PARTS) and _SHELL_WORDS.search(source)):
        return False
    return (
        cell.language in SHELL_LANGUAGES
        or _SHELL_FUNCTION.search(source) is not None
        or any(_is_in_shell(_SHELL_MARK, row) for row in _ROW_END.split(source))
        or _is_in_shell(_SHELL_MAGIC, source)
    )


def _is_in_shell(mark: re.Pattern[str], text: str) -> bool:
    """Tell whether a word that is about variables stands behind a mark of a shell command."""
    found = mark.search(text)
    return found is not None and _SHELL_WORDS.search(text, found.end()) is not None


def mentions_source(cell: Cell) -> bool:
    """Tell whether a code cell may ask a person or a platform's store for a value."""
    source = cell.source
    if any(word in source for word in _SOURCES):
        return True
    return "input(" in source and _INPUT.search(source) is not None
