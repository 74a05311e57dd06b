"""Where the parts of a hub listen on its host, and who listens there.

Whoever listens on a port of loopback gets what is sent to it: people's cookies, and the token by
which the proxy is told where to. On ports below 1024 only root and whom it allows can listen; on
any other, each user of the hub could while the part that should is restarted.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

PROXY = 800
PROXY_API = 801
HUB = 808
# From here on everybody can listen: `net.ipv4.ip_unprivileged_port_start`.
FIRST_OF_USERS = 1024

# The state LISTEN in the kernel's include/net/tcp_states.h.
_LISTENS = "0A"


def listeners(port: int, tables: Path = Path("/proc/net")) -> set[int]:
    """Return the accounts whose programs listen on a port of this machine.

    Args:
        port: The port, of TCP.
        tables: The folder of the kernel's tables of connections: `proc_net_tcp` in its
            documentation.

    Returns:
        Their uids.
    """
    found = set()
    for name in ("tcp", "tcp6"):
        # A machine without IPv6 has no second table.
        with contextlib.suppress(FileNotFoundError):
            for line in (tables / name).read_text("ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(int(fields[7]))
    return found
