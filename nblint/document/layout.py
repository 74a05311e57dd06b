"""The layout of a file's JSON, so that what is added looks like the rest."""

import json

from msgspec import Struct

from nblint.document.positions import STRING
from nblint.patterns import lazy_pattern

_BEGINNING = lazy_pattern(rb"\s*\{(?:(\r?\n)([ \t]*))?[ \t]*(?:" + STRING + rb"(\s*:\s*))?")


class Layout(Struct, frozen=True):
    """The layout of a file.

    Attributes:
        newline: The line end; empty where the whole file is one line.
        indent: One level of indentation.
        comma: What separates items on one line.
        colon: What separates a key from its value.
    """

    newline: bytes
    indent: bytes
    comma: bytes
    colon: bytes

    @classmethod
    def of(cls, raw: bytes) -> "Layout":
        """Read the layout off the beginning of a file that holds a JSON object."""
        first = _BEGINNING.match(raw)
        newline, indent, colon = first.groups() if first else (None, None, None)
        colon = colon or b": "
        return cls(newline or b"", indent or b"", b"," if colon == b":" else b", ", colon)

    def gap(self, depth: int) -> bytes:
        """Return the space before an item at a depth of nesting, after a comma if there is one."""
        return self.newline + self.indent * depth

    def separator(self, depth: int) -> bytes:
        """Return the bytes between two items at a depth of nesting."""
        return b"," + self.gap(depth) if self.newline else self.comma

    def encode(self, value: object, depth: int, *, ascii_only: bool) -> bytes:
        """Return the JSON of a value at a depth of nesting."""
        if not self.newline:
            separators = (self.comma.decode(), self.colon.decode())
            return _dumps(value, ascii_only, separators=separators)
        separators = (",", self.colon.decode())
        text = _dumps(value, ascii_only, separators=separators, indent=self.indent.decode())
        return text.replace(b"\n", self.gap(depth))


def encode_text(text: str, *, ascii_only: bool) -> bytes:
    """Return a text as it is written between the quotes of a JSON string."""
    return _dumps(text, ascii_only)[1:-1]


def _dumps(value: object, ascii_only: bool, **layout: object) -> bytes:
    """Return JSON; half of a surrogate pair has no UTF-8, so it is always escaped."""
    text = json.dumps(value, ensure_ascii=ascii_only, **layout)  # type: ignore[arg-type]
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, **layout).encode()  # type: ignore[arg-type]
