"""Hides what may be a credential in text that is shown."""

import re

_QUOTED = re.compile(r"([\"'])[^\"']{4,}\1")


def mask(text: str) -> str:
    """Return a text with everything in quotes hidden."""
    return _QUOTED.sub(r"\1…\1", text)
