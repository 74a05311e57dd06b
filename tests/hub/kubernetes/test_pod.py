"""The pod of a server: KubeSpawner's own manifest, with these settings, key by key."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nblint.hub.kubernetes.in_hub import complete
from tests.hub.kubernetes.clusters import CATALOGUE, configured, load, rendered
from tests.hub.running import needs_hub

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a hub's host is Linux")

PROVIDER = {
    "issuer": "https://login.example.com",
    "client-id": "jupyterhub",
    "authorize-url": "https://login.example.com/authorize",
    "token-url": "https://login.example.com/token",
}


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    needs_hub()
    pytest.importorskip("kubespawner")
    servers = {"requirements": "requirements/user.txt", "memory": "4G", "cpus": 2}
    out = rendered(
        tmp_path_factory.mktemp("hub"), provider=PROVIDER, servers=servers | {"data": ["/srv/data"]}
    )
    found: dict[str, Any] = load(out / "values.yaml")
    return found


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cluster is asked, whatever this machine has the address of."""
    monkeypatch.setattr("kubespawner.spawner.load_config", lambda *_, **__: None)


def pod_of(name: str, values: dict[str, Any], state: Path) -> dict[str, Any]:
    """Return the pod that KubeSpawner would make for somebody."""
    from kubernetes_asyncio.client import ApiClient
    from kubespawner import KubeSpawner

    c = configured(values)
    complete(c, values["custom"]["nblint"], state)

    async def make() -> Any:
        user = SimpleNamespace(
            name=name, id=1, escaped_name=name, url=f"/user/{name}/", roles=[], groups=[]
        )
        spawner = KubeSpawner(config=c, _mock=True)
        spawner.user, spawner.api_token = user, "t"
        return ApiClient().sanitize_for_serialization(await spawner.get_pod_manifest())

    pod: dict[str, Any] = asyncio.run(make())
    return pod


def environment(pod: dict[str, Any]) -> dict[str, Any]:
    listed = pod["spec"]["containers"][0]["env"]
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in listed}


def test_the_pod(values: dict[str, Any], tmp_path: Path) -> None:
    spec = pod_of("bob", values, tmp_path)["spec"]
    (container,) = spec["containers"]
    assert spec["automountServiceAccountToken"] is False
    assert "serviceAccountName" not in spec
    assert spec["securityContext"] == {"fsGroup": 100}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["image"].startswith("registry.example.com/hub/user:")
    assert container["args"] == ["/usr/local/bin/start-server"]
    assert container["volumeMounts"] == [
        {"mountPath": "/home/jovyan", "name": "home"},
        {"mountPath": "/srv/notebooks", "name": "notebooks", "readOnly": True},
        {"mountPath": "/srv/notebook-results", "name": "notebook-results", "readOnly": True},
        {"mountPath": "/srv/data", "name": "data-srv-data", "readOnly": True},
    ]
    claims = {each["name"]: each["persistentVolumeClaim"] for each in spec["volumes"]}
    assert claims == {
        "home": {"claimName": "claim-bob"},
        "notebooks": {"claimName": "notebooks", "readOnly": True},
        "notebook-results": {"claimName": "notebook-results", "readOnly": True},
        "data-srv-data": {"claimName": "data-srv-data", "readOnly": True},
    }
    resources = container["resources"]
    assert resources["limits"] == {"cpu": 2.0, "memory": 4 * 1024**3}
    assert resources["requests"]["memory"] == 1024**3


def test_the_variables(values: dict[str, Any], tmp_path: Path) -> None:
    """Each arrives as the catalogue has it: Kubernetes makes one $ of two."""
    found = environment(pod_of("bob", values, tmp_path))
    assert found["DATADOG_SITE"] == "datadoghq.com"
    assert found["QUERY"].replace("$$", "$") == '{"a": "{username}", "b": "$(HOME) 5$"} -'
    assert found["DATADOG_API_KEY"] == {
        "secretKeyRef": {"name": "hub-environment", "key": "DATADOG_API_KEY"}
    }
    assert found["OWN_TOKEN"] == {
        "secretKeyRef": {"name": "personal-own-token", "key": "bob.value", "optional": True}
    }
    assert found["TEAM"] == "others"
    assert environment(pod_of("alice", values, tmp_path))["TEAM"] == "$$(red)"
    assert found["JUPYTERHUB_DEFAULT_URL"] == "/lab/tree/Welcome.ipynb"
    assert found["PYTHONSAFEPATH"] == "1"
    assert found["JUPYTER_PATH"] == "/usr/local/share/hub-kernels"
    assert CATALOGUE.count("[environment.") == 5


def test_a_name_never_becomes_anothers(values: dict[str, Any], tmp_path: Path) -> None:
    """KubeSpawner takes hyphens off the end of what it fills in."""
    for name in ("alice-", "alice--", "alice_", "alice"):
        reference = environment(pod_of(name, values, tmp_path))["OWN_TOKEN"]["secretKeyRef"]
        assert reference["key"] == f"{name}.value"
