"""HTML elements in Markdown that hold blocks of Markdown, such as `<details>`."""

import re

from nblint.patterns import lazy_pattern

_CONTAINER = lazy_pattern(
    r"<(/?)(?:article|aside|blockquote|center|details|div|font|ol|section|span|table|ul)\b", re.I
)


def balance(text: str) -> int:
    """Return how many elements a text opens and does not close; negative if it closes more."""
    return sum(-1 if tag[1] else 1 for tag in _CONTAINER.finditer(text)) if "<" in text else 0
