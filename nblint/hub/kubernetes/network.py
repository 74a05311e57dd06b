"""What servers and scheduled runs reach: the internet, and not what tells a machine's identity."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from nblint.hub.addresses import identity_addresses
from nblint.hub.kubernetes.layout import LABEL
from nblint.hub.settings import HubSettings

# RFC 1918 and RFC 6598, and RFC 4193 and link-local addresses.
_PRIVATE = {
    4: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    6: ("fc00::/7", "fe80::/10"),
}
_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


def public_addresses(settings: HubSettings) -> list[dict[str, Any]]:
    """Return rules that let out to public addresses only, less the metadata servers.

    Args:
        settings: What `hub.toml` says, with the addresses of the metadata servers.
    """
    blocks = []
    for version, everywhere in _EVERYWHERE.items():
        networks = [ip_network(each) for each in _PRIVATE[version]]
        asked = [ip_address(each) for each in identity_addresses(settings.metadata_addresses)]
        single = [
            f"{one}/{one.max_prefixlen}"
            for one in asked
            if one.version == version and not any(one in network for network in networks)
        ]
        blocks.append({"ipBlock": {"cidr": everywhere, "except": [*_PRIVATE[version], *single]}})
    return [{"to": blocks}]


def of_runs(settings: HubSettings) -> dict[str, Any]:
    """Return the rules for whatever is no server: out as servers, in never."""
    dns = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    return {
        "podSelector": {"matchExpressions": [{"key": LABEL, "operator": "Exists"}]},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [*public_addresses(settings), dns],
    }
