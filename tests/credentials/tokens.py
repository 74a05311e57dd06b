"""Token-like values, made when a test runs: no file of ours holds one."""

import random
import re
import string
import zlib
from collections.abc import Callable

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def _base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def github_token(chance: random.Random) -> str:
    """Return a token with a right checksum."""
    body = "".join(chance.choices(_BASE62, k=30))
    return "ghp" + "_" + body + _base62(zlib.crc32(body.encode()), 6)


GENERATORS: dict[str, Callable[[random.Random], str]] = {"github-token": github_token}


def expand(text: str) -> str:
    """Return a text with `«github-token»` and the like made values, the same at every run."""
    return re.sub(
        "«([a-z0-9-]+)»", lambda match: GENERATORS[match[1]](random.Random(match[1])), text
    )
