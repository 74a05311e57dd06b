"""The values for the chart `jupyterhub`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from msgspec import to_builtins

from nblint.errors import SettingsError
from nblint.files import read_text
from nblint.hub import traits
from nblint.hub.kubernetes import data, layout, variables
from nblint.hub.kubernetes.commented import Said
from nblint.hub.kubernetes.images import Image
from nblint.hub.kubernetes.network import public_addresses
from nblint.hub.kubernetes.pods import CONFINED, claimed, mounted
from nblint.hub.settings import HubFile, HubSettings

# What each trait of the login is called in hub.toml; what is not here is the same for every hub.
_KEYS = {
    "client_id": "provider.client-id",
    "oauth_callback_url": "address",
    "issuer": "provider.issuer",
    "scope": "provider.scopes",
    "username_claim": "provider.name-claim",
    "name_domain": "provider.name-domain",
    "groups_claim": "provider.groups-claim",
    "require_second_factor": "mfa.proof",
    "second_factors": "mfa.values",
    "refresh_proof": "mfa.refresh",
    "extra_authorize_params": "mfa.request",
    "user_groups": "groups.users",
    "operator_groups": "groups.admins",
    "allowed_groups": "groups",
    "admin_groups": "groups.admins, because subdomains = true",
    "auth_refresh_age": "leavers.sweep-seconds",
    "sweep_seconds": "leavers.sweep-seconds",
    "grace_seconds": "leavers.grace-seconds",
}
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,251}}\Z)(?=.*[a-z]){_LABEL}(\.{_LABEL})*")
_EXTRA_CONFIG = """\
import z2jh
from nblint.hub.kubernetes.in_hub import complete
complete(c, z2jh.get_config("custom.nblint"))
"""
_DATA = "hub.toml: servers.data; the claim is made by you, of the data's own volume"
# What a server is promised, unless its limit is less; the chart's own.
_PROMISED = "1G"
_UNITS = {"K": 1, "M": 2, "G": 3, "T": 4}


def values(file: HubFile, hub: Image, user: Image) -> dict[str, Any]:
    """Return the chart's values, each with where it comes from.

    Args:
        file: The settings.
        hub: The image of the hub.
        user: The image of everybody's server.

    Raises:
        SettingsError: The catalogue or the certificate of the provider cannot be used.
    """
    return {
        "hub": _hub(file, hub),
        "custom": {"nblint": _completed(file)},
        "singleuser": _servers(file, user),
        "cull": _culling(file.settings),
        "proxy": {
            "service": {"type": Said("ClusterIP", "nblint: people come by the ingress")},
        },
        "ingress": _ingress(file),
    }


def _ingress(file: HubFile) -> dict[str, Any]:
    settings, address = file.settings, urlsplit(file.settings.address)
    host = address.hostname or ""
    # An ingress knows names only; and one for http would carry passwords past everybody.
    if address.scheme != "https" or not _HOST.fullmatch(host):
        raise SettingsError(
            f"{file.path}: address: {settings.address!r} cannot be one of a cluster, which must "
            "begin with https:// and have a name, such as https://hub.example.com"
        )
    names = [host, f"*.{host}"] if settings.subdomains else [host]
    return {
        "enabled": True,
        "hosts": Said(names, _from("address")),
        "tls": Said(
            [{"hosts": names, "secretName": layout.TLS_SECRET}],
            f"{_from('address')}; the Secret {layout.TLS_SECRET} has the certificate",
        ),
    }


def _from(key: str) -> str:
    return f"hub.toml: {key}"


def _hub(file: HubFile, image: Image) -> dict[str, Any]:
    settings = file.settings
    told: dict[str, Any] = {
        "authenticator_class": traits.AUTHENTICATOR,
        "public_url": Said(f"{settings.address.rstrip('/')}/", _from("address")),
    }
    if settings.subdomains:
        told["subdomain_host"] = Said(settings.address.rstrip("/"), _from("subdomains"))
    role = traits.operators(settings)
    return {
        "image": _image(image),
        "db": {"type": "sqlite-pvc"},
        "config": {
            "JupyterHub": told,
            "ProviderAuthenticator": _login(file),
            "KubeSpawner": {"container_security_context": CONFINED},
        },
        **_load(settings),
        **({"loadRoles": {"operators": Said(role, _from("groups.admins"))}} if role else {}),
        "extraEnv": _hub_environment(file),
        **_certificate(file),
        "extraConfig": {
            "nblint": Said(
                _EXTRA_CONFIG,
                "nblint: asks the provider for its addresses; values that differ by user",
            )
        },
        "networkPolicy": {"egressAllowRules": {"cloudMetadataServer": False}},
    }


def _login(file: HubFile) -> dict[str, Any]:
    settings = file.settings
    found = {
        name: Said(value, _from(_KEYS[name])) if name in _KEYS else value
        for name, value in traits.login(settings).items()
    }
    shared = [variable.name for variable in variables.shared_secrets(file)]
    if settings.provider.ca_file:
        trusted = {"ca_certs": str(layout.CA_FILE)}
        found["http_request_kwargs"] = Said(trusted, _from("provider.ca-file"))
    return found | {
        "shared_secrets": Said(shared, f"{settings.environment}: what leavers could read"),
        "identities_file": str(layout.STATE / "identities.sqlite"),
        # Nobody has an account in a pod; names that mean something to a machine are refused still.
        "unix_accounts": False,
        "machine_names": Said(settings.unix_accounts, _from("unix-accounts")),
    }


def _hub_environment(file: HubFile) -> dict[str, Any]:
    found: dict[str, Any] = {
        "OAUTH_CLIENT_SECRET": Said(
            _secret("client-secret"), f"Secret, as {_from('provider.client-secret-file')}"
        ),
        "JUPYTERHUB_CRYPT_KEY": Said(_secret("crypt-key"), f"Secret, as {_from('crypt-key-file')}"),
    }
    for name, value in variables.proxies(file).items():
        found[name] = Said(value, f"{_from('http-proxy')}, no-proxy")
    return found


def _secret(key: str) -> dict[str, Any]:
    return {"valueFrom": {"secretKeyRef": {"name": layout.HUB_SECRET, "key": key}}}


def _certificate(file: HubFile) -> dict[str, Any]:
    name = file.settings.provider.ca_file
    if not name:
        return {}
    held = {"mountPath": str(layout.CA_FILE), "stringData": read_text(file / name)}
    return {"extraFiles": {"provider-ca": Said(held, f"{name}, named by hub.toml")}}


def _completed(file: HubFile) -> dict[str, Any]:
    provider = file.settings.provider
    kept = {
        key: value
        for key, value in to_builtins(provider).items()
        if key in ("issuer", "client-id", "authorize-url", "token-url", "userinfo-url") and value
    }
    if provider.ca_file:
        kept["ca-file"] = str(layout.CA_FILE)
    return {
        "provider": Said(kept, _from("provider")),
        "by-user": variables.by_user(file),
    }


def _servers(file: HubFile, image: Image) -> dict[str, Any]:
    settings = file.settings
    ours = {layout.NOTEBOOKS_CLAIM: layout.NOTEBOOKS, layout.RESULTS_CLAIM: layout.RESULTS}
    return {
        "image": _image(image),
        "cmd": ["/usr/local/bin/start-server"],
        "defaultUrl": traits.DEFAULT_URL,
        "extraEnv": variables.of_servers(file),
        **_limits(settings),
        "uid": layout.USER,
        "fsGid": layout.GROUP,
        "allowPrivilegeEscalation": False,
        "extraPodConfig": {"automountServiceAccountToken": False},
        "storage": {
            "homeMountPath": str(layout.HOME),
            "extraVolumes": {
                **{claim: claimed(claim, claim, read_only=True) for claim in ours},
                **{each["name"]: Said(each, _DATA) for each in data.volumes(file)},
            },
            "extraVolumeMounts": {
                **{claim: mounted(claim, place) for claim, place in ours.items()},
                **{each["name"]: Said(each, _DATA) for each in data.mounts(file)},
            },
        },
        "cloudMetadata": {
            "blockWithIptables": Said(True, "nblint: also where no network policy is enforced")
        },
        "networkPolicy": {
            "enabled": True,
            "egressAllowRules": {
                "cloudMetadataServer": False,
                "dnsPortsCloudMetadataServer": True,
                "dnsPortsKubeSystemNamespace": True,
                "dnsPortsPrivateIPs": True,
                "nonPrivateIPs": Said(
                    False, "nblint: it would leave some metadata servers open; egress is instead"
                ),
                "privateIPs": Said(
                    False, "nblint: true opens your own network, a metadata server never"
                ),
            },
            "egress": Said(public_addresses(settings), _from("metadata-addresses")),
        },
    }


def _limits(settings: HubSettings) -> dict[str, Any]:
    servers, found = settings.servers, {}
    if servers.memory:
        least = min(servers.memory, _PROMISED, key=_bytes)
        found["memory"] = Said(
            {"limit": servers.memory, "guarantee": least}, _from("servers.memory")
        )
    if servers.cpus:
        found["cpu"] = Said({"limit": servers.cpus}, _from("servers.cpus"))
    return found


def _load(settings: HubSettings) -> dict[str, Any]:
    """Return how many servers there may be; without it, what the chart says."""
    servers = settings.servers
    found: dict[str, Any] = {}
    if servers.active_server_limit:
        found["activeServerLimit"] = Said(
            servers.active_server_limit, _from("servers.active-server-limit")
        )
    if servers.concurrent_spawn_limit:
        found["concurrentSpawnLimit"] = Said(
            servers.concurrent_spawn_limit, _from("servers.concurrent-spawn-limit")
        )
    return found


def _bytes(amount: str) -> int:
    return int(amount[:-1]) * int(1024 ** _UNITS[amount[-1]])


def _culling(settings: HubSettings) -> dict[str, Any]:
    found = traits.culling(settings)
    if found is None:
        return {"enabled": Said(False, _from("servers.idle-seconds = 0"))}
    idle, longest, every = found
    return {
        "enabled": True,
        "timeout": Said(idle, _from("servers.idle-seconds")),
        "maxAge": Said(longest, _from("servers.longest-seconds")),
        "every": every,
    }


def _image(image: Image) -> Said:
    return Said(
        {"name": image.name, "tag": image.tag},
        f"images/{image.folder}, whose files decide the tag",
    )
