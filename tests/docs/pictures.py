"""Pictures of a terminal, drawn from what commands printed, colours included."""

import re
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

# Rich's own format, but for two things: it loads no font from elsewhere, and a browser shows it in
# the fonts that the reader has.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
# The 16 colours on a dark ground, legible as letters and as a ground for letters.
THEME = TerminalTheme(
    (30, 34, 42),
    (220, 223, 228),
    [
        (120, 127, 140),
        (214, 78, 86),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 140, 231),
        (86, 194, 204),
        (220, 223, 228),
    ],
)


def draw(lines: list[str], name: str, columns: int) -> str:
    """Return a picture of a terminal.

    Args:
        lines: What it shows, with the terminal's own sequences for colours.
        name: Tells this picture's styles from those of others on a page.
        columns: The terminal's width, in characters.

    Returns:
        An SVG, the same for the same arguments.
    """
    # What is recorded is not printed as well.
    console = Console(record=True, width=columns, file=StringIO())
    for line in lines:
        console.print(Text.from_ansi(line) if line else "")
    svg = console.export_svg(title="", theme=THEME, code_format=FORMAT, unique_id=name)
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)
