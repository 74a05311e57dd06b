"""Where a provider is asked for what: its own description of itself."""

import json
import ssl
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from nblint.document.write import write_changed
from nblint.errors import SettingsError
from nblint.hub.addresses import address_problem
from nblint.hub.outgoing import proxy_for
from nblint.hub.settings import HubFile

_SECONDS = 20
_MOST_BYTES = 1_000_000


class Endpoints(Struct, frozen=True):
    """A provider's addresses.

    Attributes:
        authorize: Where people sign in.
        token: Where the hub gets tokens.
        userinfo: Where the hub asks about people; empty if nowhere.
        basic_auth: Whether the hub sends its secret in a header, as the standard has it, and not in
            the body.
    """

    authorize: str
    token: str
    userinfo: str = ""
    basic_auth: bool = True


def endpoints(file: HubFile, kept: Path | None = None) -> Endpoints:
    """Return where the provider is asked for what.

    Args:
        file: The settings, whose addresses win.
        kept: Where the provider's last description is kept, so that the hub starts without it.

    Raises:
        SettingsError: The provider cannot be asked, or what it says cannot be used.
    """
    settings = file.settings.provider
    if settings.authorize_url and settings.token_url:
        return Endpoints(settings.authorize_url, settings.token_url, settings.userinfo_url or "")
    said = _description(file, kept)
    given = {
        "authorization_endpoint": settings.authorize_url,
        "token_endpoint": settings.token_url,
        "userinfo_endpoint": settings.userinfo_url,
    }
    where = f"{file.path}: provider.issuer"
    found = {key: value or said.get(key) or "" for key, value in given.items()}
    for key, address in found.items():
        if not address and key != "userinfo_endpoint":
            raise SettingsError(
                f"{where}: its description has no {key!r}; is it an OpenID provider?"
            )
        if address and (problem := address_problem(str(address))):
            raise SettingsError(f"{where}: its {key!r}: {problem}")
    # https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Endpoints(
        found["authorization_endpoint"],
        found["token_endpoint"],
        found["userinfo_endpoint"],
        "client_secret_basic" in methods,
    )


def _description(file: HubFile, kept: Path | None) -> dict[str, Any]:
    issuer = file.settings.provider.issuer
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    where = f"{file.path}: provider.issuer"
    opener = _opener(file)
    try:
        with opener.open(url, timeout=_SECONDS) as answer:
            data = answer.read(_MOST_BYTES)
    except OSError as error:
        if kept is not None and kept.is_file():
            return _read(kept.read_bytes(), issuer, f"{kept}")
        reason = getattr(error, "reason", None) or error
        raise SettingsError(f"{where}: {url}: does not answer: {reason}") from None
    said = _read(data, issuer, where)
    if kept is not None:
        # On a disk that is full, the one from before is kept: the hub starts all the same.
        with suppress(OSError):
            write_changed(kept, json.dumps(said, indent=1).encode())
    return said


def _opener(file: HubFile) -> urllib.request.OpenerDirector:
    """Return what opens addresses: by the proxy, and trusting whom `hub.toml` says."""
    settings = file.settings
    key, own = "provider.ca-file", settings.provider.ca_file
    context = ssl.create_default_context()
    try:
        if own:
            context = ssl.create_default_context(cafile=file / own)
        elif settings.ca_file:
            key = "ca-file"
            context.load_verify_locations(file / settings.ca_file)
    except OSError as error:
        raise SettingsError(f"{file.path}: {key}: {error.strerror or error}") from None
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
    if settings.http_proxy:
        is_used = proxy_for(settings, settings.provider.issuer)
        proxies = dict.fromkeys(("http", "https"), settings.http_proxy) if is_used else {}
        handlers.append(urllib.request.ProxyHandler(proxies))
    return urllib.request.build_opener(*handlers)


def _read(data: bytes, issuer: str, where: str) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SettingsError(f"{where}: what stands there is no description of an OpenID provider")
    # https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation
    if said.get("issuer") != issuer:
        raise SettingsError(f"{where}: the provider calls itself {str(said.get('issuer'))!r:.200}")
    return said
