"""Suggestions for a word that is wrong: "did you mean …?"."""

from collections.abc import Callable, Iterable

_MOST_SUGGESTIONS = 100

_LONGEST_WORD = 200


def nearest(word: str, words: Iterable[str]) -> str:
    """Return a suggestion for a word that is wrong.

    Args:
        word: The word.
        words: The words that would be right.

    Returns:
        "; did you mean 'x'?", or an empty string where no word is near.
    """
    import difflib

    if len(word) > _LONGEST_WORD:
        return ""
    matches = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


class Suggestions:
    """Suggestions for the first hundred words of a file that are wrong.

    A stranger's file can hold thousands of them. Comparing each takes a while, and nobody reads so
    many suggestions.

    Args:
        find: Returns the suggestion for a word; None or an empty string where no word is near.
    """

    def __init__(self, find: Callable[[str], str | None]) -> None:
        self._find = find
        self._found: dict[str, str] = {}

    def of(self, word: str) -> str:
        """Return the suggestion for a word; an empty string without one."""
        if word not in self._found and len(self._found) < _MOST_SUGGESTIONS:
            self._found[word] = self._find(word) or ""
        return self._found.get(word, "")
