"""The catalogue as a pod has it: values as they are, secrets by the name of a Secret."""

from __future__ import annotations

from typing import Any

from nblint.hub.environment import spawner_environment
from nblint.hub.kubernetes.commented import Said
from nblint.hub.kubernetes.layout import KERNELS, SHARED_SECRET, key_of, secret_of
from nblint.hub.outgoing import proxy_environment
from nblint.hub.servers.kernels import kernel_environment
from nblint.hub.settings import HubFile
from nblint.project.catalogue.loading import read_catalogue
from nblint.project.catalogue.model import Variable

# The chart's own services, and what else a cluster calls its own.
_OF_THE_CLUSTER = "hub,proxy-api,proxy-public,.svc,.cluster.local"


def variables(file: HubFile) -> list[Variable]:
    """Return the variables of the catalogue whose values a hub gives, in the file's order.

    Raises:
        SettingsError: The catalogue cannot be used on a hub, here or on a host.
    """
    path = file / file.settings.environment
    given = spawner_environment(path, file / file.settings.secrets)
    return [variable for variable in read_catalogue(path) if variable.name in given]


def of_servers(file: HubFile) -> dict[str, Said]:
    """Return the environment of everybody's server, for the chart's `singleuser.extraEnv`.

    A variable that differs by user is not in it: see `by_user`.
    """
    found = {}
    for variable in variables(file):
        if not variable.declaration.users:
            value = variable.declaration.value
            said = _escaped(value) if value is not None else _reference(variable)
            found[variable.name] = Said(said, _source(file, variable))
    for name, value in proxies(file).items():
        found.setdefault(name, Said(_escaped(value), "hub.toml: http-proxy, no-proxy"))
    return found | {
        name: Said(value, "nblint: opening a notebook runs none of the files beside it")
        for name, value in kernel_environment(KERNELS).items()
    }


def by_user(file: HubFile) -> dict[str, Said]:
    """Return the variables that differ by user, for `complete`, which the hub calls."""
    return {
        variable.name: Said(
            {
                "users": dict(variable.declaration.users),
                "others": variable.declaration.value or "",
            },
            _source(file, variable),
        )
        for variable in variables(file)
        if variable.declaration.users
    }


def of_runs(file: HubFile) -> list[dict[str, Any]]:
    """Return the environment of scheduled runs, which are nobody's: no personal value or secret."""
    found: list[dict[str, Any]] = []
    for variable in variables(file):
        declaration = variable.declaration
        if declaration.value is not None:
            found.append({"name": variable.name, "value": literal(declaration.value)})
        elif declaration.file is not None and not _is_personal(variable):
            found.append({"name": variable.name, **_reference(variable)})
    given = {one["name"] for one in found}
    return found + [
        {"name": name, "value": literal(value)}
        for name, value in proxies(file).items()
        if name not in given  # the catalogue's win, as on a host
    ]


def proxies(file: HubFile) -> dict[str, str]:
    """Return the variables by which programs find the proxy, which nothing in the cluster needs."""
    found = proxy_environment(file.settings)
    return {
        name: f"{value},{_OF_THE_CLUSTER}" if name.lower() == "no_proxy" else value
        for name, value in found.items()
    }


def literal(text: str) -> str:
    """Return a text that Kubernetes leaves as it is meant: it fills in $(NAME), and $$ is one $."""
    return text.replace("$", "$$")


def shared_secrets(file: HubFile) -> list[Variable]:
    """Return the variables whose secret everybody can read."""
    return [one for one in variables(file) if one.declaration.file and not _is_personal(one)]


def personal_secrets(file: HubFile) -> list[Variable]:
    """Return the variables of which each user has a secret of their own."""
    return [one for one in variables(file) if _is_personal(one)]


def _is_personal(variable: Variable) -> bool:
    return "{username}" in (variable.declaration.file or "")


def _source(file: HubFile, variable: Variable) -> str:
    return f"{file.settings.environment}: environment.{variable.name}"


def _reference(variable: Variable) -> dict[str, Any]:
    """Return where a pod takes a secret from; without a required one, it does not start."""
    place = {"name": SHARED_SECRET, "key": variable.name}
    if _is_personal(variable):
        place = {"name": secret_of(variable.name), "key": key_of("{unescaped_username}")}
    optional = {} if variable.declaration.required else {"optional": True}
    return {"valueFrom": {"secretKeyRef": {**place, **optional}}}


def _escaped(value: str) -> str:
    """Return a value that KubeSpawner and Kubernetes leave as it was meant.

    KubeSpawner fills in {username} and the like, and takes hyphens off the end of what does not end
    in one.
    """
    return literal(value.replace("{", "{{").replace("}", "}}"))
