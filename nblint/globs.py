"""Globs that mean what they mean in `.gitignore`, matched in bounded time.

pathspec turns a glob into a regular expression, which tries every way to share a path out among
its wildcards: `*a*a*a*a*b` takes hours for a name of 200 letters, and both can come from a
stranger. Wherever another wildcard follows, the first way that fits is as good as any other, so the
expression is rewritten not to try the rest, as Python's own `fnmatch` does:
https://github.com/python/cpython/issues/84661
"""

import re
import warnings
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from nblint.patterns import lazy_pattern

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# What pathspec writes for `*` in a part of a path, and for `**` at the beginning and further on.
# Nothing else that it writes contains one of them: the text between slashes has no slash.
_STAR, _LEADING, _INNER = "[^/]*", "(?:.+/)?", "(?:/.+)?"
_WILDCARDS = lazy_pattern("|".join(f"({re.escape(unit)})" for unit in (_STAR, _LEADING, _INNER)))
_LAZY = {_STAR: "[^/]*?", _LEADING: "(?:.+?/)??", _INNER: "(?:/.+?)??"}


def matches(relative: str, globs: Sequence[str]) -> bool:
    """Tell whether globs match a path.

    Args:
        relative: The path, relative to the same folder as the globs, with `/` between its parts.
        globs: The globs; the last one that matches decides, and excludes if it starts with `!`.
    """
    return bool(globs) and glob_spec(tuple(globs)).match_file(relative)


@lru_cache(maxsize=64)
def glob_spec(globs: tuple[str, ...]) -> "GitIgnoreSpec":
    """Return the compiled form of globs.

    Args:
        globs: Lines as in a `.gitignore`.

    Raises:
        ValueError: One of them is not a valid glob.
    """
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `re` warns of `[[]`, which Git reads in another way
            # "simple" is Python's own `re`; other backends do not support these expressions.
            return GitIgnoreSpec.from_lines(globs, _pattern(), backend="simple")
    except re.error as error:
        raise ValueError(str(error)) from error


@cache
def _pattern() -> Any:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    class Bounded(GitIgnoreSpecPattern):
        __slots__ = ()

        @classmethod
        def pattern_to_regex(cls, pattern: Any) -> Any:
            expression, include = super().pattern_to_regex(pattern)
            return bounded(expression) if expression else expression, include

    return Bounded


def bounded(expression: str) -> str:
    """Return an expression that matches the same paths without trying every way to match.

    Args:
        expression: The regular expression that pathspec makes of a glob.
    """
    pieces = _WILDCARDS.split(expression)[:: len(_LAZY) + 1]
    wildcards = [found[0] for found in _WILDCARDS.finditer(expression)]
    if len(wildcards) < 3:  # at most quadratic in the path's length
        return expression
    numbers = count()
    # The parts that `**` separates: each is its wildcard, if it has one, and what follows.
    stretches, stretch = [], pieces[0]
    for index, (wildcard, piece) in enumerate(zip(wildcards, pieces[1:], strict=True)):
        following = wildcards[index + 1] if index + 1 < len(wildcards) else None
        if wildcard != _STAR:
            stretches.append(stretch)
            stretch = wildcard + piece
        elif following == _STAR:
            stretch += _first(_LAZY[_STAR] + piece, numbers)
        else:
            stretch += wildcard + piece
    for index, early in enumerate(stretches):
        for wildcard in (_LEADING, _INNER):
            early = early.replace(wildcard, _LAZY[wildcard])  # noqa: PLW2901
        # It ends where a part of the path ends; the anchor stays outside.
        anchor = "^" if early.startswith("^") else ""
        if early != anchor:
            stretches[index] = anchor + _first(f"{early.removeprefix('^')}(?=/)", numbers)
    return "".join([*stretches, stretch])


def _first(expression: str, numbers: "count[int]") -> str:
    """Return an expression that settles for the first way to match: an atomic group.

    `re` has those from Python 3.11 on; a lookahead is not tried again either.
    """
    name = f"nb{next(numbers)}"
    return f"(?=(?P<{name}>{expression}))(?P={name})"
