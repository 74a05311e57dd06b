"""Which variables a shell script reads, sets and shows: `!` lines, `%%bash` bodies, bash kernels.

The grammar is POSIX's with bash's additions, as far as variables go:
https://www.gnu.org/software/bash/manual/bash.html. Nothing is executed or expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
_READERS = frozenset(["getopts", "mapfile", "read", "readarray"])
_LOCAL = frozenset(["declare", "local", "typeset"])
_PRINTERS = frozenset(["cat", "echo", "printenv", "printf"])
# Behind these, what came in comes out, or what it can be told from; behind others, who knows.
_PASSING = frozenset(
    ["base64", "cat", "column", "head", "less", "more", "nl", "sort", "tail", "tee", "uniq"]
)


def read_shell(script: str, local: frozenset[str] = frozenset()) -> tuple[ShellUse, ...]:
    """Find the variables that a script uses.

    Args:
        script: The text of the script.
        local: Names that are the script's own from the start.

    Returns:
        The uses in the order of the script. Variables that the script has assigned before, its
        parameters (``$1``, ``$?``) and quoted text are none.
    """
    commands = parse(script)
    own = set(local)
    uses: list[ShellUse] = []
    for command in commands:
        uses += _uses(command, own)
    return tuple(sorted(uses, key=lambda use: use.start))


def substitute(command: str, names: frozenset[str]) -> str:
    """Blank what IPython replaces by Python values before the shell sees a ``!`` command.

    Args:
        command: The text after ``!``.
        names: The notebook's Python names.

    Returns:
        A text of the same length. ``$X`` is blanked where X is a Python name; ``${X}`` and
        ``$$X`` are the shell's in any case.
    """

    def blank_expression(found: re.Match[str]) -> str:
        return "_" * len(found[0]) if _is_expression(found[1]) else found[0]

    def blank(found: re.Match[str]) -> str:
        if found[1] == "$$":
            return f"_${found[2]}"
        return "_" * len(found[0]) if found[2] in names else found[0]

    return _DOLLARS.sub(blank, _BRACES.sub(blank_expression, command))


def python_expressions(command: str) -> Iterator[tuple[int, str]]:
    """Yield the Python expressions in braces of a ``!`` command, each with its offset.

    `IPython.utils.text.DollarFormatter` gives them their meaning; braces that hold no Python
    expression (``awk '{print $1}'``) are the shell's.
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


def _uses(command: ShellCommand, own: set[str]) -> Iterator[ShellUse]:
    """Yield what a command uses; what it assigns becomes the script's own."""
    words = list(command.words)
    while words and words[0].text in _KEYWORDS and not words[0].expansions:
        words.pop(0)
    assigned = []
    while words and (found := _ASSIGNMENT.match(words[0].text)):
        yield from _reads(words.pop(0).expansions, own)
        assigned.append(found[1])
    name = words[0].text.removeprefix("/usr").removeprefix("/bin/") if words else ""
    arguments = words[1:]
    if not words:  # in front of a command, they are that command's alone
        own.update(assigned)
    if name in ("for", "select") and arguments:
        own.add(arguments[0].text)
    elif name in _READERS:
        own.update(w.text for w in arguments if NAME.fullmatch(w.text))
    elif name == "printf" and len(arguments) > 1 and arguments[0].text == "-v":
        own.add(arguments[1].text)
    elif name == "let":
        own.update(found[1] for w in arguments if (found := _ASSIGNMENT.match(w.text)))
    elif arguments and re.match("=(?!=)", arguments[0].text):  # $((n = 1))
        own.add(name)
    elif name == "unset":
        for word in arguments:
            if NAME.fullmatch(word.text) and word.text not in own:
                yield ShellUse("write", word.text, word.start, word.end)
    elif name in _DECLARATIONS:
        yield from _declared(name, arguments, own)
        return
    shown = _is_shown(command) and name in _PRINTERS
    tests = name in ("[", "test") or any(w.text == "[[" for w in command.words)
    for word in words:
        yield from _reads(word.expansions, own, shown=shown, guarded=tests)
    yield from _reads(tuple(command.inputs), own, shown=shown)
    if name == "printenv":
        for word in arguments:
            if NAME.fullmatch(word.text) and word.text not in own:
                yield ShellUse("read", word.text, word.start, word.end, None, True, shown)
    if words and _is_dump(name, arguments) and _is_shown(command):
        yield ShellUse("dump", name, words[0].start, words[0].end)


def _declared(name: str, arguments: list[Word], own: set[str]) -> Iterator[ShellUse]:
    exports = name == "export" or any(re.match(r"-\w*x", word.text) for word in arguments)
    for word in arguments:
        yield from _reads(word.expansions, own)
        if found := _ASSIGNMENT.match(word.text):
            own.add(found[1])
            if exports:
                yield ShellUse("write", found[1], word.start, word.start + len(found[1]))
        elif NAME.fullmatch(word.text) and exports and word.text in own:
            yield ShellUse("write", word.text, word.start, word.end)
        elif name in _LOCAL and not exports:
            own.add(word.text)
    if not any(NAME.match(word.text) for word in arguments) and name != "local":
        start = arguments[0].start if arguments else 0
        if arguments and all(word.text in ("-p", "-x", "-px") for word in arguments):
            yield ShellUse("dump", f"{name} {arguments[0].text}", start, arguments[-1].end)


def _reads(
    expansions: tuple[ShellUse, ...], own: set[str], *, shown: bool = False, guarded: bool = False
) -> Iterator[ShellUse]:
    for use in expansions:
        if use.name not in own:
            visible = shown and not use.tested
            yield use._replace(kind="read", shown=visible, guarded=use.guarded or guarded)
        if use.kind == "write":  # ${X:=default}
            own.add(use.name)


def _is_shown(command: ShellCommand) -> bool:
    while command.pipe is not None:
        command = command.pipe
        if not command.words or command.words[0].text not in _PASSING:
            return False
    return not command.diverted


def _is_dump(name: str, arguments: list[Word]) -> bool:
    if name in ("env", "printenv"):
        return all(word.text.startswith("-") for word in arguments)
    return name == "set" and not arguments
