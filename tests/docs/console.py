"""Console blocks: commands after `$ `, and under each what it prints.

`...` on a line of its own stands for any lines, `…` in a line for any text.
"""

import re
from dataclasses import dataclass, field


@dataclass
class Command:
    """A command as it is typed, and the lines that are expected of it."""

    typed: list[str]
    expected: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line[2:] for line in self.typed)

    @property
    def promises(self) -> bool:
        """Whether anything certain is expected of it."""
        return any(line not in ("...", "") for line in self.expected)

    def matches(self, lines: list[str]) -> bool:
        """Whether these lines are what is expected."""
        pattern = "".join(_pattern(line) for line in self.expected)
        return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None

    def where(self, lines: list[str]) -> list[int | None]:
        """Return for each expected line which of the lines it is; None for what is left out."""
        found: list[int | None] = []
        for expected in self.expected:
            start = max((at for at in found if at is not None), default=-1) + 1
            fitting = (at for at in range(start, len(lines)) if _fits(expected, lines[at]))
            found.append(None if expected == "..." else next(fitting))
        return found

    def abridged(self, lines: list[str]) -> list[str]:
        """Return new lines, shortened where the expected ones are: at the ends, and in a line."""
        known = [line for line in self.expected if line != "..."]
        shown = [next((old for old in known if _fits(old, new)), new) for new in lines]
        if known and self.expected[0] == "..." and known[0] in shown:
            shown = ["...", *shown[shown.index(known[0]) :]]
        if known and self.expected[-1] == "..." and known[-1] in shown:
            shown = [*shown[: shown.index(known[-1]) + 1], "..."]
        return shown


def _fits(expected: str, line: str) -> bool:
    return re.fullmatch(_pattern(expected), f"{line}\n") is not None


def _pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n"


def read_commands(text: str) -> list[Command]:
    """Return the commands of a console block; lines after `> ` go on with a command.

    Raises:
        ValueError: The block does not begin with a command.
    """
    commands: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append(Command([line]))
        elif not commands:
            raise ValueError(f"a console block begins with '$ ', not with {line!r}")
        elif line.startswith("> ") and not commands[-1].expected:
            commands[-1].typed.append(line)
        else:
            commands[-1].expected.append(line)
    for command in commands:
        command.expected = without_blank_end(command.expected)
    return commands


def without_blank_end(lines: list[str]) -> list[str]:
    """Return lines without the empty ones at their end."""
    last = max((number for number, line in enumerate(lines, 1) if line), default=0)
    return lines[:last]


def write_commands(commands: list[Command]) -> list[str]:
    """Return the lines of a console block."""
    return [line for command in commands for line in (*command.typed, *command.expected)]
