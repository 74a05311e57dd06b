"""A run over a fleet, from its source to its dataset."""

from collections.abc import Generator

from nblint.errors import SettingsError
from nblint.fleet.cluster import connected, outcomes
from nblint.fleet.dataset import Dataset
from nblint.fleet.source import FleetSource, batches
from nblint.fleet.work import Job, Outcome, give_up, needed
from nblint.linting.examining import Examiner


def check_fleet(
    source: str,
    target: str,
    examiner: Examiner,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    overwrite: bool = False,
) -> Generator[Outcome, None, None]:
    """Check the notebooks of a source, and write the findings to a dataset.

    The dataset is in place after the last outcome, and not before. Without notebooks, there is no
    dataset.

    Args:
        source: A folder, a notebook, or a glob: a path or a URL for fsspec.
        target: The folder of the dataset: a path or a URL for fsspec.
        examiner: Examines one notebook.
        scheduler: The address of a Dask scheduler; None: use processes on this machine.
        workers: The number of processes on this machine; None: one per processor.
        overwrite: Whether to replace a dataset at the target.

    Yields:
        The outcome of each batch of notebooks, in the order in which they end.

    Raises:
        SettingsError: Something that all notebooks need is missing or invalid.
    """
    found = FleetSource(source, examiner.project.settings)
    dataset = Dataset(target)
    job = Job(found.files, examiner, dataset)
    written = []
    dataset.begin(overwrite=overwrite)
    try:
        with connected(scheduler, workers, needed(examiner.selection)) as client:
            for outcome in outcomes(client, job, batches(found.notebooks())):
                written.append(_whole(outcome).part)
                yield outcome
        if found.unlisted:
            outcome = give_up(job, "part-unlisted", found.unlisted)
            written.append(_whole(outcome).part)
            yield outcome
        if written:
            dataset.finish(written)
    finally:
        dataset.give_up()


def _whole(outcome: Outcome) -> Outcome:
    if outcome.failure:
        raise SettingsError(outcome.failure)
    return outcome
