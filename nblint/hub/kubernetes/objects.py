"""What a cluster has beside the chart: volumes, the filling of one, scheduled runs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from nblint.hub.kubernetes import layout, variables
from nblint.hub.kubernetes.images import Image, Images
from nblint.hub.kubernetes.network import of_runs
from nblint.hub.notebooks import Pinned, read_notebooks
from nblint.hub.settings import HubFile

# Whatever runs in a container is nobody special there.
CONFINED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
# As the timer of the package has it, which a host enables by hand, too.
_EVERY_MORNING = "0 6 * * *"
# As the service of the package has it.
_RUN_SECONDS = 7200
# Kubernetes' own limit of a CronJob's name, and of what others are called.
_LONGEST_CRON = 52
_DIGEST = 10


class Run(Struct, frozen=True):
    """A notebook that runs on a schedule.

    Attributes:
        package: The notebook repository.
        notebook: A notebook of it but the first; None for that.
        schedule: When, as cron says it.
        parameters: Values that differ from the package's own.
        suspended: Whether it runs only when somebody asks.
        zone: The time zone of the schedule; None for the cluster's.
    """

    package: str
    notebook: str | None = None
    schedule: str = _EVERY_MORNING
    parameters: Mapping[str, str] = {}
    suspended: bool = True
    zone: str | None = None

    @property
    def name(self) -> str:
        """The name of the CronJob."""
        return _name(f"{self.package}@{self.notebook}" if self.notebook else self.package)


def pinned(file: HubFile) -> dict[str, Pinned]:
    """Return which notebook packages are installed; none without a file of them."""
    name = file.settings.notebooks
    return read_notebooks(file / name) if name else {}


def scheduled(pins: Mapping[str, Pinned]) -> list[Run]:
    """Return what runs on a schedule: each package as it is installed on a host, not enabled."""
    return [Run(package) for package in sorted(pins)]


def of_notebooks(file: HubFile, images: Images) -> list[dict[str, Any]]:
    """Return the volumes, who reaches what, and the Job that fills the volume of notebooks.

    Raises:
        SettingsError: `notebooks.toml` cannot be used.
    """
    return [
        _claim(layout.NOTEBOOKS_CLAIM, "1Gi"),
        _claim(layout.RESULTS_CLAIM, "10Gi"),
        of_runs(file.settings),
        _filling(pinned(file), images.notebooks),
    ]


def of_schedules(file: HubFile, user: Image) -> list[dict[str, Any]]:
    """Return the scheduled runs.

    Raises:
        SettingsError: `notebooks.toml` or the catalogue cannot be used.
    """
    return [_cron_job(run, file, user) for run in scheduled(pinned(file))]


def _claim(name: str, size: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            # Written by one pod, and read on all nodes.
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": size}},
        },
    }


def _filling(pins: Mapping[str, Pinned], image: Image) -> dict[str, Any]:
    arguments = [f"--notebook={name}={pins[name].installed_version}" for name in sorted(pins)]
    # A Job cannot be changed: another version of a notebook, or another page, is another Job.
    made_of = json.dumps([arguments, image.reference])
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:_DIGEST]
    container = {
        "name": "fill",
        "image": image.reference,
        "args": arguments,
        "securityContext": {**CONFINED, "readOnlyRootFilesystem": True},
        "volumeMounts": [
            {"name": "notebooks", "mountPath": str(layout.NOTEBOOKS)},
            {"name": "repository", "mountPath": "/etc/notebook-repository", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - in a container
        ],
    }
    volumes = [
        _claimed("notebooks", layout.NOTEBOOKS_CLAIM),
        {"name": "repository", "secret": {"secretName": layout.REPOSITORY_SECRET}},
    ]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"fill-notebooks-{digest}"},
        "spec": {"backoffLimit": 3, **_pod("fill", container, volumes)},
    }


def _cron_job(run: Run, file: HubFile, image: Image) -> dict[str, Any]:
    root = layout.CURRENT / layout.NOTEBOOKS_FOLDER.relative_to("/") / run.package
    folder = f"{run.package}@{run.notebook}" if run.notebook else run.package
    chosen = [run.notebook] if run.notebook else []
    parameters = [part for name, value in run.parameters.items() for part in ("-p", name, value)]
    servers = file.settings.servers
    limits = {"memory": servers.memory and f"{servers.memory}i", "cpu": servers.cpus}
    container = {
        "name": "run",
        "image": image.reference,
        "command": [str(root / "scripts" / "run-notebook"), *chosen, *parameters],
        "env": [
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - in a container
            {"name": "NOTEBOOK_PYTHON", "value": "/usr/local/bin/python"},
            # Servers are in this group, and mount the volume read-only.
            {"name": "NOTEBOOK_UMASK", "value": "027"},
            {"name": "STATE_DIRECTORY", "value": str(layout.RESULTS / folder)},
            *variables.of_runs(file),
        ],
        "securityContext": {**CONFINED, "readOnlyRootFilesystem": True},
        "resources": {"limits": {key: value for key, value in limits.items() if value}},
        "volumeMounts": [
            {"name": "notebooks", "mountPath": str(layout.NOTEBOOKS), "readOnly": True},
            {"name": "results", "mountPath": str(layout.RESULTS)},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - in a container
        ],
    }
    volumes = [
        _claimed("notebooks", layout.NOTEBOOKS_CLAIM, read_only=True),
        _claimed("results", layout.RESULTS_CLAIM),
    ]
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": run.name},
        "spec": {
            "schedule": run.schedule,
            **({"timeZone": run.zone} if run.zone else {}),
            "suspend": run.suspended,
            "concurrencyPolicy": "Forbid",
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": _RUN_SECONDS,
                    **_pod("run", container, volumes),
                }
            },
        },
    }


def _pod(kind: str, container: dict[str, Any], volumes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the template of a pod that nobody can act by."""
    return {
        "template": {
            "metadata": {"labels": {layout.LABEL: kind}},
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "securityContext": {
                    "runAsUser": layout.RUNNER,
                    "runAsGroup": layout.GROUP,
                    "fsGroup": layout.GROUP,
                },
                "containers": [container],
                "volumes": [*volumes, {"name": "tmp", "emptyDir": {}}],
            },
        }
    }


def _claimed(name: str, claim: str, *, read_only: bool = False) -> dict[str, Any]:
    source = {"claimName": claim, **({"readOnly": True} if read_only else {})}
    return {"name": name, "persistentVolumeClaim": source}


def _name(text: str) -> str:
    """Return the name of a CronJob: what would be too long ends in a digest, and stays unique."""
    name = f"notebook-{re.sub('[^a-z0-9]+', '-', text.lower()).strip('-')}"
    if len(name) <= _LONGEST_CRON and name == f"notebook-{text}":
        return name
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{name[: _LONGEST_CRON - _DIGEST - 1].rstrip('-')}-{digest}"
