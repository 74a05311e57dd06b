"""Scheduled runs: a CronJob for each schedule of `notebooks.toml`."""

from __future__ import annotations

from typing import Any

from nblint.errors import SettingsError
from nblint.hub.kubernetes import data, layout, variables
from nblint.hub.kubernetes.cron import Cron, cron
from nblint.hub.kubernetes.images import Image
from nblint.hub.kubernetes.pods import CONFINED, TMP, claimed, labelled, mounted, pod
from nblint.hub.schedules.checks import time_problems
from nblint.hub.schedules.timers import Scheduled, scheduled
from nblint.hub.settings import HubFile

# As the service of the package has it.
_RUN_SECONDS = 7200
# A run that could not start for so long is left out: Kubernetes gives up on a CronJob that has
# missed a hundred runs, which one that runs each minute has after less than two hours.
_LATE_SECONDS = 3600


def of_schedules(file: HubFile, user: Image) -> list[dict[str, Any]]:
    """Return the scheduled runs.

    Args:
        file: The settings.
        user: The image of everybody's server, which runs them.

    Raises:
        SettingsError: `notebooks.toml` or the catalogue cannot be used, or cron cannot say when a
            notebook runs.
    """
    if problem := next(time_problems(file), None):
        raise SettingsError(problem)
    return [_cron_job(each, _when(each, file), file, user) for each in scheduled(file)]


def _when(each: Scheduled, file: HubFile) -> Cron:
    try:
        return cron(each.time)
    except ValueError as error:
        where = file / (file.settings.notebooks or "")
        raise SettingsError(
            f"{where}: notebooks.{each.slug}.schedules.{each.name}.time: {each.time!r} {error}"
        ) from None


def _cron_job(each: Scheduled, when: Cron, file: HubFile, image: Image) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": labelled(layout.cron_job_of(each.slug, each.name)),
        "spec": {
            "schedule": when.fields,
            "timeZone": when.zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": _LATE_SECONDS,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": _RUN_SECONDS,
                    **pod("run", _container(each, file, image), _volumes(file)),
                }
            },
        },
    }


def _container(each: Scheduled, file: HubFile, image: Image) -> dict[str, Any]:
    root = layout.CURRENT / layout.NOTEBOOKS_FOLDER.relative_to("/") / each.slug
    command = [str(root / "scripts" / "run-notebook"), each.notebook]
    if each.schedule.parameters:
        command += ["--parameters_yaml", each.parameters]
    servers = file.settings.servers
    limits = {"memory": servers.memory and f"{servers.memory}i", "cpu": servers.cpus}
    return {
        "name": "run",
        "image": image.reference,
        "command": list(map(variables.literal, command)),
        "env": _environment(each, file),
        "securityContext": {**CONFINED, "readOnlyRootFilesystem": True},
        "resources": {"limits": {key: value for key, value in limits.items() if value}},
        # The last lines say which cell failed, and why: `kubectl describe pod` shows them.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            mounted("notebooks", layout.NOTEBOOKS),
            mounted("results", layout.RESULTS, read_only=False),
            TMP,
            *data.mounts(file),
        ],
    }


def _environment(each: Scheduled, file: HubFile) -> list[dict[str, Any]]:
    """Return the variables of a run: those of the catalogue, and what its script is told."""
    ours = {
        "HOME": TMP["mountPath"],
        "NOTEBOOK_PYTHON": "/usr/local/bin/python",
        "NOTEBOOK_KEEP": str(each.schedule.keep),
        # Servers are in this group, and mount the volume read-only.
        "NOTEBOOK_UMASK": "027",
        "STATE_DIRECTORY": str(layout.RESULTS / each.place),
    }
    theirs = [one for one in variables.of_runs(file) if one["name"] not in ours]
    return [*({"name": name, "value": value} for name, value in ours.items()), *theirs]


def _volumes(file: HubFile) -> list[dict[str, Any]]:
    return [
        claimed("notebooks", layout.NOTEBOOKS_CLAIM, read_only=True),
        claimed("results", layout.RESULTS_CLAIM),
        *data.volumes(file),
    ]
