"""Regular expressions that are compiled when they are first used: a run uses few of all there are.

Compiling all of them would take longer than checking a notebook.
"""

import re
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


def lazy_pattern(regex: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """Return what `re.compile` returns for the same arguments, once something of it is asked for.

    It does all that a compiled pattern does, but for `isinstance` and the functions of `re`.

    Raises:
        re.error: Not here but at its first use, if it is no regular expression.
    """
    return cast("re.Pattern[AnyStr]", Uncompiled(regex, flags))


class Uncompiled:
    """A regular expression that has not been used yet; its first use gives it its methods."""

    def __init__(self, regex: Any, flags: int) -> None:
        self._arguments = regex, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        compiled: re.Pattern[Any] = re.compile(*self._arguments)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
