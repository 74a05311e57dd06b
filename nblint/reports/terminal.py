"""Text that is safe to show: what a notebook holds must not drive a person's terminal."""

import re

# Controls (ANSI escapes begin with one), and characters that reorder or hide their neighbours.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# What the runners of pipelines take for a command where it stands in a log: GitHub's `::error`,
# also behind spaces, and `##[group]`; Azure's `##vso[…]`, TeamCity's `##teamcity[…]`.
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\w*\[)")


def printable(text: str) -> str:
    """Return a text on one line, with what is unsafe as Python would escape it."""
    text = _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)
    return _COMMAND.sub(lambda match: f"{match[1] or ''}\\x{ord(match[0][-1]):02x}", text)


def one_line(text: str, width: int = 80) -> str:
    """Return the beginning of a text on one printable line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"
