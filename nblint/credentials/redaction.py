"""Hides what may be a credential in text that is shown."""

import re

_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{20,}")


def mask(text: str) -> str:
    """Return a text with every long run of letters and digits hidden."""
    return _TOKEN.sub(lambda run: "…" if any(map(str.isdigit, run[0])) else run[0], text)
