"""Distributes the batches of a fleet to Dask workers: on this machine, or on a cluster."""

import logging
import signal
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from itertools import islice

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from nblint.errors import SettingsError
from nblint.fleet.faults import fault
from nblint.fleet.source import Batch
from nblint.fleet.work import Job, Outcome, check_batch, give_up, installed
from nblint.linting.workers import processors

# How many batches each thread of a worker is given ahead: enough that none is idle, and so few that
# what the scheduler holds does not grow with the fleet.
_AHEAD = 3
# Dask's settings for workers on this machine.
_LOCAL: dict[str, object] = {
    # Nobody opens the web pages of a cluster that ends with the command.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # The profiler samples stacks a hundred times a second, and keeps all samples for an hour.
    "distributed.worker.profile.enabled": False,
    # A batch that kills a worker would do so again. A worker that has died is always replaced,
    # while Dask would give up on it after a timeout.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1000 days",
}


def dask_setup(_: object) -> None:
    """Prepare a worker on this machine: Ctrl-C is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def connected(
    scheduler: str | None, workers: int | None, needed: Mapping[str, str]
) -> Iterator[Client]:
    """Connect to a cluster.

    Args:
        scheduler: Its address; None: start one on this machine, which ends with the block.
        workers: The number of processes on this machine; None: one per processor.
        needed: The versions of nblint and of packages with rules that workers must have.

    Yields:
        The client.

    Raises:
        SettingsError: The scheduler cannot be reached, or a worker has other versions.
    """
    with ExitStack() as stack:
        if scheduler is None:
            # Dask logs what happens to each process; what matters is reported as sentences.
            logging.getLogger("distributed").setLevel(logging.CRITICAL)
            stack.enter_context(dask.config.set(_LOCAL))
            cluster = LocalCluster(
                n_workers=workers or processors(),
                threads_per_worker=1,  # because of the GIL
                security=True,  # whoever can connect can run code
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                preload=[__name__],
                silence_logs=logging.CRITICAL,
            )
            yield stack.enter_context(Client(stack.enter_context(cluster)))
            return
        try:
            client = stack.enter_context(Client(scheduler))
            versions = client.run(installed, on_error="return")
        except Exception as error:  # Dask's own assertions as well, which a busy scheduler fails
            raise SettingsError(
                fault(scheduler, "cannot connect to the scheduler", error)
            ) from error
        _demand_same_versions(versions, scheduler, needed)
        yield client


def _demand_same_versions(
    versions: Mapping[str, object], scheduler: str, needed: Mapping[str, str]
) -> None:
    for address, found in versions.items():
        # An older nblint answers otherwise, and none with an exception.
        theirs = found if isinstance(found, dict) else {}
        for name, ours in needed.items():
            if theirs.get(name) == ours:
                continue
            has = f"{name} {theirs[name]}" if name in theirs else f"no {name}"
            raise SettingsError(
                f"{scheduler}: worker {address} has {has}, but {name} {ours} is installed here;"
                " install the same version on all workers"
            )


def outcomes(client: Client, job: Job, batches: Iterable[Batch]) -> Iterator[Outcome]:
    """Check batches on the workers.

    A batch that kills its worker, for example because the worker has too little memory, is halved
    until the notebook that causes it is alone. If that notebook kills a worker again in the end, it
    is recorded as not checked.

    Args:
        client: The cluster.
        job: What to do with each batch.
        batches: The batches; consumed as workers become free.

    Yields:
        The outcome of each batch that was written, in the order in which they end.

    Raises:
        SettingsError: The cluster is gone, or cannot do the work.
    """
    pool = _Pool(client, job)
    waiting = iter(batches)
    while True:
        for batch in islice(waiting, pool.room()):
            pool.submit(batch)
        if not pool.running:
            break
        if (outcome := pool.next_outcome()) is not None:
            yield outcome
    # A worker that dies takes all batches with it that it has been given, so a suspect may be
    # innocent. What kills a worker now, alone, is not.
    for batch in list(pool.suspects):
        pool.submit(batch)
        (lost,) = batch.objects
        why = f"{lost.name}: every worker that got it died; it may be too large for their memory"
        yield pool.next_outcome() or give_up(job, batch.name, [(lost, why)])


class _Pool:
    """The batches that the workers of a cluster have been given.

    Attributes:
        running: The batches that have not ended.
        suspects: The batches of one notebook whose worker died.
    """

    def __init__(self, client: Client, job: Job) -> None:
        self.running: dict[Future, Batch] = {}
        self.suspects: list[Batch] = []
        self._client = client
        self._job = job
        self._completed = as_completed()

    def room(self) -> int:
        """Return how many more batches the workers should be given."""
        threads: int = sum(self._client.nthreads().values())
        return max(0, _AHEAD * max(1, threads) - len(self.running))

    def submit(self, batch: Batch) -> None:
        """Give a batch to the workers."""
        future = self._client.submit(check_batch, self._job, batch, pure=False)
        self.running[future] = batch
        self._completed.add(future)

    def next_outcome(self) -> Outcome | None:
        """Wait for a batch; return None if it killed its worker and has to be tried again."""
        future = next(self._completed)
        batch = self.running.pop(future)
        try:
            outcome: Outcome = future.result()
        except KilledWorker:
            if len(batch.objects) == 1:
                self.suspects.append(batch)
            else:
                for half in batch.halves():
                    self.submit(half)
            return None
        except (CancelledError, Exception) as error:  # of Dask, or of what a worker lacks
            raise SettingsError(fault("Dask", "the run failed", error)) from error
        return outcome
