"""What only the hub's own pod can know, when the hub starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nblint.hub.kubernetes.layout import STATE
from nblint.hub.kubernetes.variables import literal
from nblint.hub.login.discovery import endpoints
from nblint.hub.settings import Groups, HubFile, HubSettings, Provider


class _Differing(msgspec.Struct, frozen=True):
    """A variable that differs by user: `custom.nblint.by-user.NAME` of the values."""

    users: dict[str, str]
    others: str

    def __call__(self, spawner: Any) -> str:
        """Return the value for a user."""
        return literal(self.users.get(spawner.user.name, self.others))


def complete(c: Any, told: Mapping[str, Any], state: str | os.PathLike[str] = STATE) -> None:
    """Complete what the chart has configured a hub with.

    Args:
        c: The configuration: what `get_config()` returns.
        told: `custom.nblint` of the chart's values.
        state: The hub's volume, where the provider's description is kept.

    Raises:
        SettingsError: The provider does not say where it is asked for what.
    """
    provider = msgspec.convert(told["provider"], Provider)
    settings = HubSettings(address="", provider=provider, groups=Groups(users=()))
    found = endpoints(HubFile(Path("values.yaml"), settings), Path(state) / "provider.json")
    login = c.ProviderAuthenticator
    login.authorize_url = found.authorize
    login.token_url = found.token
    login.userdata_url = found.userinfo
    login.basic_auth = found.basic_auth
    # The chart makes one of its own, which a chart that is rendered elsewhere makes anew each time.
    if key := os.environ.get("JUPYTERHUB_CRYPT_KEY"):
        c.CryptKeeper.keys = [key]
    if by_user := told.get("by-user"):
        section = c.KubeSpawner
        before = section.get("environment", {})
        differing = {name: msgspec.convert(by_user[name], _Differing) for name in by_user}
        section.environment = {**before, **differing}
