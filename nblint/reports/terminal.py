"""Text for terminals: what a notebook holds must neither drive one nor shift what points at it."""

import os
from collections.abc import Mapping
from typing import Literal, NamedTuple, TextIO, get_args

from nblint.patterns import lazy_pattern

ColorChoice = Literal["auto", "always", "never"]
COLORS: tuple[str, ...] = get_args(ColorChoice)

# Controls (ANSI escapes begin with one), and characters that reorder or hide their neighbours.
_UNSAFE = lazy_pattern(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# What the runners of pipelines take for a command where it stands in a log: GitHub's `::error`,
# also behind spaces, and `##[group]`; Azure's `##vso[…]`, TeamCity's `##teamcity[…]`.
_COMMAND = lazy_pattern(r"^(\s*):(?=:)|#(?=#\w*\[)")
_TAB = "    "
# What a pane beside an editor shows; more than this nobody reads in one glance.
_NARROW, _WIDE = 80, 120
_STYLES = {"strong": "1", "bad": "1;31", "doubtful": "1;33", "good": "1;32", "quiet": "36"}


class Style(NamedTuple):
    """How the report for people looks.

    Attributes:
        quiet: One line a finding, and nothing else.
        color: With ANSI colours.
        width: How many columns a quoted row may take.
    """

    quiet: bool = False
    color: bool = False
    width: int = _NARROW

    def paint(self, text: str, style: str) -> str:
        """Return a text in one of the styles: strong, bad, doubtful, good, quiet."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color else text


PLAIN = Style()


def style_of(stream: TextIO, choice: ColorChoice, *, quiet: bool) -> Style:
    """Return how a report looks on a stream: plain and narrow where that is no terminal.

    Args:
        stream: Where it is printed.
        choice: Whether it has colours; "auto" as `has_color` says.
        quiet: One line a finding, and nothing else.
    """
    is_terminal = stream.isatty()
    color = choice == "always" or (choice == "auto" and has_color(is_terminal, os.environ))
    return Style(quiet, color, _width() if is_terminal else _NARROW)


def _width() -> int:
    import shutil

    return max(40, min(shutil.get_terminal_size().columns, _WIDE))


def has_color(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Tell whether people expect colours, as Python itself decides it.

    Source: <https://docs.python.org/3/using/cmdline.html#controlling-color>,
    <https://no-color.org>, <https://force-color.org>.

    Args:
        is_terminal: Whether the output goes to a terminal.
        environment: The environment variables; NO_COLOR and FORCE_COLOR count unless empty.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def printable(text: str) -> str:
    """Return a text on one line, with what is unsafe as Python would escape it."""
    text = _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)
    return _COMMAND.sub(lambda match: f"{match[1] or ''}\\x{ord(match[0][-1]):02x}", text)


def printable_characters(row: str) -> list[str]:
    """Return, for each character of a row, what is shown of it."""
    shown = [_TAB if char == "\t" else printable(char) for char in row]
    for match in _COMMAND.finditer(row):  # of which no character says by itself what it is
        shown[match.end() - 1] = f"\\x{ord(row[match.end() - 1]):02x}"
    return shown


def one_line(text: str, width: int = 80) -> str:
    """Return the beginning of a text on one printable line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def underlined(row: str, start: int, end: int, width: int) -> tuple[str, str]:
    """Return a row as a terminal shows it, and carets that stand below a part of it.

    Args:
        row: The row, without its end.
        start: Offset of the part's first character.
        end: Offset after its last one.
        width: How many columns there are; a longer row is cut around the part.

    Returns:
        The row and the line below it; neither is wider than `width`.
    """
    shown = printable_characters(row)
    widths = [sum(map(_columns, text)) for text in shown]
    # The end of the row is a place as well, with a column of its own.
    end = min(max(end, start + 1), max(len(row), start + 1))
    first, last = 0, len(row)
    if sum(widths) > width:
        if sum(widths[:end]) > width - 1:  # the part, or its end, would be cut off
            room = max(width - sum(widths[start:end]), width // 2)
            first = _fitting(widths[:start][::-1], room // 2)
            first = start - first
        last = first + _fitting(widths[first:], width - (first > 0))
        if last < len(row):
            last = first + _fitting(widths[first:], width - (first > 0) - 1)
    before = "…" if first else ""
    after = "…" if last < len(row) else ""
    indent = len(before) + sum(widths[first:start])
    carets = max(1, sum(widths[start : min(end, last)]))
    return f"{before}{''.join(shown[first:last])}{after}", f"{' ' * indent}{'^' * carets}"


def _fitting(widths: list[int], room: int) -> int:
    """Return how many characters of these widths have room."""
    for count, width in enumerate(widths):
        room -= width
        if room < 0:
            return count
    return len(widths)


def _columns(char: str) -> int:
    """Return how many columns of a terminal a character takes."""
    if char.isascii():
        return 1
    import unicodedata

    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
