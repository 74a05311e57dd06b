"""How the host and everybody's programs reach other machines: by which proxy, trusting whom."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nblint.document.write import write_changed
from nblint.errors import SettingsError, unreadable, unwritable
from nblint.hub.settings import HubFile, HubSettings

_PROXY = ("HTTP_PROXY", "HTTPS_PROXY")
_HERE = ("localhost", "127.0.0.1", "::1")
# What the libraries of Python, curl, git and the SDKs of AWS read.
_TRUST = (
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"),
    "AWS_CA_BUNDLE",
)
# Where Debian and Red Hat keep whom the system trusts.
_SYSTEMS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
_BUNDLE = "authorities.pem"


def proxy_environment(settings: HubSettings) -> dict[str, str]:
    """Return the variables by which programs find the proxy; none without one."""
    if not settings.http_proxy:
        return {}
    found = dict.fromkeys(_PROXY, settings.http_proxy)
    found["NO_PROXY"] = ",".join((*_HERE, *settings.no_proxy))
    # Some programs read one, some the other; curl reads `http_proxy` only.
    return found | {name.lower(): value for name, value in found.items()}


def proxy_for(settings: HubSettings, address: str) -> tuple[str, int] | None:
    """Return host and port of the proxy by which an address is reached.

    Args:
        settings: The settings.
        address: The address.

    Returns:
        None if it is reached without.
    """
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    proxies = proxy_environment(settings)
    host = urlsplit(address).hostname or ""
    if not proxies or proxy_bypass_environment(host, {"no": proxies["NO_PROXY"]}):
        return None
    parts = urlsplit(proxies["HTTP_PROXY"])
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def login_options(file: HubFile, folder: Path) -> dict[str, Any]:
    """Return what the hub's requests to the provider need.

    Args:
        file: The settings.
        folder: Where `write_authorities` has written.

    Raises:
        SettingsError: There is a proxy on the way, which JupyterHub's logins cannot use.
    """
    settings, options = file.settings, {}
    if settings.provider.ca_file:
        options["ca_certs"] = str(file / settings.provider.ca_file)
    elif settings.ca_file:
        options["ca_certs"] = str(folder / _BUNDLE)
    proxy = proxy_for(settings, settings.provider.issuer)
    if proxy is None:
        return options
    if problem := missing_for_proxy(file):
        raise SettingsError(problem)
    # libcurl, which pycurl brings, knows no authorities of the system by itself.
    system = next((path for path in _SYSTEMS if Path(path).is_file()), None)
    return {"ca_certs": system, **options, "proxy_host": proxy[0], "proxy_port": proxy[1]}


def missing_for_proxy(file: HubFile) -> str:
    """Return why the hub cannot reach its provider by the proxy; empty if it can, or need not."""
    settings = file.settings
    if proxy_for(settings, settings.provider.issuer) is None or find_spec("pycurl"):
        return ""
    return (
        f"{file.path}: http-proxy: logins reach the provider by a proxy only where the package "
        "pycurl is installed: add it to requirements/hub.in; or name the provider in no-proxy"
    )


def write_authorities(file: HubFile, folder: Path) -> None:
    """Write whom everybody's programs trust: whom the system does, and the company's own.

    Args:
        file: The settings; without `ca-file`, nothing is written.
        folder: Where it is written to, which all users can read.

    Raises:
        SettingsError: It cannot be read or written.
    """
    if not file.settings.ca_file:
        return
    own = file / file.settings.ca_file
    try:
        found = [Path(path).read_bytes() for path in _SYSTEMS if Path(path).is_file()][:1]
        found.append(own.read_bytes())
    except OSError as error:
        raise SettingsError(f"{file.path}: ca-file: {unreadable(own, error)}") from None
    bundle = folder / _BUNDLE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        write_changed(bundle, b"\n".join(found))
        bundle.chmod(0o644)
    except OSError as error:
        raise SettingsError(unwritable(bundle, error)) from None


def environment(file: HubFile, folder: Path) -> dict[str, str]:
    """Return the variables of everybody's servers and scheduled runs that say all of it.

    Args:
        file: The settings.
        folder: Where `write_authorities` writes.
    """
    trust = dict.fromkeys(_TRUST, str(folder / _BUNDLE)) if file.settings.ca_file else {}
    return {**proxy_environment(file.settings), **trust}
