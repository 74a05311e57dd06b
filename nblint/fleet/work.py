"""What a worker does: it checks the notebooks of a part, and writes what it has found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nblint._version import __version__
from nblint.errors import SettingsError
from nblint.fleet.dataset import Dataset, Row
from nblint.fleet.faults import fault
from nblint.fleet.source import Object, Part
from nblint.linting.examining import Examined, Examiner
from nblint.reports.json import as_dict

# What a million notebooks that nobody may read would say is said by the first.
_SAID = 3


@dataclass(frozen=True)
class Job:
    """All that a worker needs beside its part; can be pickled.

    Attributes:
        files: The filesystem that the notebooks are on.
        examiner: Examines one notebook.
        dataset: Where the findings go.
    """

    files: Any
    examiner: Examiner
    dataset: Dataset


class Outcome(NamedTuple):
    """What came of a part.

    Attributes:
        part: Its name.
        checked: How many notebooks were checked.
        unchecked: How many could not be.
        errors: How many findings of severity error there are.
        warnings: How many others there are.
        faults: The first sentences about what could not be done.
        failure: Why the whole run has to end: the dataset cannot be written.
    """

    part: str
    checked: int = 0
    unchecked: int = 0
    errors: int = 0
    warnings: int = 0
    faults: tuple[str, ...] = ()
    failure: str | None = None


def installed() -> str:
    """Return the version that a worker has."""
    return __version__


def check_part(job: Job, part: Part) -> Outcome:
    """Check the notebooks of a part.

    Args:
        job: What to check them against, and where the findings go.
        part: The notebooks.

    Returns:
        What came of it. No exception is raised: Dask would log it with a traceback.
    """
    return _written(job, part.name, _examined(job, part.objects))


def give_up(job: Job, name: str, lost: Sequence[tuple[Object, str]]) -> Outcome:
    """Note that notebooks could not be checked.

    Args:
        job: Where the findings of the others go.
        name: What the part is called.
        lost: The notebooks, or the folders that hold them, and a sentence that says why.
    """
    return _written(job, name, ((one, Examined(faults=(why,))) for one, why in lost))


def _examined(job: Job, objects: Sequence[Object]) -> Iterator[tuple[Object, Examined]]:
    keys = [one.key for one in objects]
    try:
        # Many at a time where the filesystem can. Not `cat`, which takes names for globs.
        contents = job.files.cat_ranges(keys, None, None, on_error="return")
    except Exception as error:  # each filesystem has its own
        contents = [error] * len(keys)
    for index, one in enumerate(objects):
        content, contents[index] = contents[index], None  # no longer than it is needed
        if isinstance(content, BaseException):
            yield one, Examined(faults=(fault(one.name, "cannot be read", content),))
        else:
            yield one, job.examiner.examine(content, None, one.name)


def _written(job: Job, part: str, found: Iterator[tuple[Object, Examined]]) -> Outcome:
    findings: list[Row] = []
    notebooks: list[Row] = []
    errors = warnings = unchecked = 0
    said: list[str] = []
    for one, examined in found:
        row: dict[str, object] = {"path": one.name, "bytes": one.size}
        if examined.found is None:
            unchecked += 1
            said += examined.faults
            row["fault"] = " ".join(examined.faults)
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
    return Outcome(part, checked, unchecked, errors, warnings, tuple(said[:_SAID]))
