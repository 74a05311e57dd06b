"""What all pods beside the hub's share, and how the objects that we write are told from others."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from nblint.hub.kubernetes import layout

# Whatever runs in a container is nobody special there.
CONFINED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
# Where a container can write, though nothing of its image can be changed.
TMP = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - in a container


def labelled(name: str) -> dict[str, Any]:
    """Return the metadata of an object: its name, and what those that we write are found by."""
    return {"name": name, "labels": {layout.LABEL: "hub"}}


def pod(kind: str, container: dict[str, Any], volumes: list[dict[str, Any]]) -> dict[str, Any]:
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


def mounted(name: str, place: PurePosixPath, *, read_only: bool = True) -> dict[str, Any]:
    """Return where a container has a volume."""
    return {"name": name, "mountPath": str(place), **({"readOnly": True} if read_only else {})}


def claimed(name: str, claim: str, *, read_only: bool = False) -> dict[str, Any]:
    """Return a volume of a pod, by its claim."""
    source = {"claimName": claim, **({"readOnly": True} if read_only else {})}
    return {"name": name, "persistentVolumeClaim": source}
