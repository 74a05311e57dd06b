"""Tells which code can use variables: most of a notebook cannot, and only binds names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from nblint.reading.environment.idioms import WORDS, is_about_variables


class Relevance:
    """Tells by the words in it which code of a notebook can use variables.

    Code uses one in a way that Python, IPython or a shell has for that, each of which has a word of
    its own, or by a name that other code has bound to a variable, or to what reads one.

    Args:
        sources: The sources of the notebook's Python cells.
        names: The names that stand for variables or for what reads them, as far as they are known.
        everything: Whether to take all code for relevant.
    """

    def __init__(self, sources: Iterable[str], names: set[str], *, everything: bool) -> None:
        written = "\n".join(map(_normalised, sources))
        self._words = [word for word in WORDS if word in written]
        self._names = names
        self._everything = everything
        self._irrelevant: list[str] = []

    def of(self, code: str) -> bool:
        """Tell whether some code, one or more whole statements, can use variables."""
        if self._everything:
            return True
        text = _normalised(code)
        if any(name in text for name in self._names) or is_about_variables(text, self._words):
            return True
        self._irrelevant.append(text)
        return False

    def has_missed(self, names: Collection[str]) -> bool:
        """Tell whether code that seemed irrelevant has one of some names in it."""
        if not names:
            return False
        found = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        return any(map(found.search, self._irrelevant))


def _normalised(code: str) -> str:
    """Return code with its names as Python reads them: `\ufb01` is `fi`."""
    if code.isascii():
        return code
    from unicodedata import normalize  # few notebooks need it

    return normalize("NFKC", code)
