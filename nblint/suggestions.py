"""What somebody may have meant by a word that is wrong."""

from collections.abc import Callable, Iterable

_MOST_SUGGESTIONS = 100

_LONGEST_WORD = 200


def nearest(word: str, words: Iterable[str]) -> str:
    """Suggest what somebody may have meant.

    Args:
        word: What they wrote.
        words: What they could have written.

    Returns:
        "; did you mean 'x'?", or an empty string where nothing is near.
    """
    import difflib

    if len(word) > _LONGEST_WORD:
        return ""
    matches = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


class Suggestions:
    """Suggestions for the words of a file that are wrong: for the first hundred of them.

    A file that a stranger wrote can hold thousands, each of which takes a while to compare, and
    nobody reads what all of them may have been meant to be.

    Args:
        find: Returns what to suggest for a word; None, or nothing, where nothing is near.
    """

    def __init__(self, find: Callable[[str], str | None]) -> None:
        self._find = find
        self._found: dict[str, str] = {}

    def of(self, word: str) -> str:
        """Return what to suggest for a word; an empty string where there is nothing."""
        if word not in self._found and len(self._found) < _MOST_SUGGESTIONS:
            self._found[word] = self._find(word) or ""
        return self._found.get(word, "")
