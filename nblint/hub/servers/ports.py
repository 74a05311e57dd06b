"""Ports of servers: on each, nobody answers but whose server it is.

Every account of a machine can listen on a port of loopback that is free. When a server has ended,
and until the hub has noticed, the proxy goes on sending its user's browser there: whoever took the
port would get their cookies, and answer with pages of the hub's origin. So answers from the port of
a server leave it only if they come from its own account. By uid, as the rules against the metadata
server are: systemd's own ways (`SocketBindDeny=`) are silently without effect where there is no
second version of cgroups.
"""

from __future__ import annotations

import json

from nblint.errors import SettingsError
from nblint.hub.programs import run

# `ct direction reply`: a program that connects to elsewhere can have been given the same port.
_RULES = """\
add table inet nblint_servers
add set inet nblint_servers ports { type inet_service; }
add set inet nblint_servers owners { type inet_service . uid; }
add chain inet nblint_servers output { type filter hook output priority filter; policy accept; }
flush chain inet nblint_servers output
add rule inet nblint_servers output ct direction reply tcp sport @ports \
    tcp sport . meta skuid != @owners drop
"""


def keep_port(port: int, uid: int) -> None:
    """Let nobody but one account answer on a port, until it is kept for another.

    Called again, it sees that this still holds: other programs flush all rules.

    Args:
        port: The port.
        uid: The account; root needs none.

    Raises:
        SettingsError: It cannot be kept, so that no server must start there.
    """
    if uid == 0:
        return
    owners = [owner for kept, owner in _owners() if kept == port]
    if owners == [uid]:
        return
    others = [owner for owner in owners if owner != uid]
    lines = [
        f"delete element inet nblint_servers owners {{ {port} . {other} }}" for other in others
    ]
    lines += [
        f"add element inet nblint_servers owners {{ {port} . {uid} }}",
        f"add element inet nblint_servers ports {{ {port} }}",
    ]
    _nft("\n".join(lines) + "\n")


def _owners() -> list[tuple[int, int]]:
    try:
        said = json.loads(_nft(None))
    except SettingsError:  # there are none yet, or somebody has flushed all rules
        _nft(_RULES)
        return []
    (found,) = (entry["set"] for entry in said["nftables"] if "set" in entry)
    return [(port, uid) for port, uid in (each["concat"] for each in found.get("elem", ()))]


def _nft(script: str | None) -> str:
    """Run a script of nft's; without one, list who may answer where."""
    listing = ("--json", "--numeric", "list", "set", "inet", "nblint_servers", "owners")
    command = ("nft", *(listing if script is None else ("--file", "-")))
    ran = run(*command, given=script or "")
    if ran.returncode:
        reason = (ran.stderr.strip().splitlines() or ["failed"])[0]
        raise SettingsError(f"nft: {reason}")
    return ran.stdout
