"""What a notebook says: parts that rules ask for by type, each computed once and on demand.

A part is any class with a classmethod `read` whose arguments are parts themselves:

    class Header:
        @classmethod
        def read(cls, notebook: Notebook, settings: HeaderSettings) -> "Header": ...

`Reading` computes a part when it is first asked for, after those that it needs.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar, get_type_hints

Part = TypeVar("Part")


class MissingPartError(LookupError):
    """A part that a file does not have, such as the cells of a file that is not a notebook.

    Attributes:
        part: The part's class.
    """

    def __init__(self, part: type) -> None:
        super().__init__(part.__name__)
        self.part = part


class Reading:
    """The parts of one notebook.

    Args:
        given: The parts that others are read from: the notebook, the project, the settings.
    """

    def __init__(self, given: Iterable[object]) -> None:
        self._parts: dict[type, Any] = {type(part): part for part in given}

    def give(self, part: object) -> None:
        """Add a part that is only known after others, such as what rules have found."""
        self._parts[type(part)] = part

    def get(self, part: type[Part]) -> Part:
        """Return a part.

        Args:
            part: Its class.

        Returns:
            The part; the same object each time.

        Raises:
            MissingPartError: It is not given, and cannot be read from the parts that are.
        """
        if part not in self._parts:
            read = getattr(part, "read", None)
            if read is None:
                raise MissingPartError(part)
            self._parts[part] = self.call(read)
        found: Part = self._parts[part]
        return found

    def call(self, function: Callable[..., Any]) -> Any:
        """Call a function with the parts that its annotations name.

        Raises:
            MissingPartError: One of them is missing.
        """
        return function(*map(self.get, _wanted(function)))


@cache
def _parts_of(function: Callable[..., Any]) -> tuple[type, ...]:
    hints = {name: hint for name, hint in _annotations(function).items() if name != "return"}
    if any(isinstance(hint, str) for hint in hints.values()):
        hints = {name: hint for name, hint in get_type_hints(function).items() if name in hints}
    return tuple(hints.values())


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    return getattr(function, "__annotations__", {})


def _wanted(function: Callable[..., Any]) -> tuple[type, ...]:
    # The function behind a method: a bound method is a new object at every look-up.
    return _parts_of(getattr(function, "__func__", function))
