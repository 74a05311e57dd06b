"""What JupyterHub is told by `hub.toml` wherever it runs: on a host, or in a cluster."""

from __future__ import annotations

from typing import Any

from nblint.hub.settings import HubSettings

AUTHENTICATOR = "nblint.hub.login.authenticator.ProviderAuthenticator"
DEFAULT_URL = "/lab/tree/Welcome.ipynb"
# Enough to run a hub, and nothing to act as somebody else with: `access:servers` opens people's
# servers, `tokens` makes tokens of theirs, `admin:auth_state` shows what they sign in with.
OPERATOR_SCOPES = ("admin-ui", "list:users", "read:users:activity", "servers")
# How long the hub trusts a login before it asks the provider again; the sweep asks in any case.
_REFRESH_SECONDS = 300


def login(settings: HubSettings) -> dict[str, Any]:
    """Return the traits of `ProviderAuthenticator` that depend on no secret and no machine.

    Args:
        settings: What `hub.toml` says.

    Returns:
        The values by trait, as YAML and JSON can hold them, in a stable order.
    """
    provider, mfa, groups = settings.provider, settings.mfa, settings.groups
    found: dict[str, Any] = {
        "enable_auth_state": True,
        "client_id": provider.client_id,
        "oauth_callback_url": f"{settings.address.rstrip('/')}/hub/oauth_callback",
        "issuer": provider.issuer,
        "scope": list(provider.scopes),
        "username_claim": provider.name_claim,
        "name_domain": provider.name_domain,
        "groups_claim": provider.groups_claim,
        "validate_server_cert": True,
        "require_second_factor": mfa.proof == "claim",
        "second_factors": list(mfa.values),
        "refresh_proof": mfa.refresh,
        "user_groups": list(groups.users),
        "operator_groups": list(groups.admins),
        "allowed_groups": list(dict.fromkeys((*groups.users, *groups.admins))),
        "manage_groups": True,
        "auth_state_groups_key": "oauth_user.groups",
        "auto_login": True,
        "refresh_pre_spawn": True,
        "auth_refresh_age": min(_REFRESH_SECONDS, settings.leavers.sweep_seconds),
        "sweep_seconds": settings.leavers.sweep_seconds,
        "grace_seconds": settings.leavers.grace_seconds,
    }
    if mfa.request:
        found["extra_authorize_params"] = {"acr_values": " ".join(mfa.request)}
    # All servers share the hub's origin unless each has a subdomain: a page on a user's server
    # could do with an admin's session whatever the admin may. So admins are only with subdomains.
    # https://jupyterhub.readthedocs.io/en/stable/explanation/websecurity.html
    if settings.subdomains:
        found["admin_groups"] = list(groups.admins)
    return found


def operators(settings: HubSettings) -> dict[str, Any] | None:
    """Return the role of those who run the hub, where there are no admins; None without any."""
    if settings.subdomains or not settings.groups.admins:
        return None
    return {
        "name": "operators",
        "description": "See who is there; start and stop servers",
        "scopes": list(OPERATOR_SCOPES),
        "groups": list(settings.groups.admins),
    }


def culling(settings: HubSettings) -> tuple[int, int, int] | None:
    """Return when servers are stopped, in seconds; None if never.

    Returns:
        After how long without use, after how long in any case (0: never), and how often to look.
    """
    idle, longest = settings.servers.idle_seconds, settings.servers.longest_seconds
    if not idle and not longest:
        return None
    # Often enough, and not more: it asks about all servers.
    return idle or longest, longest, max(1, min(600, (idle or longest) // 2))
