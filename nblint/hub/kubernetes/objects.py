"""What a cluster has beside the chart: volumes, who reaches what, and the filling of a volume."""

from __future__ import annotations

import json
from typing import Any

from nblint.hub.kubernetes import layout
from nblint.hub.kubernetes.images import Image, Images
from nblint.hub.kubernetes.network import of_runs
from nblint.hub.kubernetes.pods import CONFINED, TMP, claimed, labelled, mounted, pod
from nblint.hub.settings import HubFile


def of_notebooks(file: HubFile, images: Images) -> list[dict[str, Any]]:
    """Return the volumes, who reaches what, and the Job that fills the volume of notebooks."""
    return [
        _claim(layout.NOTEBOOKS_CLAIM, "1Gi"),
        _claim(layout.RESULTS_CLAIM, "10Gi"),
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": labelled("notebooks"),
            "spec": of_runs(file.settings),
        },
        _filling(images.notebooks),
    ]


def _claim(name: str, size: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": labelled(name),
        "spec": {
            # Written by one pod, and read on all nodes.
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": size}},
        },
    }


def _filling(image: Image) -> dict[str, Any]:
    container = {
        "name": "fill",
        "image": image.reference,
        "securityContext": {**CONFINED, "readOnlyRootFilesystem": True},
        "volumeMounts": [
            mounted("notebooks", layout.NOTEBOOKS, read_only=False),
            mounted("repository", layout.REPOSITORY),
            TMP,
        ],
    }
    volumes = [
        claimed("notebooks", layout.NOTEBOOKS_CLAIM),
        {"name": "repository", "secret": {"secretName": layout.REPOSITORY_SECRET}},
    ]
    spec = {"backoffLimit": 3, **pod("fill", container, volumes)}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        # A Job cannot be changed: another version of a notebook, or another page, is another Job.
        "metadata": labelled(f"fill-notebooks-{layout.digest(json.dumps(spec))}"),
        "spec": spec,
    }
