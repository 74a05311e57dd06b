"""A value that cannot be printed by accident."""

from __future__ import annotations


class Secret:
    """A credential's value, kept in memory only.

    Turning it into text gives a mask. `reveal` is the only way to the value, so a search for its
    callers shows every place that handles a credential.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself. Never put it into a message, a log or a file."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        raise TypeError("a secret stays in its process: it cannot be pickled or copied")
