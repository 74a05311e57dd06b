"""Addresses: which ones `hub.toml` can name, and which ones no user may reach."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

# What tells a machine's identity to whoever asks: cloud-init's documentation of its data sources,
# and the providers' own of instance metadata.
METADATA_ADDRESSES = (
    # AWS, Google, Azure, OpenStack, DigitalOcean, Hetzner, Linode, Oracle
    "169.254.169.254",
    "fd00:ec2::254",  # AWS
    "169.254.170.2",  # of containers on AWS
    "169.254.170.23",
    "fd00:ec2::23",
    "fd20:ce::254",  # Google
    "fe80::a9fe:a9fe",  # OpenStack
    "fd00:a9fe:a9fe::1",  # Linode
    "fd00:c1::a9fe:a9fe",  # Oracle
    "192.0.0.192",  # Oracle's older one
    "168.63.129.16",  # the agent of Azure
    "100.100.100.200",  # Alibaba
    "fd00:100::100:200",
    "169.254.42.42",  # Scaleway
    "fd00:42::42",
    "169.254.0.23",  # Tencent
    "169.254.10.10",
)
# What an address is written with in files of the host, where others have a meaning.
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


def identity_addresses(more: Iterable[str]) -> list[str]:
    """Return all addresses that tell a machine's identity, each once.

    Args:
        more: Those that a hub names besides the known ones.
    """
    found = map(ipaddress.ip_address, (*METADATA_ADDRESSES, *more))
    return list(dict.fromkeys(str(getattr(one, "ipv4_mapped", None) or one) for one in found))


def address_problem(address: str) -> str | None:
    """Return what is wrong with an address that passwords and tokens travel to, if anything is."""
    # A mistyped one can hold a password anywhere before an @.
    shown = "this" if "@" in address else repr(address)
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return f"{shown} is not an address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{shown} is not an address such as https://hub.example.com"
    if parts.username is not None:
        return "must not hold a name or a password"
    if not _HOST.fullmatch(parts.hostname):
        return f"{shown} is not an address: a host's name has letters, digits, dots and hyphens"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return f"{shown} must begin with https://, so that nobody on the way can listen"
    return None


def is_origin(address: str) -> bool:
    """Tell whether an address has no path and nothing that stands behind one."""
    parts = urlsplit(address)
    return not (parts.path.strip("/") or parts.query or parts.fragment)


def is_ip_address(address: str) -> bool:
    """Tell whether this is an IP address, without the interface that one can have."""
    try:
        return bool(ipaddress.ip_address(address)) and "%" not in address
    except ValueError:
        return False


def is_proxy(address: str) -> bool:
    """Tell whether this is the address of a web proxy."""
    return bool(re.fullmatch(r"http://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", address))


def is_bind(address: str) -> bool:
    """Tell whether something can listen at this address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "http" and bool(port and _HOST.fullmatch(host)) and is_origin(address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
