"""Tells which code can use variables: most of a notebook cannot, and only binds names."""

from __future__ import annotations

from collections.abc import Iterable

from nblint.patterns import lazy_pattern
from nblint.reading.environment.idioms import WORDS, is_about_variables

_FEW = 20
_NAME = lazy_pattern(r"[0-9A-Za-z_\x80-\U0010ffff]+")  # and perhaps more, beyond ASCII


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
        if _has_one_of(self._names, text) or is_about_variables(text, self._words):
            return True
        self._irrelevant.append(text)
        return False

    def has_missed(self, names: set[str]) -> bool:
        """Tell whether code that seemed irrelevant has one of some names in it."""
        return any(_has_one_of(names, text) for text in self._irrelevant)


def _has_one_of(names: set[str], text: str) -> bool:
    """Tell whether a name stands in a text, perhaps only as a part of another one."""
    if len(names) <= _FEW:
        return any(name in text for name in names)
    return not names.isdisjoint(_NAME.findall(text))  # however many there are, one pass


def _normalised(code: str) -> str:
    """Return code with its names as Python reads them: `\ufb01` is `fi`."""
    if code.isascii():
        return code
    from unicodedata import normalize  # few notebooks need it

    return normalize("NFKC", code)
