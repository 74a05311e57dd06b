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
        pattern = "".join(_pattern(line) for line in self.expected)
        return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


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
    return commands


def write_commands(commands: list[Command]) -> list[str]:
    """Return the lines of a console block."""
    return [line for command in commands for line in (*command.typed, *command.expected)]
