"""What a check calls finds room for its frames, however deep it stands itself."""

from collections.abc import Callable

import pytest

from nblint.linting.frames import in_one_block

resource = pytest.importorskip("resource")
CALLS = 500


def faults_at(depth: int, function: Callable[[], None]) -> int:
    """Return how many pages of memory a function gets from the system if it stands that deep."""
    if depth:
        return faults_at(depth - 1, function)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    function()
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)


def nested(depth: int) -> None:
    if depth:
        nested(depth - 1)


@in_one_block
def calls() -> None:
    for _ in range(CALLS):
        nested(10)


def test_no_call_asks_the_system_for_memory_again_and_again() -> None:
    calls()
    assert max(faults_at(depth, calls) for depth in range(200)) < CALLS // 2
