"""Pictures of a terminal, drawn from what commands printed, and of pages in a browser."""

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from nblint._version import __version__
from tests.browser import browse

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


# A page as wide as the documentation shows it, and so much of its height.
WINDOW = "1000,1560"


@dataclass(frozen=True)
class Drawing:
    """A picture that is the same wherever it is drawn."""

    svg: str

    def is_current(self, path: Path) -> bool:
        """Tell whether a file holds this picture."""
        return path.exists() and path.read_text(encoding="utf-8") == self.svg

    def write(self, path: Path) -> None:
        """Write it to a file."""
        path.write_text(self.svg, encoding="utf-8")


@dataclass(frozen=True)
class Screenshot:
    """A page in Chromium, each version of which draws it with other pixels.

    So the picture says which page it shows, and is only drawn anew when that has changed.
    """

    html: str
    window: str = WINDOW

    @property
    def _source(self) -> bytes:
        # A new version of nblint alone changes no picture.
        page = self.html.replace(__version__, "").encode()
        return b"tEXtSource\0" + hashlib.sha256(page).hexdigest().encode()

    def is_current(self, path: Path) -> bool:
        """Tell whether a file holds a picture of this page."""
        return path.exists() and self._source in path.read_bytes()

    def write(self, path: Path) -> None:
        """Draw it into a file."""
        if self.is_current(path):
            return
        with TemporaryDirectory() as folder:
            page, shot = Path(folder, "page.html"), Path(folder, "page.png")
            page.write_text(self.html, encoding="utf-8")
            browse(page, f"--screenshot={shot}", f"--window-size={self.window}")
            png = shot.read_bytes()
        chunk = (
            struct.pack(">I", len(self._source) - 4)
            + self._source
            + struct.pack(">I", zlib.crc32(self._source))
        )
        path.write_bytes(png[:-12] + chunk + png[-12:])  # the last chunk is the picture's end


Picture = Drawing | Screenshot


def draw(lines: list[str], name: str, columns: int) -> Drawing:
    """Return a picture of a terminal.

    Args:
        lines: What it shows, with the terminal's own sequences for colours.
        name: Tells this picture's styles from those of others on a page.
        columns: The terminal's width, in characters.

    Returns:
        The same for the same arguments.
    """
    # What is recorded is not printed as well.
    console = Console(record=True, width=columns, file=StringIO())
    for line in lines:
        console.print(Text.from_ansi(line) if line else "")
    svg = console.export_svg(title="", theme=THEME, code_format=FORMAT, unique_id=name)
    return Drawing(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE))
