"""Find private keys: a header, then base64 that line ends, escapes and quotes may interrupt."""

from __future__ import annotations

from collections.abc import Iterator

from nblint.patterns import lazy_pattern

# A text without these holds no header.
KEY_MARKS = ("-----BEGIN", "PuTTY-User-Key-File")
_HEADER = lazy_pattern(
    r"-----BEGIN (?:[A-Z0-9]{2,9} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d"
)
_BASE64 = lazy_pattern(r"[A-Za-z0-9+/=]{16,16384}")
_HEX = lazy_pattern(r"[0-9a-fA-F]+")  # a digest, the constant below
# Between two lines of a key: an escaped or real line end, quotes, a plus, a YAML bar.
_LONGEST_GAP = 80
_LONGEST_KEY = 16_384


def find_private_keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Find private keys in PEM (RFC 7468), OpenSSH, OpenPGP and PuTTY form.

    Args:
        text: Decoded text of any kind; the key may be a string literal or JSON.

    Yields:
        Start, end and the key's base64 without line breaks. A header without a key does not count:
        a check such as `"BEGIN PRIVATE KEY" in text`, an ellipsis in a tutorial.
    """
    position = 0
    while (header := _HEADER.search(text, position)) is not None:
        footer = text.find("-----END", header.end(), header.end() + _LONGEST_KEY)
        limit = footer if footer >= 0 else min(len(text), header.end() + _LONGEST_KEY)
        following = _HEADER.search(text, header.end(), limit)
        limit = following.start() if following else limit
        body, position = _read_body(text, header.end(), limit, closed=limit == footer)
        if len(body) >= 40 and len(set(body)) >= 16 and not _HEX.fullmatch(body):
            if limit == footer:
                position = text.find("-----", footer + 8, footer + 60) + 5
                if position < footer:
                    position = footer + 8
            yield header.start(), position, body
        position = max(position, header.end())


def _read_body(text: str, start: int, limit: int, *, closed: bool) -> tuple[str, int]:
    lines: list[str] = []
    end = start
    for run in _BASE64.finditer(text, start, limit):
        # Headers of encrypted and PuTTY keys may stand before the first line.
        if not closed and run.start() - end > (_LONGEST_GAP if lines else 400):
            break
        line, first = run[0], run.start()
        if text[first - 1] == "\\" and line[0] in "nr":  # the `n` of an escaped line end
            line = line[1:]
        lines.append(line)
        end = run.end()
    return "".join(lines), end
