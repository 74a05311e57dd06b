"""How notebooks use environment variables: what is called, and the words that say that it may be.

A new way to read or set a variable is a name in one of these sets, a word of it among the mentions,
and perhaps in `WORDS`: a notebook without any mention is not parsed, and of code without any of the
words only the names that it binds are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
_NAMED = lazy_pattern(
    r"env(?:iron(?:mentvariable|(?!ment))"
    r"|(?:(?<=dotenv)|(?<=getenv)|(?<=printenv)|(?<=putenv)|(?<=setenv)|(?<=set_env))(?!ironment))"
)
_ALONE = lazy_pattern(r"env(?<=\benv)\b")
# nor one without shell commands, or without any of these words in them: behind a mark, or anywhere
# for a function whose command can stand elsewhere.
_SHELL_WORDS = lazy_pattern(r"\$|\b(?:declare|export|set|typeset|unset)\b")
_SHELL_FUNCTIONS = ("popen", "getoutput", "getstatusoutput")
_SHELL_ARGUMENT = lazy_pattern(r"""\bsystem\b|[%"']\s*shell|\bshell\s*=""")
_SHELL_MAGIC = lazy_pattern(r"%\s*(?:!|bash|k?sh|script|sx|zsh)")
# Values from elsewhere: a person, or the store of a platform.
_SOURCES = (
    *("getpass", "askpass", "pwinput"),
    *("userdata", "UserSecrets", "dbutils", "keyring", "getSecret"),
)
_INPUT = lazy_pattern(r"\binput\(", re.IGNORECASE)
# Code uses no variables, and what it binds stands for none, without one of these or of the words
# above, unless a name in it stands for one. A module's name can be a string with escapes
# (`__import__`), and a string can be bound within an expression (`:=`).
WORDS = (
    *(_EXPANDING, *_SHELL_FUNCTIONS, *_SOURCES),
    *("system", "shell", "patch", "get_ipython", "import_", ":=", "input"),
)
_QUOTING = str.maketrans("", "", "\"'\\")
_COMMAND_WORDS = lazy_pattern(r"env|\$|\b(?:declare|export|local|readonly|set|typeset|unset)\b")


def mentions_environment(cell: Cell) -> bool:
    """Tell whether a code cell may use environment variables, or read them from a file."""
    source = cell.source
    if _EXPANDING in source:
        return True
    lowered = source.lower()
    if "env" in lowered and (_NAMED.search(lowered) or _ALONE.search(lowered)):
        return True
    if cell.language in SHELL_LANGUAGES:
        return _SHELL_WORDS.search(source) is not None
    return (
        _is_in_shell_line(source)
        or _is_in_shell_magic(source)
        or (_calls_shell(source) and _SHELL_WORDS.search(source) is not None)
    )


def _is_in_shell_line(source: str) -> bool:
    """Tell whether a word that is about variables stands behind a `!`, before the line ends."""
    mark = source.find("!")
    while mark >= 0:
        if source.startswith("=", mark + 1):
            mark = source.find("!", mark + 1)
            continue
        end = source.find("\n", mark)
        while end >= 0 and source.endswith(("\\", "\\\r"), mark, end):
            end = source.find("\n", end + 1)
        end = end if end >= 0 else len(source)
        if _SHELL_WORDS.search(source, mark, end):
            return True
        mark = source.find("!", end)
    return False


def _calls_shell(source: str) -> bool:
    """Tell whether a function may run a command in a shell."""
    if any(name in source for name in _SHELL_FUNCTIONS):
        return True
    return ("system" in source or "shell" in source) and _SHELL_ARGUMENT.search(source) is not None


def _is_in_shell_magic(source: str) -> bool:
    """Tell whether a word that is about variables stands behind a magic that runs a shell."""
    found = _SHELL_MAGIC.search(source) if "%" in source else None
    return found is not None and _SHELL_WORDS.search(source, found.end()) is not None


def mentions_source(cell: Cell) -> bool:
    """Tell whether a code cell may ask a person or a platform's store for a value."""
    source = cell.source
    if any(word in source for word in _SOURCES):
        return True
    return "input(" in source and _INPUT.search(source) is not None


def is_about_variables(text: str, words: Iterable[str]) -> bool:
    """Tell whether a part of a Python cell has a word about variables in it.

    Args:
        text: The part: whole statements, or the path of a name.
        words: `WORDS`, as far as the notebook has them.
    """
    if any(word in text for word in words):
        return True
    lowered = text.lower()
    if "env" in lowered and _NAMED.search(lowered):
        return True
    if "!" not in text and "%" not in text:
        return False
    unquoted = lowered.replace("\\\n", "").translate(_QUOTING)  # a shell takes `e"nv"` for `env`
    return any(map(_COMMAND_WORDS.search, (lowered, unquoted)))
