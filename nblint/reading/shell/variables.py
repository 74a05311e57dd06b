"""The variables that a shell script uses: in `!` lines, `%%bash` bodies and bash kernels.

The grammar is POSIX's with bash's additions, as far as variables need it:
https://www.gnu.org/software/bash/manual/bash.html. Nothing is executed or expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile, takewhile

from msgspec.structs import replace

from nblint.patterns import lazy_pattern
from nblint.reading.python.syntax import parse_expression
from nblint.reading.shell.grammar import NAME, ShellCommand, ShellUse, Word, parse

_ASSIGNMENT = lazy_pattern(r"([A-Za-z_]\w*)(?:\[[^\]\s]*\])?\+?=", re.ASCII)
_DOLLARS = lazy_pattern(r"(\$\$?)([A-Za-z_]\w*)")
_BRACES = lazy_pattern(r"(?<![${])\{([^{}]{1,300})\}(?!\})")  # expressions are short
_KEYWORDS = frozenset(
    ["!", "[[", "case", "do", "elif", "else", "if", "in", "then", "time", "until", "while", "{"]
)
_DECLARATIONS = frozenset(["declare", "export", "local", "readonly", "typeset"])
_LOCAL = frozenset(["declare", "local", "typeset"])
_EXPORT_OPTION = lazy_pattern(r"-\w*x")
_LIST_OPTIONS = frozenset(["-p", "-x", "-px"])
_PRINTERS = frozenset(["cat", "echo", "printenv", "printf"])
# These pass their input on, as it is or so that it can be told; of others nothing is known.
_PASSING = frozenset(
    ["base64", "cat", "column", "head", "less", "more", "nl", "sort", "tail", "tee", "uniq"]
)

# These choose lines, by the names in them as well, and show the values.
_CHOOSING = frozenset(["awk", "egrep", "fgrep", "grep", "rg", "sed"])
_QUIET_OPTION = lazy_pattern(r"-[a-zA-Z]*[cqlL]\b|--(?:count|quiet|silent|files-with-matches)\b")


def read_shell(script: str, local: frozenset[str] = frozenset()) -> tuple[ShellUse, ...]:
    """Find the variables that a script uses.

    Args:
        script: The text of the script.
        local: The names that are the script's own from the start.

    Returns:
        The uses in the order of the script, without variables that the script has assigned before,
        its parameters (``$1``, ``$?``) and quoted text.
    """
    reader = _ScriptReader(local)
    uses = [use for command in parse(script) for use in reader.read(command)]
    return tuple(sorted(uses, key=lambda use: use.start))


def substitute(command: str, names: frozenset[str]) -> str:
    """Blank what IPython replaces by Python's values before the shell sees a ``!`` command.

    Args:
        command: The text after ``!``.
        names: The notebook's Python names.

    Returns:
        A text of the same length. ``$X`` is blanked where X is a Python name; ``${X}`` and
        ``$$X`` are always the shell's.
    """

    def blank_expression(found: re.Match[str]) -> str:
        return "_" * len(found[0]) if _is_expression(found[1]) else found[0]

    def blank(found: re.Match[str]) -> str:
        if found[1] == "$$":
            return f"_${found[2]}"
        return "_" * len(found[0]) if found[2] in names else found[0]

    return _DOLLARS.sub(blank, _BRACES.sub(blank_expression, command))


def python_expressions(command: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and text of each Python expression in braces of a ``!`` command.

    `IPython.utils.text.DollarFormatter` defines their meaning; braces without a Python expression
    in them (``awk '{print $1}'``) are the shell's.
    """
    for found in _BRACES.finditer(command):
        if _is_expression(found[1]):
            yield found.start(1), found[1]


def _is_expression(text: str) -> bool:
    try:
        parse_expression(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return "," not in text or "(" in text or "[" in text  # `{a,b}` is the shell's own


class _ScriptReader:
    """Reads the commands of a script in order.

    Args:
        own: The names that are the script's own from the start; it adds what commands assign.
    """

    def __init__(self, own: Iterable[str]) -> None:
        self._own = set(own)

    def read(self, command: ShellCommand) -> Iterator[ShellUse]:
        """Yield what a command uses."""
        words = [*dropwhile(_is_keyword, command.words)]
        assignments = [*takewhile(_assigned, words)]
        words = words[len(assignments) :]
        for word in assignments:
            yield from self._reads(word.expansions)
        if not words:  # in front of a command, they only hold for that command
            self._own.update(filter(None, map(_assigned, assignments)))
        name = words[0].text.removeprefix("/usr").removeprefix("/bin/") if words else ""
        arguments = words[1:]
        if bound := _bound_by(name, arguments):
            self._own.update(bound)
        elif name == "unset":
            for word in self._variables(arguments):
                yield ShellUse("write", word.text, word.start, word.end)
        elif name in _DECLARATIONS:
            yield from self._declarations(name, arguments)
            return
        yield from self._command_reads(command, name, words)
        if words and _is_dump(name, arguments) and _is_shown(command, _PASSING | _CHOOSING):
            yield ShellUse("dump", name, words[0].start, words[0].end)

    def _command_reads(
        self, command: ShellCommand, name: str, words: list[Word]
    ) -> Iterator[ShellUse]:
        """Yield what a command reads: in its words, from its inputs, and by name."""
        shown = name in _PRINTERS and _is_shown(command)
        tests = name in ("[", "test") or any(word.text == "[[" for word in command.words)
        for word in words:
            yield from self._reads(word.expansions, shown=shown, guarded=tests)
        yield from self._reads(command.inputs, shown=shown)
        if name == "printenv":
            for word in self._variables(words[1:]):
                yield ShellUse("read", word.text, word.start, word.end, guarded=True, shown=shown)

    def _declarations(self, name: str, arguments: list[Word]) -> Iterator[ShellUse]:
        """Yield what a command such as `export` or `declare` uses."""
        exports = name == "export" or any(_EXPORT_OPTION.match(word.text) for word in arguments)
        for word in arguments:
            yield from self._reads(word.expansions)
            if assigned := _assigned(word):
                self._own.add(assigned)
                if exports:
                    yield ShellUse("write", assigned, word.start, word.start + len(assigned))
            elif exports:
                if word.text in self._own and NAME.fullmatch(word.text):
                    yield ShellUse("write", word.text, word.start, word.end)
            elif name in _LOCAL:
                self._own.add(word.text)
        if name != "local" and arguments and all(w.text in _LIST_OPTIONS for w in arguments):
            command = f"{name} {arguments[0].text}"
            yield ShellUse("dump", command, arguments[0].start, arguments[-1].end)

    def _variables(self, words: Iterable[Word]) -> Iterator[Word]:
        """Yield the words that name variables which are not the script's own."""
        for word in words:
            if NAME.fullmatch(word.text) and word.text not in self._own:
                yield word

    def _reads(
        self, expansions: Iterable[ShellUse], *, shown: bool = False, guarded: bool = False
    ) -> Iterator[ShellUse]:
        for use in expansions:
            if use.name not in self._own:
                visible = shown and not use.tested
                yield replace(use, kind="read", shown=visible, guarded=use.guarded or guarded)
            if use.kind == "write":  # ${X:=default}
                self._own.add(use.name)


def _is_keyword(word: Word) -> bool:
    return word.text in _KEYWORDS and not word.expansions


def _assigned(word: Word) -> str | None:
    """Return the name that a word such as `X=1` assigns; None for other words."""
    found = _ASSIGNMENT.match(word.text)
    return found[1] if found else None


def _bound_by(name: str, arguments: list[Word]) -> list[str]:
    """Return the names that a command itself sets, such as `read X` or `for X in …`."""
    texts = [word.text for word in arguments]
    match name, texts:
        case "for" | "select", [variable, *_]:
            return [variable]
        case "getopts" | "mapfile" | "read" | "readarray", _:
            return [text for text in texts if NAME.fullmatch(text)]
        case "printf", ["-v", variable, *_]:
            return [variable]
        case "let", _:
            return [assigned for word in arguments if (assigned := _assigned(word))]
        case _, [first, *_] if first.startswith("=") and not first.startswith("=="):
            return [name]  # $((n = 1))
    return []


def _is_shown(command: ShellCommand, passing: frozenset[str] = _PASSING) -> bool:
    while command.pipe is not None:
        command = command.pipe
        if not command.words or command.words[0].text not in passing:
            return False
        if command.words[0].text in _CHOOSING and _is_quiet(command):
            return False
    return not command.diverted


def _is_quiet(command: ShellCommand) -> bool:
    """Tell whether a search shows no lines, but whether or how many there are."""
    return any(_QUIET_OPTION.match(word.text) for word in command.words[1:])


def _is_dump(name: str, arguments: list[Word]) -> bool:
    if name in ("env", "printenv"):
        return all(word.text.startswith("-") for word in arguments)
    return name == "set" and not arguments
