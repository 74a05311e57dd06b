"""A run over a fleet, from its source to its dataset."""

from collections.abc import Generator

from nblint.errors import SettingsError
from nblint.fleet.cluster import connected, outcomes
from nblint.fleet.dataset import Dataset
from nblint.fleet.source import Source, parts
from nblint.fleet.work import Job, Outcome, give_up
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
    """Check the notebooks of a source, and write what is found as a dataset.

    The dataset is in place when the last outcome is known, and not before; there is none where
    there is no notebook.

    Args:
        source: A folder, a notebook, or a glob, as fsspec writes them.
        target: The folder of the dataset, as fsspec writes it.
        examiner: Examines one notebook.
        scheduler: The address of a Dask scheduler; None: processes of this machine do the work.
        workers: How many; None: as many as there are processors.
        overwrite: Whether a dataset at the target is replaced.

    Yields:
        What came of each part of the fleet, as they end.

    Raises:
        SettingsError: Something that all notebooks need is missing or cannot be used.
    """
    found = Source(source, examiner.project.settings)
    dataset = Dataset(target)
    job = Job(found.files, examiner, dataset)
    written = []
    dataset.begin(overwrite=overwrite)
    try:
        with connected(scheduler, workers) as client:
            for outcome in outcomes(client, job, parts(found.notebooks())):
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
