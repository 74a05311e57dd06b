"""Shares work among processes, and yields the results in the work's order."""

import gc
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

Kept = TypeVar("Kept")
Work = TypeVar("Work")
Answer = TypeVar("Answer")

# The chunks queued per process, limited so that memory does not grow with the work.
_AHEAD = 3


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_method() -> Literal["fork", "spawn"]:
    """Return how to start processes: as copies of this one if that is safe, else from scratch.

    A copy has only one of the threads, which not all of macOS's libraries survive.
    """
    import threading

    is_safe = sys.platform == "linux" and threading.active_count() == 1
    return "fork" if is_safe else "spawn"


def shared(
    function: Callable[[Work], Answer], chunks: Iterable[tuple[Kept, Work]], jobs: int
) -> Iterator[tuple[Kept, Answer]]:
    """Call a function for chunks of work in other processes.

    If one of them dies, say because memory ran out, this process does the rest.

    Args:
        function: A module's function; it, the work and the answers can be pickled.
        chunks: The work, each chunk with what stays in this process; consumed as needed.
        jobs: The number of processes.

    Yields:
        What stayed here, with the answer, in the chunks' order.
    """
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    context: Any = get_context(start_method())
    pool = ProcessPoolExecutor(jobs, context, _prepare, (gc.get_threshold(),))
    gc.freeze()  # what is here now would be looked through, and thus copied, in each process
    waiting: deque[tuple[Kept, Work, Future[Answer] | None]] = deque()

    def submitted(work: Work) -> "Future[Answer] | None":
        try:
            with _uninterrupted():
                return pool.submit(function, work)
        except BrokenProcessPool:
            return None

    def first() -> tuple[Kept, Answer]:
        kept, work, future = waiting.popleft()
        if future is not None:
            try:
                return kept, future.result()
            except BrokenProcessPool:
                pass
        return kept, function(work)

    try:
        for kept, work in chunks:
            waiting.append((kept, work, submitted(work)))
            if len(waiting) > jobs * _AHEAD:
                yield first()
        while waiting:
            yield first()
    finally:
        gc.unfreeze()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Defer Ctrl-C while processes start: none must receive it before `_prepare` has run."""
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare(gc_threshold: tuple[int, ...]) -> None:
    """Prepare a process: leave Ctrl-C to its parent, and end when the parent does.

    Args:
        gc_threshold: When the parent looks for reference cycles.
    """
    import signal
    import threading
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*gc_threshold)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
