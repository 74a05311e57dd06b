"""Shares the parts of a fleet among the workers of Dask: on this machine, or on a cluster."""

import logging
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from itertools import islice

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from nblint._version import __version__
from nblint.errors import SettingsError
from nblint.fleet.faults import fault
from nblint.fleet.source import Part
from nblint.fleet.work import Job, Outcome, check_part, give_up, installed
from nblint.linting.workers import processors

# How many parts each thread of a worker has before it, so that none waits, and so that what the
# scheduler holds does not grow with the fleet.
_AHEAD = 3
# For the workers of this machine.
_LOCAL: dict[str, object] = {
    # Nobody looks at the pages of a cluster that goes with the command.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # A sample of the stack a hundred times a second, and all samples are kept for an hour.
    "distributed.worker.profile.enabled": False,
    # What kills a worker once would do so again; and who has died is started anew, however often,
    # while Dask would leave it at that if it is away at a bad moment.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1000 days",
}


def dask_setup(_: object) -> None:
    """Prepare a worker of this machine: Ctrl-C is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """Connect to a cluster.

    Args:
        scheduler: Its address; None: one of processes on this machine, which end with the block.
        workers: How many processes; None: as many as there are processors.

    Yields:
        The client.

    Raises:
        SettingsError: No scheduler answers, or its workers have another nblint.
    """
    with ExitStack() as stack:
        if scheduler is None:
            # Dask logs what becomes of each process; what matters of that is said in sentences.
            logging.getLogger("distributed").setLevel(logging.CRITICAL)
            stack.enter_context(dask.config.set(_LOCAL))
            cluster = LocalCluster(
                n_workers=workers or processors(),
                threads_per_worker=1,  # Python runs one at a time
                security=True,  # others on this machine could connect, and whoever does runs code
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                preload=[__name__],
                silence_logs=logging.CRITICAL,
            )
            yield stack.enter_context(Client(stack.enter_context(cluster)))
            return
        try:
            client = stack.enter_context(Client(scheduler))
        except (ImportError, OSError, ValueError) as error:
            raise SettingsError(fault(scheduler, "no scheduler answers", error)) from error
        _demand_same_version(client, scheduler)
        yield client


def _demand_same_version(client: Client, scheduler: str) -> None:
    for address, theirs in client.run(installed, on_error="return").items():
        if theirs != __version__:
            has = f"nblint {theirs}" if isinstance(theirs, str) else "no nblint with this command"
            raise SettingsError(
                f"{scheduler}: the worker {address} has {has}, and this is nblint {__version__};"
                " install the same on all workers"
            )


def outcomes(client: Client, job: Job, parts: Iterable[Part]) -> Iterator[Outcome]:
    """Check parts on the workers.

    A part that no worker survives, as where one has too little memory for it, is halved until the
    notebook that is too much is alone; if it is so at the end, too, it is noted as not checked.

    Args:
        client: The cluster.
        job: What to do with each part.
        parts: The parts; asked for as workers need them.

    Yields:
        What came of each part that was written, as they end.

    Raises:
        SettingsError: The cluster is gone, or cannot do the work.
    """
    running = as_completed()
    of: dict[Future, Part] = {}
    suspects: list[Part] = []

    def submit(part: Part) -> None:
        future = client.submit(check_part, job, part, pure=False)
        of[future] = part
        running.add(future)

    def finished() -> Outcome | None:
        """Wait for a part; None where it is to be tried again."""
        future = next(running)
        part = of.pop(future)
        try:
            outcome: Outcome = future.result()
        except KilledWorker:
            if len(part.objects) == 1:
                suspects.append(part)
            else:
                for half in part.halves():
                    submit(half)
            return None
        except (CancelledError, Exception) as error:  # of Dask, or of what a worker lacks
            raise SettingsError(fault("Dask", "the work cannot go on", error)) from error
        return outcome

    waiting = iter(parts)
    while True:
        ahead = _AHEAD * max(1, sum(client.nthreads().values()))
        for part in islice(waiting, max(0, ahead - len(of))):
            submit(part)
        if not of:
            break
        if (outcome := finished()) is not None:
            yield outcome
    # With a worker all goes that it has before it. What dies alone is no bystander.
    for part in list(suspects):
        suspects.clear()
        submit(part)
        (lost,) = part.objects
        why = f"{lost.name}: no worker survives it; it may be too large for their memory"
        yield finished() or give_up(job, part.name, [(lost, why)])
