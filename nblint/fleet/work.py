"""What a worker does: it checks the notebooks of a batch, and writes the findings."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from nblint._version import __version__
from nblint.errors import SettingsError
from nblint.fleet.dataset import Dataset, Row
from nblint.fleet.faults import fault
from nblint.fleet.source import Batch, StoredObject
from nblint.linting import plugins
from nblint.linting.examining import Examined, Examiner
from nblint.linting.selection import Selection
from nblint.reports.json import as_dict

# How many faults of a batch are reported: without access to a bucket, each notebook has one.
_MOST_FAULTS = 3


class Job(Struct, frozen=True):
    """What a worker needs besides its batch; can be pickled.

    Attributes:
        files: The filesystem of the notebooks.
        examiner: Examines one notebook.
        dataset: Where the findings go.
    """

    files: Any
    examiner: Examiner
    dataset: Dataset


class Outcome(NamedTuple):
    """The outcome of a batch.

    Attributes:
        part: Its name.
        checked: How many notebooks were checked.
        unchecked: How many could not be checked.
        errors: The number of errors found.
        warnings: The number of warnings found.
        faults: What could not be done: the first few sentences.
        failure: Why the whole run must end: the dataset cannot be written.
    """

    part: str
    checked: int = 0
    unchecked: int = 0
    errors: int = 0
    warnings: int = 0
    faults: tuple[str, ...] = ()
    failure: str | None = None


def installed() -> dict[str, str]:
    """Return the versions of nblint and of packages with rules on a worker, by their names."""
    found = plugins.installed().plugins
    return {"nblint": __version__, **{one.package: one.version for one in found}}


def needed(selection: Selection) -> dict[str, str]:
    """Return the versions that workers must have for the rules of a selection, as `installed`."""
    found = (plugins.plugin_of(rule.code) for rule in selection.rules)
    return {"nblint": __version__, **{one.package: one.version for one in found if one}}


def check_batch(job: Job, batch: Batch) -> Outcome:
    """Check the notebooks of a batch.

    Args:
        job: What to check them against, and where the findings go.
        batch: The notebooks.

    Returns:
        The outcome, also of a failure: Dask would log an exception with its traceback.
    """
    return _written(job, batch.name, _examined(job, batch.objects))


def give_up(job: Job, name: str, lost: Sequence[tuple[StoredObject, str]]) -> Outcome:
    """Record that notebooks could not be checked.

    Args:
        job: Where the findings of the others go.
        name: The name of the part.
        lost: The notebooks, or the folders with them, each with the reason as a sentence.
    """
    return _written(job, name, ((one, Examined(faults=(why,))) for one, why in lost))


def _examined(job: Job, objects: Sequence[StoredObject]) -> Iterator[tuple[StoredObject, Examined]]:
    keys = [one.key for one in objects]
    try:
        # Concurrently, where the filesystem supports it. `cat` would expand globs in the names.
        contents = job.files.cat_ranges(keys, None, None, on_error="return")
    except Exception as error:  # each filesystem has its own
        contents = [error] * len(keys)
    for index, one in enumerate(objects):
        content, contents[index] = contents[index], None  # frees the memory
        if isinstance(content, BaseException):
            yield one, Examined(faults=(fault(one.name, "cannot be read", content),))
        else:
            yield one, job.examiner.examine(content, None, one.name)


def _written(job: Job, part: str, found: Iterator[tuple[StoredObject, Examined]]) -> Outcome:
    findings: list[Row] = []
    notebooks: list[Row] = []
    errors = warnings = unchecked = 0
    faults: list[str] = []
    for one, examined in found:
        row: dict[str, object] = {"path": one.name, "bytes": one.size}
        if examined.faults:
            faults += examined.faults
            row["fault"] = " ".join(examined.faults)
        if examined.found is None:
            unchecked += 1
        else:
            findings += map(as_dict, examined.found)
            severities = [reported.finding.severity for reported in examined.found]
            row["errors"] = severities.count("error")
            row["warnings"] = severities.count("warning")
            errors += severities.count("error")
            warnings += severities.count("warning")
        notebooks.append(row)
    try:
        job.dataset.write(part, {"findings": findings, "notebooks": notebooks})
    except SettingsError as error:
        return Outcome(part, failure=str(error))
    checked = len(notebooks) - unchecked
    return Outcome(part, checked, unchecked, errors, warnings, tuple(faults[:_MOST_FAULTS]))
