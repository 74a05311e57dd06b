"""Judges in processes of their own: the server's loop goes on meanwhile, and time is bounded.

A thread would not do: an expression that searches a long text lets no other thread run, and nothing
can end it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO

import msgspec

from nblint.jupyter.judging import Request, Verdict, judge

# As many notebooks are judged at the same time.
_PROCESSES = 2
_LENGTH = 8
# What a process runs. Imports come from where they come from here, and from no folder beside.
PROGRAM = """\
import sys
sys.path[:] = {path!r}
from nblint.jupyter.worker import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""
UNFINISHED = Verdict(fault="the check did not finish in time")


class Workers:
    """Processes that judge, started when they are needed; they end with this one."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_PROCESSES, thread_name_prefix="nblint")
        self._own = threading.local()

    def judge(self, request: Request, until: float) -> Future[Verdict]:
        """Judge in another process.

        Args:
            request: What to judge.
            until: When to give up, by `time.monotonic`.

        Returns:
            The verdict to come; `UNFINISHED` if it does not come in time.
        """
        return self._threads.submit(self._ask, request, until)

    def _ask(self, request: Request, until: float) -> Verdict:
        if not hasattr(self._own, "process"):
            self._own.process = _Process()
        process: _Process = self._own.process
        question = msgspec.msgpack.encode(request)
        # A process that has ended since, such as one that the system was short of memory for.
        for _ in range(2):
            if time.monotonic() < until and (answer := process.ask(question, until)) is not None:
                return msgspec.msgpack.decode(answer, type=Verdict)
        if time.monotonic() < until:
            return Verdict(fault="the process that checks it ended")
        return UNFINISHED


class _Process:
    """One process, started again when it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: bytes, until: float) -> bytes | None:
        """Return the answer; None if the process ends, or is ended because it takes too long."""
        process = self._running()
        timer = threading.Timer(max(0.0, until - time.monotonic()), process.kill)
        timer.daemon = True
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _write(process.stdin, question)
            return _read(process.stdout)
        except (OSError, EOFError):
            process.kill()
            process.wait()
            self._running()  # so that the next save finds one that is ready
            return None
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", PROGRAM.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote the notebook
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        return self._process


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer questions until there are no more: what a process does."""
    while True:
        try:
            request = msgspec.msgpack.decode(_read(questions), type=Request)
        except EOFError:
            return
        try:
            verdict = judge(request)
        except Exception as error:
            # Only the type: the exception's text may quote the notebook.
            verdict = Verdict(fault=type(error).__name__)
        _write(answers, msgspec.msgpack.encode(verdict))


def _write(stream: IO[bytes], message: bytes) -> None:
    stream.write(len(message).to_bytes(_LENGTH, "big"))
    stream.write(message)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH)
    message = stream.read(int.from_bytes(head, "big"))
    if len(head) < _LENGTH or len(message) < int.from_bytes(head, "big"):
        raise EOFError
    return message
