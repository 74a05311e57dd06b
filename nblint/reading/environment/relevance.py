"""Tells which code can use variables: most of a notebook cannot, and only binds names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from nblint.reading.environment.idioms import WORDS, names_variables


class Relevance:
    """Tells by a few words which code of a notebook can use variables.

    Code uses a variable by a way in which Python, a shell or IPython does, each of which has one of
    these words in it, or by a name that stands for a variable or for what reads one: a name that
    other code has bound.

    Args:
        sources: The sources of the notebook's cells.
        everything: Whether all code is taken for relevant.

    Attributes:
        names: The names that stand for variables or for what reads them; others add to it.
    """

    def __init__(self, sources: Iterable[str], *, everything: bool = False) -> None:
        written = "\n".join(map(_normalised, sources))
        self.names: set[str] = set()
        self._words = [word for word in WORDS if word in written]
        self._everything = everything
        self._irrelevant: list[str] = []

    def of(self, code: str) -> bool:
        """Tell whether some code, one or more whole statements, can use variables."""
        if self._everything:
            return True
        text = _normalised(code)
        if (
            any(word in text for word in self._words)
            or any(name in text for name in self.names)
            or names_variables(text)
        ):
            return True
        self._irrelevant.append(text)
        return False

    def add_path(self, name: str, path: str) -> None:
        """Note what a name is bound to: `os.environ`, or what has nothing to do with variables."""
        if any(word in path for word in WORDS) or names_variables(path):
            self.names.add(name)

    def has_missed(self, names: Collection[str]) -> bool:
        """Tell whether code that seemed irrelevant has one of these names in it."""
        words = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None
        return words is not None and any(map(words.search, self._irrelevant))


def _normalised(code: str) -> str:
    """Return code with its names as Python reads them: `\ufb01` is `fi`."""
    if code.isascii():
        return code
    from unicodedata import normalize  # few notebooks need it

    return normalize("NFKC", code)
