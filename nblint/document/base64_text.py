"""Texts that are stored as base64: attachments, data URLs, and what only claims to be an image."""

from nblint.patterns import lazy_pattern

# Enough to tell an image by its signature.
_HEAD = 64
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = lazy_pattern(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# The characters of base64 become "a", others spaces. No token is a longer run of them.
_RUNS = bytes(
    ord("a") if byte < 128 and (chr(byte).isalnum() or byte in b"+/") else ord(" ")
    for byte in range(256)
)
_LONG_RUN = b"a" * 4400
_BASE64 = lazy_pattern(r"[A-Za-z0-9+/]*")
_MARKUP = {ord("-"): "+", ord("_"): "/"}


def text_of(encoded: str) -> str:
    """Return the text in base64, in UTF-8, UTF-16 or Latin-1; empty if it holds other data.

    Args:
        encoded: The base64, also that for URLs, with line ends and without padding.
    """
    if not _is_text(_bytes_of(encoded[: _HEAD * 2])[:_HEAD]):
        return ""
    return decoded_text(_bytes_of(encoded))


def decoded_text(data: bytes) -> str:
    """Return the text in bytes, in UTF-8, UTF-16 or Latin-1; empty if they are not text."""
    if not _is_text(data):
        return ""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data:
        # Most characters of a text have a zero as their other half.
        little = data[1::2].count(0) >= data[::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def without_images(raw: bytes) -> bytes:
    """Return the bytes of a file without the long runs of base64 in it, which are images.

    What is left is a small part of most notebooks, and still JSON if the file was. Texts in base64
    and private keys stay.
    """
    runs = raw.translate(_RUNS)
    pieces: list[bytes] = []
    end = 0
    while (start := runs.find(_LONG_RUN, end)) >= 0:
        stop = runs.find(b" ", start)
        stop = stop if stop >= 0 else len(raw)
        head = raw[start : start + 2 * _HEAD].decode("ascii")
        is_text = _is_text(_bytes_of(head)) or b"KEY" in raw[max(0, start - 120) : start]
        pieces.append(raw[end : stop if is_text else start])
        end = stop
    return b"".join([*pieces, raw[end:]]) if pieces else raw


def _is_text(data: bytes) -> bool:
    """Tell whether bytes are text: without control characters, but for the zeros of UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data[2:]
    if b"\0" in data:
        halves = (data[::2], data[1::2])
        zeros, other = sorted(halves, key=lambda half: -half.count(0))
        if zeros.count(0) < 0.6 * len(zeros) or b"\0" in other:
            return False
        data = other
    return bool(data) and _CONTROL.search(data) is None


def _bytes_of(encoded: str) -> bytes:
    """Return what base64 stands for; empty if it is not base64."""
    compact = "".join(encoded.split()).rstrip("=").translate(_MARKUP)
    compact = compact[: len(compact) - (len(compact) % 4 == 1)]
    if not _BASE64.fullmatch(compact):
        return b""
    from binascii import a2b_base64  # few notebooks have such a text

    return a2b_base64(compact + "=" * (-len(compact) % 4))
