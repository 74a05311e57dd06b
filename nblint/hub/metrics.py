"""What Prometheus is told that JupyterHub does not know.

What happens beside the hub goes into files of node_exporter's textfile collector:
https://github.com/prometheus/node_exporter#textfile-collector
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families

from nblint.errors import SettingsError, unwritable
from nblint.hub.settings import HubFile

# Beside JupyterHub's own, at /hub/metrics.
unanswered = Gauge(
    "nblint_hub_provider_unanswered_people",
    "people whom the provider could not be asked about in the last sweep",
)
sweeps_failed = Counter(
    "nblint_hub_sweeps_failed", "sweeps in which nobody was asked about, for an error"
)


@contextmanager
def recording(file: HubFile, job: str) -> Iterator[dict[str, float]]:
    """Write how something that runs by itself ends: by an error, or well.

    Args:
        file: The hub's settings.
        job: As for `record`.

    Yields:
        What to tell beside, by the ends of the gauges' names.

    Raises:
        SettingsError: As for `record`.
    """
    told: dict[str, float] = {}
    try:
        yield told
    except BaseException:
        # Why it failed is what is to be said.
        with suppress(SettingsError):
            record(file, job, succeeded=False)
        raise
    record(file, job, succeeded=True, **told)


def record(file: HubFile, job: str, *, succeeded: bool, **values: float) -> None:
    """Write how something that runs by itself has ended.

    Args:
        file: The hub's settings.
        job: What ran, such as `backup`; its metrics begin with `nblint_hub_` and this.
        succeeded: Whether it did what it is for.
        values: More gauges, by what follows in their names.

    Raises:
        SettingsError: The file cannot be written.
    """
    path = _path(file, job)
    success = f"nblint_hub_{job}_last_success_timestamp_seconds"
    now = time.time()
    told = {
        f"nblint_hub_{job}_last_run_timestamp_seconds": now,
        f"nblint_hub_{job}_last_run_succeeded": float(succeeded),
        success: now if succeeded else _before(path).get(success, 0),
        **{f"nblint_hub_{job}_{name}": value for name, value in values.items()},
    }
    registry = CollectorRegistry()
    for name, value in told.items():
        what = name.removeprefix(f"nblint_hub_{job}_").replace("_", " ")
        Gauge(name, f"{job.replace('_', ' ')}: {what}", registry=registry).set(value)
    _write(path, registry)


def record_schedules(file: HubFile, runs: Mapping[str, tuple[float, bool]]) -> None:
    """Write how the last run of each schedule has ended.

    Args:
        file: The hub's settings.
        runs: By `PACKAGE/SCHEDULE`, when it ended, in seconds since 1970, and whether it succeeded.

    Raises:
        SettingsError: The file cannot be written.
    """
    registry = CollectorRegistry()
    name = "nblint_hub_schedule_last_run"
    time_of, succeeded = (
        Gauge(f"{name}_{end}", f"schedule: last run {what}", ["schedule"], registry=registry)
        for end, what in (("timestamp_seconds", "timestamp seconds"), ("succeeded", "succeeded"))
    )
    for schedule, (when, is_success) in runs.items():
        time_of.labels(schedule).set(when)
        succeeded.labels(schedule).set(is_success)
    _write(_path(file, "schedule"), registry)


def _path(file: HubFile, job: str) -> Path:
    return Path(file.settings.metrics.textfiles) / f"nblint_hub_{job}.prom"


def _write(path: Path, registry: CollectorRegistry) -> None:
    try:
        # Prometheus reads there, whatever the umask of a unit is.
        for folder in reversed([each for each in path.parents if not each.exists()]):
            folder.mkdir()
            folder.chmod(0o755)
        write_to_textfile(str(path), registry)
        path.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None


def _before(path: Path) -> dict[str, float]:
    """Return what a file says; nothing if it is not there or cannot be understood."""
    with suppress(OSError, ValueError):
        families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
        return {sample.name: sample.value for family in families for sample in family.samples}
    return {}
