"""Room for the frames of all functions that a check calls."""

from collections.abc import Callable
from types import FunctionType
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])

# A frame that asks for more than half of a block of this many slots gets a block of twice as many.
# The other half is enough for more frames than Python's limit of recursion allows.
_SLOTS = 2**15


def in_one_block(function: Function) -> Function:
    """Return a function that finds the frames of what it calls in one block of memory.

    CPython keeps frames in blocks of 16 KiB since 3.11. A call that needs a new block asks the
    system for it, and its return gives it back. If a loop stands where a block is full, each call
    in it costs as much as a hundred other ones: a check may take more than twice the time,
    depending on how it was started. A function whose own frame is large gets a block of its size.

    Args:
        function: A function in Python, which is changed.
    """
    assert isinstance(function, FunctionType)
    function.__code__ = function.__code__.replace(co_stacksize=_SLOTS)
    return function
