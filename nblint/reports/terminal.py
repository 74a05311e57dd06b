"""Text for terminals: a notebook must neither control the terminal nor misalign what is printed."""

import os
from collections.abc import Mapping
from typing import Literal, TextIO, get_args

from msgspec import Struct

from nblint.patterns import lazy_pattern

ColorChoice = Literal["auto", "always", "never"]
COLORS: tuple[str, ...] = get_args(ColorChoice)

# Control characters (ANSI escape sequences start with one), and characters that reorder or hide
# others.
_UNSAFE = lazy_pattern(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# What CI runners interpret as a command in a log: GitHub's `::error`, also after spaces, and
# `##[group]`; Azure's `##vso[…]`, TeamCity's `##teamcity[…]`.
_COMMAND = lazy_pattern(r"^(\s*):(?=:)|#(?=#\w*\[)")
_TAB = "    "
# The width of a pane beside an editor; the longest line that is read at a glance.
_NARROW, _WIDE = 80, 120
FIX = "--fix"
_STYLES = {"strong": "1", "bad": "1;31", "doubtful": "1;33", "good": "1;32", "quiet": "36"}


class Style(Struct, frozen=True):
    """How the text report looks.

    Attributes:
        quiet: Whether it is concise, and without a summary.
        color: Whether it has ANSI colours.
        width: The number of columns for a quoted row.
        fix_command: What people run to apply safe fixes.
    """

    quiet: bool = False
    color: bool = False
    width: int = _NARROW
    fix_command: str = FIX

    def paint(self, text: str, style: str) -> str:
        """Return a text in one of the styles: strong, bad, doubtful, good, quiet."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color else text


PLAIN = Style()


def style_of(stream: TextIO | None, choice: ColorChoice, *, quiet: bool) -> Style:
    """Return how a report looks on a stream: plain and narrow unless that is a terminal.

    Args:
        stream: The stream; None for a file, which gets colours only on request.
        choice: Whether to use colours; "auto": as `has_color` decides.
        quiet: Whether the report has one line per finding, and nothing else.
    """
    if stream is None:
        return Style(quiet, choice == "always")
    is_terminal = stream.isatty()
    color = choice == "always" or (choice == "auto" and has_color(is_terminal, os.environ))
    return Style(quiet, color, _width() if is_terminal else _NARROW)


def _width() -> int:
    import shutil

    return max(40, min(shutil.get_terminal_size().columns, _WIDE))


def has_color(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Tell whether to use colours, by the same rules as Python itself.

    Source: <https://docs.python.org/3/using/cmdline.html#controlling-color>,
    <https://no-color.org>, <https://force-color.org>.

    Args:
        is_terminal: Whether the output goes to a terminal.
        environment: The environment variables; NO_COLOR and FORCE_COLOR count if not empty.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def printable(text: str) -> str:
    """Return a text on one line, with unsafe characters escaped as in Python."""
    if not text.isprintable():  # hardly any is not, and the expression takes long to compile
        text = _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)
    if "::" in text or "##" in text:
        text = _COMMAND.sub(lambda match: f"{match[1] or ''}\\x{ord(match[0][-1]):02x}", text)
    return text


def printable_characters(row: str) -> list[str]:
    """Return what is shown for each character of a row."""
    shown = [_TAB if char == "\t" else printable(char) for char in row]
    if "::" in row or "##" in row:
        for match in _COMMAND.finditer(row):  # which cannot be recognised character by character
            shown[match.end() - 1] = f"\\x{ord(row[match.end() - 1]):02x}"
    return shown


def one_line(text: str, width: int = 80) -> str:
    """Return a text on one printable line, cut at a width."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def underlined(row: str, start: int, end: int, width: int) -> tuple[str, str]:
    """Return a row as a terminal shows it, and a line of carets that underlines a part of it.

    Args:
        row: The row, without its line end.
        start: The offset of the part's first character.
        end: The offset after its last character.
        width: The number of columns; a longer row is cut around the part.

    Returns:
        The row and the line below it; neither is wider than `width`.
    """
    shown = printable_characters(row)
    widths = [sum(map(_columns, text)) for text in shown]
    # The end of the row is a place, too, with a column of its own.
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
    """Return how many characters of these widths fit."""
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
