"""Regular expressions that are compiled when they are first used: a run uses only a few of them.

Compiling all of them would take longer than checking a notebook.
"""

import re
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


def lazy_pattern(regex: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """Return a pattern that `re.compile` compiles from the same arguments at its first use.

    It has all attributes of a compiled pattern, but is not an instance of `re.Pattern`, and the
    functions of `re` do not accept it.

    Raises:
        re.error: At its first use, not here, if it is not a valid regular expression.
    """
    return cast("re.Pattern[AnyStr]", Uncompiled(regex, flags))


class Uncompiled:
    """A regular expression that is compiled, and given its methods, at its first use."""

    def __init__(self, regex: Any, flags: int) -> None:
        self._arguments = regex, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        compiled: re.Pattern[Any] = re.compile(*self._arguments)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
