"""Texts as editors send them: positions in the units that were agreed on, and changes."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from lsprotocol import types

_LINE_END = re.compile(r"\r\n|\r|\n")


class Encoding(NamedTuple):
    """What an editor counts the characters of a line in.

    Attributes:
        codec: Python's name of the encoding; little-endian, so that there is no byte order mark.
        width: How many bytes a unit has.
    """

    codec: str
    width: int

    def units(self, text: str) -> int:
        """Return how many units a text has."""
        return len(text.encode(self.codec, "surrogatepass")) // self.width

    def points(self, text: str, units: int) -> int:
        """Return how many code points the first units of a text are; all of them where it ends."""
        data = text.encode(self.codec, "surrogatepass")[: units * self.width]
        try:
            return len(data.decode(self.codec, "surrogatepass"))
        except UnicodeDecodeError:  # in the middle of a character
            return len(data.decode(self.codec, "ignore"))


_ENCODINGS = {
    "utf-8": Encoding("utf-8", 1),
    "utf-16": Encoding("utf-16-le", 2),
    "utf-32": Encoding("utf-32-le", 4),
}
UTF_16 = _ENCODINGS["utf-16"]


def encoding(name: str | None) -> Encoding:
    """Return the encoding that a client and the server have agreed on; UTF-16 if on none."""
    return _ENCODINGS.get(name or "", UTF_16)


class Text:
    r"""A text document.

    Lines end at `\n`, `\r\n` and `\r`, and at nothing else, as the protocol has it (and unlike
    `str.splitlines`): a form feed or a line separator stands inside a line.

    Attributes:
        content: The text.
        version: The client's number of it.
        language: The client's name of its language.
        encoding: What the client counts in.
    """

    def __init__(
        self, content: str, version: int | None, language: str, encoding: Encoding
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
        """Return the offset, in code points, of a position; the nearest one where there is none."""
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
    ) -> "Text":
        """Return the text after changes, each of which counts in what the one before has left."""
        text = self
        for change in changes:
            content = change.text
            if isinstance(change, types.TextDocumentContentChangePartial):
                start = text.offset(change.range.start)
                end = max(start, text.offset(change.range.end))
                content = text.content[:start] + change.text + text.content[end:]
            text = Text(content, version, self.language, self.encoding)
        return text

    def _line(self, number: int) -> str:
        start = self._starts[number]
        end = self._starts[number + 1] if number < self.last_line else len(self.content)
        return self.content[start:end].rstrip("\r\n")
