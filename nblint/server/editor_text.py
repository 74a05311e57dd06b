"""Texts as editors send them: with positions in negotiated units, and with changes."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from lsprotocol import types

_LINE_END = re.compile(r"\r\n|\r|\n")


class PositionEncoding(NamedTuple):
    """The units in which an editor counts the characters of a line.

    Attributes:
        codec: Python's name of the encoding; little-endian, so that there is no byte order mark.
        width: The number of bytes in a unit.
    """

    codec: str
    width: int

    def units(self, text: str) -> int:
        """Return the length of a text in units."""
        return len(text.encode(self.codec, "surrogatepass")) // self.width

    def points(self, text: str, units: int) -> int:
        """Return the number of code points in the first units of a text, at most all of them."""
        data = text.encode(self.codec, "surrogatepass")[: units * self.width]
        try:
            return len(data.decode(self.codec, "surrogatepass"))
        except UnicodeDecodeError:  # in the middle of a character
            return len(data.decode(self.codec, "ignore"))


_ENCODINGS = {
    "utf-8": PositionEncoding("utf-8", 1),
    "utf-16": PositionEncoding("utf-16-le", 2),
    "utf-32": PositionEncoding("utf-32-le", 4),
}
UTF_16 = _ENCODINGS["utf-16"]


def position_encoding(name: str | None) -> PositionEncoding:
    """Return the encoding that client and server have agreed on; UTF-16 without agreement."""
    return _ENCODINGS.get(name or "", UTF_16)


class EditorText:
    r"""A text document.

    Lines end at `\n`, `\r\n` and `\r` only, as the protocol defines it. `str.splitlines` would also
    split at form feeds and line separators.

    Attributes:
        content: The text.
        version: The client's version number.
        language: The client's name for the language.
        encoding: The units in which the client counts characters.
    """

    def __init__(
        self, content: str, version: int | None, language: str, encoding: PositionEncoding
    ) -> None:
        self.content = content
        self.version = version
        self.language = language
        self.encoding = encoding

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.content))]

    @property
    def last_line(self) -> int:
        """The number of the last line, 0-based."""
        return len(self._starts) - 1

    def offset(self, position: types.Position) -> int:
        """Return the offset of a position in code points; the nearest one if it does not exist."""
        if position.line > self.last_line:
            return len(self.content)
        line = self._line(position.line)
        return self._starts[position.line] + self.encoding.points(line, position.character)

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset in code points."""
        line = bisect_right(self._starts, offset) - 1
        before = self.content[self._starts[line] : offset]
        return types.Position(line, self.encoding.units(before))

    def range(self, start: int, end: int) -> types.Range:
        """Return the range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def line(self, number: int) -> types.Range:
        """Return the range of a line, 0-based, without its end."""
        start = self._starts[min(number, self.last_line)]
        return self.range(start, start + len(self._line(min(number, self.last_line))))

    def changed(
        self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int | None
    ) -> "EditorText":
        """Return the text after changes, each of which refers to the result of the one before."""
        text = self
        for change in changes:
            content = change.text
            if isinstance(change, types.TextDocumentContentChangePartial):
                start = text.offset(change.range.start)
                end = max(start, text.offset(change.range.end))
                content = text.content[:start] + change.text + text.content[end:]
            text = EditorText(content, version, self.language, self.encoding)
        return text

    def _line(self, number: int) -> str:
        start = self._starts[number]
        end = self._starts[number + 1] if number < self.last_line else len(self.content)
        return self.content[start:end].rstrip("\r\n")
