"""A hub's files, and what they become in a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from nblint.hub.kubernetes.render import render
from nblint.hub.settings import HubFile
from nblint.toml import toml_text
from tests.interpreters import ROOT

NOTEBOOKS = """\
[notebooks.failed-logins]
version = "1.2.0"

[notebooks.failed-logins.schedules.daily]
time = "Mon..Fri 07:30"
timezone = "Europe/Prague"
parameters = { DAYS = 30 }
keep = 5
"""
REGISTRY = "registry.example.com/hub"
LOCKS = ROOT / "template-hub" / "{{cookiecutter.slug}}" / "requirements"
CATALOGUE = """\
[environment.DATADOG_SITE]
help = "Site"
value = "datadoghq.com"

[environment.DATADOG_API_KEY]
help = "Key"
file = "datadog-api-key"

[environment.QUERY]
help = "What templates would take apart"
value = '{"a": "{username}", "b": "$(HOME) 5$"} -'

[environment.TEAM]
help = "Team"
value = "others"
users = { alice = "$(red)" }

[environment.OWN_TOKEN]
help = "Token"
file = "own/{username}"
required = false
"""


def make_files(
    folder: Path, *, catalogue: str = CATALOGUE, notebooks_text: str = NOTEBOOKS, **tables: Any
) -> Path:
    """Write a hub's files; return its hub.toml."""
    (folder / "requirements").mkdir(parents=True, exist_ok=True)
    for name in ("kubernetes.txt", "user.txt"):
        (folder / "requirements" / name).write_bytes((LOCKS / name).read_bytes())
    (folder / "requirements" / "nblint.txt").write_text("nblint-suite[hub]==1.0\n")
    (folder / "environment.toml").write_text(catalogue)
    (folder / "welcome.md").write_text("# Our hub\n")
    (folder / "notebooks.toml").write_text(notebooks_text)
    settings: dict[str, Any] = {
        "address": "https://hub.example.com",
        "notebooks": "notebooks.toml",
        "provider": {"issuer": "https://login.example.com", "client-id": "jupyterhub"},
        "groups": {"users": ["analysts"], "admins": ["hub-admins"]},
        "servers": {
            "requirements": "requirements/user.txt",
            "memory": "4G",
            "cpus": 2,
            "active-server-limit": 40,
            "concurrent-spawn-limit": 8,
        },
        **tables,
    }
    text = "".join(f"{key} = {toml_text(value)}\n" for key, value in settings.items())
    path = folder / "hub.toml"
    path.write_text(text)
    return path


def rendered(folder: Path, **tables: Any) -> Path:
    """Render a hub for a cluster; return the folder."""
    render(HubFile.read(make_files(folder, **tables)), REGISTRY, folder / "out")
    return folder / "out"


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def configured(values: dict[str, Any]) -> Any:
    """Return what the chart makes of values that matters here, as its jupyterhub_config.py does.

    https://github.com/jupyterhub/zero-to-jupyterhub-k8s/blob/main/jupyterhub/files/hub/jupyterhub_config.py
    """
    from traitlets.config import Config

    c = Config()
    single = values["singleuser"]
    c.KubeSpawner.image = f"{single['image']['name']}:{single['image']['tag']}"
    for trait, key in {
        "uid": "uid",
        "fs_gid": "fsGid",
        "allow_privilege_escalation": "allowPrivilegeEscalation",
        "environment": "extraEnv",
        "extra_pod_config": "extraPodConfig",
        "cmd": "cmd",
        "default_url": "defaultUrl",
    }.items():
        c.KubeSpawner[trait] = single[key]
    c.KubeSpawner.mem_limit = single["memory"]["limit"]
    c.KubeSpawner.mem_guarantee = single["memory"]["guarantee"]
    c.KubeSpawner.cpu_limit = single["cpu"]["limit"]
    storage = single["storage"]
    home = {"name": "home", "persistentVolumeClaim": {"claimName": "claim-{username}"}}
    c.KubeSpawner.volumes = [home, *storage["extraVolumes"].values()]
    mount = {"name": "home", "mountPath": storage["homeMountPath"]}
    c.KubeSpawner.volume_mounts = [mount, *storage["extraVolumeMounts"].values()]
    for section, traits in values["hub"]["config"].items():
        c[section].update(traits)
    return c
